// SPDX-License-Identifier: GPL-2.0-only
// The report for a terminal, exit codes and baselines.
import { describe, expect, test } from 'vitest';
import type { CheckReport, Outcome, WindowOutcome } from '#finding/report';
import type { TraceStep } from '#finding/step';
import type { Why } from '#finding/why';
import { exitCodeOf } from '#report/exit';
import { findingText, type Paint, textReport } from '#report/text';
import { grouped } from '#report/words';
import { exampleReport, replayDuringRegister, step } from './example.ts';

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

test('numbers are grouped the same in every locale', () => {
  expect(grouped(0)).toBe('0');
  expect(grouped(1234567)).toBe('1,234,567');
});

test('findings that a baseline knows are not offered as more', () => {
  const { findings } = exampleReport;
  const known = { rules, baseline: { known: findings, fresh: [], gone: [], unsure: null } };
  expect(textReport(exampleReport, known)).not.toContain('more finding');
  const parted = { known: findings.slice(1), fresh: findings.slice(0, 1) };
  const fresh = { rules, baseline: { ...parted, gone: [], unsure: null } };
  expect(textReport(exampleReport, fresh)).not.toContain('more finding');
});

/** The lines of `covered:` of a report that is like the example but for these. */
function covered(more: Partial<typeof exampleReport>): string {
  const coverage = { ...exampleReport.coverage, bounded: [], strategy: 'exhaustive' };
  const text = textReport({ ...exampleReport, coverage, findings: [], ...more });
  return /covered: .*/s.exec(text)![0].replace(/\s+/g, ' ');
}

const row = (property: string, outcome: Outcome, devices = ['a']) => {
  return { property, outcome, devices };
};

test('that the rules hold is said only where each of them does', () => {
  const told = (...outcomes: Outcome[]): string =>
    covered({ verdicts: outcomes.map((outcome, i) => row(`P${i + 1}`, outcome)) });
  expect(told('holds', 'n.a.')).toContain('holds for');
  expect(told('n.a.')).toContain('all orders of');
  for (const other of ['violated', 'bounded', 'not reached'] as const) {
    expect(told('holds', other)).toContain('all orders of');
  }
});

test('a rule that no run came to has a row, and why where it was asked for', () => {
  const far = ['P13', 'P14', 'P15'].map((property) => ({
    ...{ property, outcome: 'not reached' as const, devices: ['a600000.usb'] },
    ...{ reason: `no run came to what ${property} is about`, reach: [`--device ${property}`] },
  }));
  const report = { ...clean, verdicts: [...clean.verdicts, ...far] };
  const plain = textReport(report);
  for (const { property } of far) {
    const row = `${property}   not reached  1\n  what reaches it: --device ${property}\n`;
    expect(plain.replaceAll(/ +\n/g, '\n')).toContain(row);
  }
  expect(plain).not.toContain('P13 is about');
  const asked = textReport({ ...report, properties: ['P13', 'P14', 'P15'] });
  expect(asked).toContain('P13 is about; what reaches it: --device P13');
});

test('nothing is said to hold where a window is found, or what was asked for is left open', () => {
  const verdicts = [row('P1', 'holds')];
  const asked = (...outcomes: WindowOutcome[]): string => {
    const windows = outcomes.map((outcome, i) => ({ window: `C0${i}`, outcome, devices: ['a'] }));
    return covered({ verdicts, windows });
  };
  expect(asked('absent')).toContain('holds for');
  for (const other of ['found', 'bounded', 'not reached', 'n.a.'] as const) {
    expect(asked('absent', other)).not.toContain('holds for');
  }
  expect(covered({ verdicts, properties: ['P1'] })).toContain('holds for');
  expect(covered({ verdicts, properties: ['P1', 'P2'] })).not.toContain('holds for');
});

test('what is not covered is told beside what is', () => {
  const all = covered({ verdicts: [row('P1', 'holds'), row('P9', 'n.a.')] });
  expect(all).not.toContain('not covered');
  const verdicts = [
    row('P1', 'holds'),
    row('P2', 'holds'),
    row('P2', 'not reached', ['b']),
    row('P13', 'not reached'),
  ];
  const windows = [{ window: 'C24', outcome: 'not reached', devices: ['a'] } as const];
  const left = 'not covered: P13, C24 (not reached); P2 of some devices (not reached)';
  expect(covered({ verdicts, windows })).toContain(left);
  const some = covered({ verdicts: [row('P1', 'holds')], properties: ['P1'] });
  expect(some).toContain('not covered: all rules but P1 (not asked)');
  const limit = { limit: 'states-max', value: 1, flag: '--states-max', worlds: ['v', 'w'] };
  const refused = { limit: 'not-runnable', value: 0, flag: null, worlds: ['x'] };
  const coverage = { ...exampleReport.coverage, bounded: [limit, refused] };
  const cut = covered({ verdicts: [row('P1', 'bounded')], coverage });
  expect(cut).toContain('not covered: what 3 worlds may do beyond the limits');
  expect(cut).toContain('not run: no scene can be built of 1 world (x): not a pass');
});

test('windows that are seen in the same way are told by their reasons, each reason once', () => {
  const closed = 'closed here by 17de3f5fdd35 (v6.8-rc1)';
  const alike = [
    { window: 'C10', because: 'another order: the walk meets a bind under way and goes on' },
    { window: 'C37', because: closed },
    { window: 'C39', because: closed },
  ];
  const text = findingText({ ...replayDuringRegister, alike }).join('\n');
  expect(text).toContain(
    [
      '',
      'Seen in the same way, and why it is not that:',
      '  C10: another order: the walk meets a bind under way and goes on',
      '  C37, C39: closed here by 17de3f5fdd35 (v6.8-rc1)',
      '',
      'Seen as: ',
    ].join('\n'),
  );
  const none = findingText({ ...replayDuringRegister, alike: [] }).join('\n');
  expect(none).not.toContain('Seen in the same way');
});

test('boot options that help are told first, and how to ask for them where nobody has', () => {
  const avoided = [
    { what: 'fw_devlink.strict=1', prevents: 'no', because: 'still there in walk+bind+timeout' },
    { what: 'deferred_probe_timeout=-1', prevents: 'yes', because: '' },
  ] as const;
  const findings = exampleReport.findings.map((f) => ({ ...f, avoided }));
  const hint = 'Which boot options avoid that on this board: add --avoid';
  const told = textReport({ ...exampleReport, findings });
  expect(told).toContain(
    [
      '',
      'Does it avoid C09 on 3d00000.gpu? Asked of every order of its worlds:',
      '  yes: deferred_probe_timeout=-1',
      '  no: fw_devlink.strict=1: still there in walk+bind+timeout',
      '',
    ].join('\n'),
  );
  expect(told).not.toContain(hint);
  expect(textReport(exampleReport)).toContain(`\n\n${hint}\n`);
  expect(textReport({ ...exampleReport, input: null })).not.toContain(hint);
  expect(textReport(exampleReport, { show: 'none' })).not.toContain(hint);
});

describe('what closes a window', () => {
  const odds = {
    exact: true,
    fails: 0.5,
    alike: 0.5,
    after: [],
    states: 2,
    noReturn: null,
  } as const;
  const why: Omit<Why, 'window'> = {
    ...{ pair: null, searched: true, always: false, odds, alternatives: [], blocked: [] },
  };
  const end = (access: TraceStep, step: number | null, reported: string | null) => ({
    ...{ thread: 'modprobe', step, beyond: step === null, access, reported, held: '' },
  });
  const told = (given: ReturnType<typeof end>): string => {
    const window = {
      ...{ victim: 'modprobe', intruder: 'kworker/u8:1', opens: null, closes: given.step },
      ...{ end: given, complete: true },
    };
    const finding = { ...replayDuringRegister, why: { ...why, window } };
    return findingText(finding).join(' ').replace(/\s+/g, ' ');
  };
  const read = step('modprobe', 'iommu_init_device', 'load', '3d00000.gpu->driver', 'null');

  test('is told as the table has it, not as it is in another run', () => {
    const at = replayDuringRegister.trace.findIndex((s) => s.op === 'load');
    const text = told(end(read, at, null));
    expect(text).toContain(`before ${replayDuringRegister.trace[at]!.thread}'s`);
    expect(text).not.toContain('dev->driver is NULL" in iommu_init_device');
  });

  test('is told without its value where it is beyond, and which one it is', () => {
    const text = told(end(read, null, 'walk-visit 3d00000.gpu 3da0000.iommu.iommu_device'));
    expect(text).toContain(
      'before modprobe\'s read of dev->driver in iommu_init_device() after "walk visits dev", ' +
        'which comes later than what is shown',
    );
  });
});
