// SPDX-License-Identifier: GPL-2.0-only
// Forms of a finding, each read again by a program that others have written.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { marked, type Token, type Tokens } from 'marked';
import { afterAll, describe, expect, test } from 'vitest';
import type { Finding, TraceStep } from '#finding/finding';
import { findingForms } from '#report/finding-forms';
import { formNames } from '#report/form-names';
import { markdownReport } from '#report/markdown';
import { accessText } from '#report/phrases';
import { svgReport } from '#report/svg';
import { raceTable, stackTable } from '#report/table';
import { traceDat } from '#report/trace-dat';
import { replayDuringRegister as finding } from './example.ts';

const evil =
  '</text><script>alert(1)</script> `` ``` **b** [x](javascript:0) <img src=x> ]]> \u0007|' +
  ' a@b.cd https://x.yz www.x.yz';
const hostile: Finding = {
  ...finding,
  ...{ rule: evil, consequence: evil, symptom: `1. # ${evil}`, links: [evil], assumed: [evil] },
  witness: { ...finding.witness, subject: evil, because: evil },
  threads: finding.threads.map((t) => `${t}${evil}`),
  trace: finding.trace.map((s) => ({ ...s, thread: `${s.thread}${evil}`, object: evil })),
};

/** All tokens of a Markdown document, whatever they stand in. */
function tokensOf(text: string): Token[] {
  const all: Token[] = [];
  marked.walkTokens(marked.lexer(text), (token) => {
    all.push(token);
  });
  return all;
}

test('each form has a name that --format takes', () => {
  expect(Object.keys(findingForms)).toEqual([...formNames]);
});

describe('Markdown', () => {
  test('is read as headings, facts and the very table of the text report', () => {
    const tokens = tokensOf(markdownReport(finding));
    const headings = tokens.filter((t) => t.type === 'heading') as Tokens.Heading[];
    expect(headings.map((h) => h.depth)).toEqual([1, 2, 2, 2, 2].slice(0, headings.length));
    const code = (tokens.filter((t) => t.type === 'code') as Tokens.Code[]).map((c) => c.text);
    expect(code[0]).toBe(raceTable(finding).join('\n'));
    expect(code[1]).toBe(stackTable(finding).join('\n'));
    expect(code[2]).toBe('racewindow replay P1-C09-platform-arm-smmu.json');
    const links = tokens.filter((t) => t.type === 'link') as Tokens.Link[];
    expect(links.map((l) => l.href)).toEqual(finding.links);
  });

  test('has no markup of others, and shows what they wrote', () => {
    const text = markdownReport(hostile);
    const kinds = new Set(tokensOf(text).map((t) => t.type));
    expect(
      [...kinds].filter((k) => ['html', 'link', 'image', 'del', 'codespan'].includes(k)),
    ).toEqual([]);
    const code = tokensOf(text).filter((t) => t.type === 'code');
    expect(code).toHaveLength(3);
    const page = (marked.parse(text) as string).replace(/<pre>.*?<\/pre>/gs, '');
    expect(page).not.toMatch(/<(script|img|a)\b/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; `` ``` **b** [x](javascript:0)');
  });
});

describe('SVG', () => {
  test('has the lines of the table, each in the column of its thread', () => {
    const picture = svgReport(finding);
    const texts = [...picture.matchAll(/<text x="(\d+)" [^>]*>([^<]*)<\/text>/g)];
    const plain = texts.map(([, , t]) => t!.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n)));
    for (const word of ['WARN: late IOMMU probe of dev', 'iommu_device_register()']) {
      expect(plain.map((t) => t.trim())).toContain(word);
    }
    expect(new Set(texts.map(([, x]) => x)).size).toBe(2);
    expect(picture).not.toMatch(/href|url\(|<script|<image|<foreignObject/);
  });

  test('tells all of what breaks and who is who, however long, above the threads', () => {
    const because = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
    const world = finding.world as { instances: { name: string }[]; focus: string[] };
    const iommu = `${'a-very-long-name-of-an-iommu-'.repeat(6)}0`;
    const picture = svgReport({
      ...finding,
      witness: { ...finding.witness, because },
      world: { ...world, instances: [{ ...world.instances[0]!, name: iommu }] },
    });
    const parser = new XMLParser({ ignoreAttributes: false, trimValues: false });
    const { svg } = parser.parse(picture);
    const texts = svg.text as { '@_class': string; '@_y': string; '#text': string }[];
    const heads = texts.filter((t) => t['@_class'] === 'd');
    const said = heads.map((t) => String(t['#text']).trim());
    expect(said.join(' ')).toContain(because);
    expect(said.join('').replace(/ /g, '')).toContain(`iommuis${iommu}`);
    const below = texts.filter((t) => t['@_class'] !== 'd').slice(1);
    const [last, first] = [
      Math.max(...heads.map((t) => Number(t['@_y']))),
      Math.min(...below.map((t) => Number(t['@_y']))),
    ];
    expect(heads.length).toBeGreaterThan(4);
    expect(first - last).toBeGreaterThanOrEqual(17);
    const bottom = Math.max(...below.map((t) => Number(t['@_y'])));
    expect(Number(svg['@_height'])).toBeGreaterThan(bottom);
  });

  test('has no markup of others', () => {
    const picture = svgReport(hostile);
    expect(
      [...new Set([...picture.matchAll(/<([a-zA-Z]+)/g)].map(([, tag]) => tag))].sort(),
    ).toEqual(
      ['desc', 'g', 'path', 'rect', 'style', 'svg', 'text', 'title'].filter((t) =>
        picture.includes(`<${t}`),
      ),
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there.
    expect(picture).not.toMatch(/[\u0000-\u0008]/);
  });
});

const traceCmd = spawnSync('trace-cmd', ['--version']).error === undefined;
if (!traceCmd) process.stderr.write('NOT COVERED: trace.dat: trace-cmd is not installed\n');

describe.runIf(traceCmd)('trace.dat', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'racewindow-trace-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What trace-cmd makes of the trace of @of. */
  function reported(of: Finding, ...args: string[]): string[] {
    const file = path.join(folder, 'trace.dat');
    writeFileSync(file, traceDat(of));
    const options = { encoding: 'utf8', maxBuffer: 1e9 } as const;
    const done = spawnSync('trace-cmd', ['report', ...args, '-i', file], options);
    expect([done.status, done.stderr]).toEqual([0, '']);
    return done.stdout.split('\n').filter((line) => line !== '');
  }

  const threads = [...new Set(finding.trace.map((s) => s.thread))];

  test('has every step in its order, by its task on its CPU', () => {
    const [cpus, ...lines] = reported(finding);
    expect(cpus).toBe(`cpus=${threads.length}`);
    const steps = lines.flatMap((line) => {
      const [, comm, pid, cpu, time, name, text] =
        /^\s*(.+?)-(\d+)\s+\[(\d+)\]\s+([\d.]+): (\w+): +(.*)$/.exec(line) ?? [];
      if (name === 'report' || name === 'sched_switch') return [];
      return [{ comm, pid: Number(pid), cpu: Number(cpu), time, name, text }];
    });
    expect(steps).toHaveLength(finding.trace.length);
    finding.trace.forEach((step, i) => {
      const task = threads.indexOf(step.thread);
      expect(steps[i]).toMatchObject({
        comm: step.thread,
        pid: task + 1,
        cpu: task,
        name: step.op,
      });
      expect(steps[i]!.text).toMatch(new RegExp(`^${i + 1} `));
      expect(steps[i]!.text).toContain(accessText(step));
    });
    expect(steps.map((s) => s.time)).toEqual([...steps.map((s) => s.time)].sort());
  });

  test('can be filtered by the fields that it describes', () => {
    const own = reported(finding, '-F', 'racewindow/load:step < 10');
    const want = finding.trace.filter((s, i) => s.op === 'load' && i + 1 < 10).length;
    expect(own.slice(1)).toHaveLength(want);
    expect(want).toBeGreaterThan(0);
  });

  test('tells when a task goes on and stops, so that it can be plotted', () => {
    const switches = reported(finding, '-F', 'sched/sched_switch').slice(1);
    const blocks = finding.trace.filter((s, i, all) => all[i - 1]?.thread !== s.thread).length;
    expect(switches.filter((l) => /swapper\/\d+:0 \[120\] R ==> /.test(l))).toHaveLength(blocks);
    expect(switches).toHaveLength(blocks * 2);
  });

  test('of 20,000 steps, long names and odd ones, too', () => {
    const long: TraceStep[] = Array.from({ length: 20_000 }, (_, i) => ({
      ...hostile.trace[i % hostile.trace.length]!,
      locks: Array.from({ length: i % 40 }, (_, n) => `lock-${n}`),
      events: i % 100 === 0 ? [`bug-on ${'x'.repeat(3000)}`] : [],
    }));
    const lines = reported({ ...hostile, trace: long });
    const steps = lines.slice(1).filter((l) => !/: (report|sched_switch): /.test(l));
    expect(steps).toHaveLength(20_000);
    expect(lines.filter((l) => l.includes(': report: '))).toHaveLength(200);
  });
});
