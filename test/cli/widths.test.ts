// SPDX-License-Identifier: GPL-2.0-only
// Text on terminals of any width: no line is too long for it, and nothing is left out of it.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitted, inColumns, textColumns, wrap } from '#base/text';
import { trialText } from '#cli/commands/try';
import { progressText } from '#cli/progress';
import { runCli } from '#cli/run';
import { realPipeline } from '#cli/wiring';
import { castOf } from '#report/cast';
import { mailReport } from '#report/mail';
import { selectSteps } from '#report/select';
import { raceTable, stackTable, tableLines } from '#report/table';
import { findingText, textReport } from '#report/text';
import { exampleReport, replayDuringRegister } from '../report/example.ts';

const widths = [40, 60, 75, 80, 120, 200];
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What @argv prints on a terminal of @width columns. */
async function printed(width: number, ...argv: string[]): Promise<string> {
  let out = '';
  const io = {
    out: (text: string | Uint8Array): void => {
      out += String(text);
    },
    err: (text: string): void => {
      out += text;
    },
    ...{ outIsTerminal: true, outColumns: width, errIsTerminal: false },
    ...{ env: { NO_COLOR: '1' }, now: () => 0 },
  };
  await runCli(argv, io, async () => realPipeline());
  return out;
}

/** Lines that are too long although they could be broken: commands and trailers can not. */
function tooLong(text: string, width: number): string[] {
  const whole = /^ *(?:racewindow |git |Fixes: |Link: |\S+:? *\S+$|\S+$)/;
  return text.split('\n').filter((line) => line.length > width && !whole.test(line));
}

/** The words of @text; the dots of what was shortened are none. */
function wordsOf(text: string): string[] {
  const words = text.split(/\s+/).map((word) => word.replace(/:$/, ''));
  return words.filter((word) => word !== '' && !/^-+$|^\^+$/.test(word));
}

/** Holds what @make writes to all widths: it fits, and has the words that it has at 75. */
function holdsAtAll(make: () => string, isTable = false): void {
  const whole = wordsOf(inColumns(75, make));
  for (const width of widths) {
    const text = inColumns(width, make);
    expect([width, tooLong(text, Math.min(75, width))]).toEqual([width, []]);
    if (isTable) continue;
    const words = new Set(wordsOf(text));
    expect([width, whole.filter((word) => !words.has(word))]).toEqual([width, []]);
  }
}

describe.each([
  ['windows'],
  ['windows', 'C09'],
  ['windows', 'C28'],
  ['windows', 'late IOMMU probe'],
  ['kernels'],
  ['kernels', '6.12.y'],
  ['board', path.join(root, 'examples/boards/laptop.dtb')],
  ['board', path.join(root, 'examples/boards/qemu-virt-acpi')],
  ['explain', path.join(root, 'examples/logs/late-probe.log')],
])('%s', (...argv) => {
  test('fits any terminal, and says the same on each', async () => {
    const given = argv.filter((word) => word !== undefined) as string[];
    const whole = wordsOf(await printed(75, ...given)).filter((w) => !w.includes('...'));
    expect(whole.length).toBeGreaterThan(20);
    for (const width of widths) {
      const text = await printed(width, ...given);
      expect([width, tooLong(text, Math.min(75, width))]).toEqual([width, []]);
      const joined = text.replace(/\s+/g, '');
      expect([width, whole.filter((word) => !joined.includes(word))]).toEqual([width, []]);
    }
  });
});

test('a bisection fits', async () => {
  const asked = ['bisect', 'C18', '--from', '6.12', '--to', '6.12.y', '--worlds-max', '1'];
  const text = await printed(40, ...asked);
  expect(tooLong(text, 40)).toEqual([]);
  expect(text).toMatch(/closed by 72b6f7cd89ce|not seen|absent/);
});

test('what is no terminal has 75 columns, and so has a mail on a narrow one', () => {
  expect(textColumns()).toBe(75);
  const mail = mailReport(replayDuringRegister);
  expect(inColumns(40, () => mailReport(replayDuringRegister))).toBe(mail);
  expect(inColumns(40, textColumns)).toBe(40);
  expect([inColumns(10, textColumns), inColumns(200, textColumns)]).toEqual([40, 75]);
});

test('a check and its finding fit', () => {
  const other = { ...replayDuringRegister, id: 'P2', property: 'P2', window: null };
  const report = { ...exampleReport, findings: [replayDuringRegister, other] };
  holdsAtAll(() => textReport(report, { show: 'none' }));
  holdsAtAll(() => findingText(replayDuringRegister).join('\n'), true);
});

test('a trial fits, however long the kinds are called', () => {
  const classes = ['dt/platform/populate/arm-smmu@0.after+arm-smmu@1.after', 'hand:walk+bind'];
  const change = {
    ...{ window: 'C28', report: 'use-after-free', classes, subject: 'x' },
    because: 'dev->iommu is freed while it is looked at by somebody else who holds no lock',
  };
  const trial = {
    ...{ worlds: 3, states: 1_000_000, closes: [change], opens: [change], leaves: [] },
    ...{ undecided: [change], bounded: ['w'] },
  };
  const tried = {
    ...{ name: '6.12.y', commits: [], limit: '--states-max explores more', only: ['C28'] },
    counted: 'states' as const,
    subject: 'iommu: Get DT/ACPI parsing into the proper probe path',
  };
  holdsAtAll(() => trialText(tried, trial as never, 'text'));
});

test('progress is one line that fits', () => {
  for (const width of widths) {
    for (const world of ['', 'dt/platform/populate/arm-smmu@0.after+arm-smmu@1.after/shared']) {
      const progress = { worldsDone: 10, worldsTotal: 300, states: 1e7, findings: 3, world };
      const text = progressText(progress, 1234, Math.min(75, width - 1));
      expect(text.length).toBeLessThan(width);
      expect(text).not.toContain('\n');
    }
  }
});

const cell = fc.array(fc.stringMatching(/^[a-z0-9_]{1,14}$/), { maxLength: 8 });

test('any table fits and keeps each word of each cell, as wide as its words let it be', () => {
  const tables = fc.array(fc.tuple(cell, cell, cell), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(tables, fc.constantFrom(...widths), fc.boolean(), (rows, width, isHeaded) => {
      const texts = rows.map((row) => row.map((words) => words.join(' ')));
      const lines = inColumns(width, () => fitted(texts, { isHeaded, indent: '  ' }));
      for (const line of lines) {
        const isWord = line.trim().split(/ +/).length <= 2;
        expect(line.length <= Math.min(75, width) || isWord).toBe(true);
      }
      const told = lines.join(' ').split(/[\s:]+/);
      const body = isHeaded ? texts.slice(1) : texts;
      for (const word of body.flat().join(' ').split(' ')) expect(told).toContain(word);
    }),
    { numRuns: 300, seed: 3 },
  );
});

test('a race table of any width tells each line whole, in its column or below its name', () => {
  const finding = replayDuringRegister;
  const lines = tableLines(finding, selectSteps(finding, 32), castOf(finding));
  const squeezed = (text: string): string => text.replace(/[\s^]/g, '');
  for (let width = 40; width <= 75; width++) {
    const table = inColumns(width, () => raceTable(finding));
    expect(table.filter((line) => line.length > width)).toEqual([]);
    const start = table.findIndex((line) => /^-+ +-+$/.test(line));
    const at = table[start]!.indexOf(' ') + 2;
    const threads = [...new Set(lines.map((l) => l.thread))];
    for (const [i, thread] of threads.entries()) {
      const own = table
        .slice(start + 1)
        .map((line) => (i === 0 ? line.slice(0, at) : line.slice(at)))
        .join('');
      const want = lines.filter((l) => l.thread === thread).map((l) => l.text);
      expect([width, squeezed(own)]).toEqual([width, squeezed(want.join(''))]);
    }
    const stacks = inColumns(width, () => stackTable(finding));
    expect(stacks.filter((line) => line.length > width)).toEqual([]);
  }
});

test('three threads side by side where there is room, else one below another', () => {
  const names = ['kworker/u8:1', 'modprobe', 'swapper/0', 'modprobe'];
  const trace = replayDuringRegister.trace.map((s, i) => ({ ...s, thread: names[i % 4]! }));
  const { why: _, ...finding } = { ...replayDuringRegister, trace, deciding: null };
  for (const width of widths) {
    const table = inColumns(width, () => raceTable(finding));
    expect(table.filter((line) => line.length > width)).toEqual([]);
    const isBeside = table.some((line) => /^-+ +-+ +-+$/.test(line));
    expect([width, isBeside]).toEqual([width, width >= 60]);
    if (!isBeside) expect(table).toContain('kworker/u8:1:');
  }
});

test('what stands before a word that is too wide stays alone', () => {
  expect(wrap('abcdefgh', { width: 10, first: 'key: ', rest: '  ' })).toEqual([
    'key:',
    '  abcdefgh',
  ]);
});
