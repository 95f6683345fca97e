// SPDX-License-Identifier: GPL-2.0-only
// The report for a terminal, exit codes and baselines.
import { expect, test } from 'vitest';
import { applyBaseline } from '#finding/baseline';
import type { CheckReport } from '#finding/report';
import { exitCodeOf } from '#report/exit';
import { type Paint, textReport } from '#report/text';
import { grouped } from '#report/words';
import { exampleReport, replayDuringRegister } from './example.ts';

const rules = new Map([['P1', 'a device is never probed by its IOMMU while a driver is bound']]);
const windows = new Map([['C09', 'replay-during-register']]);

const clean: CheckReport = {
  ...exampleReport,
  coverage: { ...exampleReport.coverage, bounded: [] },
  verdicts: [{ property: 'P1', outcome: 'holds', devices: ['a600000.usb'] }],
  findings: [],
};

test('a report reads as pinned', async () => {
  const text = textReport(exampleReport, { rules, windows });
  await expect(text).toMatchFileSnapshot('golden/report.txt');
});

test('a clean report reads as pinned', async () => {
  await expect(textReport(clean, { rules })).toMatchFileSnapshot('golden/clean.txt');
});

test('a report is at most 75 columns wide, trailers apart', () => {
  for (const line of textReport(exampleReport, { rules, windows }).split('\n')) {
    if (!/^(Fixes|Link): /.test(line)) expect(line.length).toBeLessThanOrEqual(75);
  }
});

test('paint changes nothing but colour', () => {
  const on = (text: string): string => `\u001b[1m${text}\u001b[0m`;
  const paint: Paint = { bad: on, warn: on, good: on, dim: on, strong: on };
  const painted = textReport(exampleReport, { paint, rules });
  expect(painted).toContain('\u001b[1mviolated\u001b[0m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour is made of them
  expect(painted.replace(/\u001b\[\dm/g, '')).toBe(textReport(exampleReport, { rules }));
});

test('timing is nowhere in the text', () => {
  const later = { ...exampleReport, timing: { elapsedMs: 99999, jobs: 7 } };
  expect(textReport(later)).toBe(textReport(exampleReport));
});

test('violated wins over bounded, bounded over holds', () => {
  expect(exitCodeOf(exampleReport)).toBe(1);
  expect(exitCodeOf(clean)).toBe(0);
  const bounded = { ...clean, coverage: exampleReport.coverage };
  expect(exitCodeOf(bounded)).toBe(3);
});

test('a known finding does not fail a check, a new one does', () => {
  const known = applyBaseline([replayDuringRegister], [replayDuringRegister]);
  expect(exitCodeOf({ ...clean, findings: [replayDuringRegister] }, known)).toBe(0);
  expect(exitCodeOf(exampleReport, known)).toBe(3);
  const other = { ...replayDuringRegister, class: 'pci' };
  expect(exitCodeOf(clean, applyBaseline([other], [replayDuringRegister]))).toBe(1);
});

test('a baseline lists what it knows and shows what is new', () => {
  const fresh = { ...replayDuringRegister, id: 'x', class: 'pci', devices: ['0000:00:01.0'] };
  const report = { ...exampleReport, findings: [replayDuringRegister, fresh] };
  const baseline = applyBaseline(report.findings, [replayDuringRegister]);
  const text = textReport(report, { baseline });
  expect(text).toContain('baseline: 1 known finding, 1 new finding');
  expect(text).toContain('  known: C09 P1 3d00000.gpu and 1 more');
});

test('an unknown window is only known with the very schedule', () => {
  const a = { ...replayDuringRegister, window: null };
  const b = { ...a, schedule: 'another' };
  expect(applyBaseline([b], [a]).fresh).toEqual([b]);
  expect(applyBaseline([a], [a]).known).toEqual([a]);
});

test('numbers are grouped the same in every locale', () => {
  expect(grouped(0)).toBe('0');
  expect(grouped(1234567)).toBe('1,234,567');
});

test('findings that a baseline knows are not offered as more', () => {
  const { findings } = exampleReport;
  const known = { rules, baseline: { known: findings, fresh: [] } };
  expect(textReport(exampleReport, known)).not.toContain('more finding');
  const fresh = { rules, baseline: { known: findings.slice(1), fresh: findings.slice(0, 1) } };
  expect(textReport(exampleReport, fresh)).not.toContain('more finding');
});
