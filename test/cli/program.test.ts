// SPDX-License-Identifier: GPL-2.0-only
// The built program as a user runs it: same bytes anywhere, findings that replay, coded errors.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { CheckReport } from '#finding/report';
import { findingJson } from '#report/json';
import { textReport } from '#report/text';
import { parseDocument } from '#report/validate';
import { printedError } from '../support/errors.ts';
import { scratch } from './fake.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const cli = path.join(root, 'dist', 'cli', 'main.js');
const laptop = path.join(root, 'examples', 'boards', 'laptop.dtb');
const question = ['--kernel', '6.15.0', '--device', '3d00000.gpu'];

interface Around {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

function racewindow(args: readonly string[], around: Around = {}) {
  const env = { ...process.env, ...around.env };
  const { cwd = root } = around;
  const ran = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

/** The JSON report without what may differ. */
function timeless(text: string): string {
  const { timing: _, ...report } = JSON.parse(text) as CheckReport;
  return JSON.stringify(report);
}

describe('a check of the bundled board', () => {
  const first = racewindow(['check', laptop, ...question, '--format', 'json', '--jobs', '1']);

  test('finds C09 and says so by its exit code', () => {
    expect(first.code, first.err).toBe(1);
    const parsed = parseDocument(first.out, 'report');
    expect(parsed.ok ? 'valid' : parsed.error.message).toBe('valid');
    const report = JSON.parse(first.out) as CheckReport;
    const c09 = report.findings.find((f) => f.window === 'C09');
    expect(c09?.preemptions).toBeLessThanOrEqual(2);
    expect(report.input?.basename).toBe('laptop.dtb');
  });

  test('tells of windows, rules and limits on one screen, then the gravest finding', () => {
    const lines = textReport(JSON.parse(first.out) as CheckReport).split('\n');
    const finding = lines.findIndex((line) => /^C\d+ on \S+, 6\.15\.0$/.test(line));
    expect(finding).toBeGreaterThan(10);
    expect(finding).toBeLessThanOrEqual(30);
    // How far it was looked stands in short before, and in full after it.
    expect(lines.slice(0, finding).join('\n')).toContain('\ncovered: all orders of ');
    expect(lines.slice(finding).join('\n')).toContain('\nHow far that reaches:\n  in these');
  });

  test('gives the same bytes with other jobs, zone, locale, home and directory', async () => {
    const dir = await scratch();
    const env = { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', HOME: dir, LANG: 'tr_TR.UTF-8' };
    const args = ['check', laptop, ...question, '--format', 'json', '--jobs', '2', '--out', 'out'];
    const again = racewindow(args, { cwd: dir, env });
    expect(timeless(again.out)).toBe(timeless(first.out));
    // Each finding is written, just as the report has it.
    const { findings } = JSON.parse(first.out) as CheckReport;
    const names = readdirSync(path.join(dir, 'out')).sort();
    expect(names).toEqual(findings.map(({ id }) => `${id}.json`).sort());
    for (const finding of findings) {
      const text = readFileSync(path.join(dir, 'out', `${finding.id}.json`), 'utf8');
      expect(parseDocument(text, finding.id)).toMatchObject({ ok: true, value: { finding } });
    }
  });

  test('names no path and no time outside of timing', () => {
    expect(timeless(first.out)).not.toContain(root);
    expect(timeless(first.out)).not.toMatch(/20\d\d-\d\d-\d\d/);
  });

  // Two files alone; all findings are replayed below, from the report.
  test('a finding replays from its JSON alone, anywhere', async () => {
    const dir = await scratch();
    const { findings } = JSON.parse(first.out) as CheckReport;
    const env = { TZ: 'Pacific/Chatham', LC_ALL: 'C', HOME: path.join(dir, 'nowhere') };
    for (const finding of [findings[0]!, findings.at(-1)!]) {
      const name = `${finding.id}.json`;
      writeFileSync(path.join(dir, name), findingJson(finding));
      const ran = racewindow(['replay', name], { cwd: dir, env });
      expect(ran.code, `${name}: ${ran.err}`).toBe(0);
      expect(ran.out).toContain('replayed: same witness');
      for (const line of ran.out.split('\n')) {
        if (!/^(Fixes|Link): /.test(line)) expect(line.length, line).toBeLessThanOrEqual(75);
      }
    }
  });

  test('replays a report as a whole', async () => {
    const file = path.join(await scratch(), 'report.json');
    writeFileSync(file, first.out);
    const ran = racewindow(['replay', file]);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.out.trim().split('\n')).toHaveLength(
      (JSON.parse(first.out) as CheckReport).findings.length,
    );
  });

  test('knows its own findings as a baseline', async () => {
    const file = path.join(await scratch(), 'report.json');
    writeFileSync(file, first.out);
    const ran = racewindow(['check', laptop, ...question, '--baseline', file]);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.out).toMatch(/^baseline: \d+ known findings?, 0 new findings, 0 gone$/m);
  });
});

describe('bad input', () => {
  test('ends in one coded line with a hint, and exit code 2', async () => {
    const dir = await scratch();
    const file = (name: string, text: string): string => {
      writeFileSync(path.join(dir, name), text);
      return path.join(dir, name);
    };
    mkdirSync(path.join(dir, 'folder'));
    const inputs = [
      ['check', file('empty.dtb', '')],
      ['check', file('text.dtb', 'hello')],
      ['board', path.join(dir, 'folder')],
      ['check', laptop, '--kernel', '5.0'],
      ['check', laptop, '--with', 'feedfeedfeed'],
      ['check', laptop, '--with', file('fix.ts', 'export default 3;')],
      ['check', laptop, '--kernel', '7.2', '--without', 'bcb81ac6ae3c'],
      ['check', laptop, '--device', '3d00000.gpux'],
      ['replay', laptop],
    ];
    for (const args of inputs) {
      const ran = racewindow(args);
      expect(ran.code, args.join(' ')).toBe(2);
      expect(ran.err, args.join(' ')).toMatch(printedError);
      expect(ran.out).toBe('');
    }
  });
});

describe('a reader that goes away', () => {
  test('ends the program quietly', () => {
    const line = `"${process.execPath}" "${cli}" windows | head -n 1`;
    const ran = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
  });
});
