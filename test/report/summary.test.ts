// SPDX-License-Identifier: GPL-2.0-only
// The summary of a check: a row for each window, the gravest first, and which findings are told.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '#finding/finding';
import { gravestFirst, gravityOf, harms } from '#finding/harm';
import { properties } from '#properties/index';
import { harmText, shownOf, summaryLines } from '#report/summary';
import { textReport } from '#report/text';
import { windows } from '#windows/index';
import { exampleReport, replayDuringRegister } from './example.ts';

const finding = (some: Partial<Finding>): Finding => ({ ...replayDuringRegister, ...some });

const c14 = finding({ window: 'C14', property: 'P3', harm: 'memory', closers: [], id: 'a' });
const c14late = finding({ window: 'C14', property: 'P1', harm: 'warning', closers: [], id: 'b' });
const c09 = finding({ id: 'c', devices: ['3d00000.gpu', 'a600000.usb'] });
const c11 = finding({ window: 'C11', property: 'P2', harm: 'order', since: null, preemptions: 0 });
const unknown = finding({ window: null, property: 'P2', harm: 'order', closers: [] });

const report = { ...exampleReport, findings: [c09, c11, c14late, c14] };

describe('the summary', () => {
  test('has a row for each window, with what its gravest finding does', () => {
    const [head, ...rows] = summaryLines(report);
    expect(head).toMatch(/^window {2}harm +devices {2}preempt {2}since +closed by +--show$/);
    expect(rows.slice(0, 3).map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
      ['C14', 'stray DMA', '2', '1'],
      ['C09', 'warning', '2', '1'],
      ['C11', 'order', '2', '0'],
    ]);
    expect(rows[0]).toMatch(/open +3-4$/);
    expect(rows[1]).toMatch(/v6\.15-rc1 +da33e87bd2bf +1$/);
    expect(rows[2]).toContain('pre-v6.0');
  });

  test('says how to carry back what is closed, where the kernel has a name', () => {
    const text = summaryLines(report).join('\n');
    expect(text).toContain('C09 is closed in v6.16-rc1: racewindow backport C09 --to 6.15.0');
    expect(text).not.toContain('backport C14');
    const kernel = { ...report.kernel, userFixes: ['fix.ts'] };
    expect(summaryLines({ ...report, kernel }).join('\n')).not.toContain('backport');
  });

  test('fits the columns of a report whatever the window', () => {
    for (const harm of harms) {
      const rows = summaryLines({ ...report, findings: [finding({ harm, since: null })] });
      for (const row of rows) expect(row.length).toBeLessThanOrEqual(75);
    }
  });

  test('is followed by the gravest finding in full, and by no other', () => {
    const text = textReport(report);
    expect(text).toContain('C14 on 3d00000.gpu');
    expect(text).toContain('breaks P3');
    expect(text).not.toContain('breaks P1');
    expect(text).toContain('3 more findings: --show N');
    expect(textReport(report, { show: 1 })).toContain('C09 on 3d00000.gpu');
    expect(textReport(report, { show: 'all' }).match(/^ {2}breaks /gm)).toHaveLength(4);
    expect(textReport(report, { show: 'none' })).not.toContain('breaks');
  });
});

test('what fits no window comes first, then what is gravest', () => {
  expect(gravestFirst([c11, c09, c14, unknown])).toEqual([unknown, c14, c09, c11]);
  const always = { ...c14, window: 'C22', since: null, preemptions: 0 };
  expect(gravestFirst([always, c09, c14])).toEqual([c14, always, c09]);
  const any = fc.array(
    fc.record({ harm: fc.constantFrom(...harms), preemptions: fc.nat(3) }).map(finding),
  );
  fc.assert(
    fc.property(any, (list) => {
      const sorted = gravestFirst(list);
      expect(sorted).toHaveLength(list.length);
      sorted.slice(1).forEach((f, i) => {
        expect(gravityOf(sorted[i]!)).toBeLessThanOrEqual(gravityOf(f));
      });
      expect(shownOf(list, 'gravest')).toEqual(sorted.slice(0, 1));
    }),
  );
});

test('a finding is told by the number that the summary has', () => {
  expect(shownOf(report.findings, 3)).toEqual([c14late]);
  expect(shownOf(report.findings, 9)).toEqual([]);
});

test('each rule has a harm and says what it means, and a window differs where it says so', () => {
  for (const { id, harm, means } of properties) {
    expect(harms, id).toContain(harm);
    expect(means, id).toMatch(/^[a-z].*[a-z]$/);
  }
  for (const { id, harmOf = {} } of windows) {
    for (const [rule, harm] of Object.entries(harmOf)) {
      expect(properties.find((p) => p.id === rule)?.harm, id).not.toBe(harm);
    }
  }
  expect(harmText({})).toBe('not known');
});
