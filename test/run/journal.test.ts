// SPDX-License-Identifier: GPL-2.0-only
// A check that was killed goes on where it was, and comes to the same report.

import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CheckOptions } from '#finding/report';
import { checkPlatform } from '#questions/check';
import { textReport } from '#report/text';
import { brokenCheckpoint, journalFault, journalLine } from '#run/journal';
import { besideBoard } from '../support/beside.ts';
import { kernel } from '../support/boards.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-'));
afterAll(() => rmSync(dir, { recursive: true }));

const options = {
  devices: ['b'],
  properties: ['P3'],
  windows: null,
  asyncProbe: false,
  strictDevlink: false,
  strategy: { kind: 'bound', preemptions: 0 },
  statesMax: null,
  timeMaxMs: null,
  jobs: 1,
} as const;

const board = besideBoard({});
const run = (resume: string, version = '0', more: Partial<CheckOptions> = {}) => {
  const base = { revision: kernel('7.2'), userFixes: [] };
  return checkPlatform(board, base, { ...options, ...more, resume }, version);
};

// What a check that was not killed leaves: tests begin with a copy of it.
const kept = path.join(dir, 'kept whole');
const first = await run(kept);

/** A journal of that check, as @name. */
function journal(name: string): string {
  const file = path.join(dir, name);
  copyFileSync(kept, file);
  return file;
}

test('worlds in the journal are not explored again, what was cut off is', async () => {
  const file = journal('journal');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.length).toBe(first.coverage.worlds);

  // As it is after a kill in the middle of a write, with one world that says what it did not.
  const told = JSON.parse(lines[0]!);
  told.outcome.states += 1_000_000;
  const first100 = lines[1]!.slice(0, 100);
  writeFileSync(file, `${journalLine(told.digest, told.outcome)}\n${first100}`);
  expect(journalFault(file)).toBe(null);
  const again = await run(file);
  expect(again.coverage.states).toBe(first.coverage.states + 1_000_000);
  expect(again.findings).toEqual(first.findings);
  expect(again.verdicts).toEqual(first.verdicts);
  expect(journalFault(file)).toBe(null);
  expect(readFileSync(file, 'utf8').trimEnd().split('\n').length).toBe(lines.length);
});

test('P9 is violated by a cycle of locks, also where no run deadlocks', async () => {
  const file = path.join(dir, 'cycle');
  const p9 = { properties: ['P9'], strategy: { kind: 'exhaustive' } } as const;
  const holds = await run(file, '0', p9);
  expect(holds.verdicts.map((v) => v.outcome)).toEqual(['holds']);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const told = JSON.parse(lines[0]!);
  const because = 'udevd wants b while it holds a; modprobe wants a while it holds b';
  told.outcome.detected.push({ kind: 'lock-order', subject: 'a', because });
  const changed = journalLine(told.digest, told.outcome);
  writeFileSync(file, `${[changed, ...lines.slice(1)].join('\n')}\n`);
  const again = await run(file, '0', p9);
  expect(again.verdicts.map((v) => v.outcome)).toContain('violated');
  const text = textReport({ ...again, input: null, timing: { elapsedMs: 1, jobs: 1 } });
  expect(text.replace(/\s+/g, ' ')).toContain(`P9, could deadlock: ${because}`);
  const c09 = await run(file, '0', { ...p9, windows: ['C09'] });
  expect(c09.verdicts.map((v) => v.outcome)).not.toContain('violated');
});

test('a journal of another version is not believed', async () => {
  const file = journal('other');
  appendFileSync(file, 'no JSON at all\n');
  const before = readFileSync(file, 'utf8').length;
  const other = await run(file, '1');
  expect(other.coverage).toEqual(first.coverage);
  expect(readFileSync(file, 'utf8').length).toBeGreaterThan(before);
});

test('what is no journal, or a damaged one, is told', () => {
  const file = journal('whole');
  const whole = readFileSync(file, 'utf8');
  const fault = (text: string | Buffer): string | null => {
    writeFileSync(file, text);
    return journalFault(file);
  };
  expect(fault(whole)).toBe(null);
  expect(fault('')).toBe(null);
  expect(fault(whole.slice(0, -1))).toBe(null);
  expect(fault(whole.slice(0, 5))).toBe(null);
  expect(fault('my notes\nof today\n')).toBe('it is no journal');
  expect(fault('my notes')).toBe('it is no journal');
  expect(fault(Buffer.from([0xd0, 0x0d, 0xfe, 0xed, 10, 0xff]))).toBe('it is no journal');
  expect(fault(`${whole}my notes`)).toBe('its last line is damaged');
  expect(fault(whole.replace('"states":', '"states":1'))).toBe('line 1 is damaged');
  expect(fault(`${whole}${whole.slice(0, 50)}\n`)).toMatch(/^line \d+ is damaged$/);
  expect(journalFault(path.join(dir, 'not-there'))).toBe(null);
});

test('a file that should be a checkpoint and is none is named', () => {
  const file = path.join(dir, 'kept');
  expect(brokenCheckpoint(file)).toBe(null);
  writeFileSync(`${file}.new`, 'not yet one');
  writeFileSync(`${file}.0123456789abcdef.new`, 'not yet one');
  expect(brokenCheckpoint(file)).toBe(null);
  writeFileSync(`${file}.0123456789abcdef`, 'racewindow/checkpoint@1\nd\n');
  expect(brokenCheckpoint(file)).toEqual({
    file: `${file}.0123456789abcdef`,
    because: 'cut off',
  });
  writeFileSync(`${file}.0123456789abcdef`, 'something else\n');
  expect(brokenCheckpoint(file)?.because).toBe('no checkpoint');
});
