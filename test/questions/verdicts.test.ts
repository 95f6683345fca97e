// SPDX-License-Identifier: GPL-2.0-only
// Nothing is said to hold, or to be absent, where no run came to what it is about.
import { describe, expect, test } from 'vitest';
import type { CheckOptions, CheckReport } from '#finding/report';
import { properties } from '#properties/index';
import { checkPlatform, defaultCheck } from '#questions/check';
import { comesUnder } from '#questions/comes';
import { groundsOf } from '#questions/ground';
import { reachForRule, reachForWindow } from '#questions/reach';
import { verdictsOf, windowVerdictsOf } from '#questions/verdicts';
import { chooseWorlds, isAskedIn } from '#questions/worlds';
import { exitCodeOf } from '#report/exit';
import { reportJson } from '#report/json';
import { textReport } from '#report/text';
import { parseDocument } from '#report/validate';
import type { WorldOutcome } from '#run/check-world';
import { specOf } from '#run/kernel-spec';
import { genericWorlds } from '#worlds/generic';
import { kernel, laptop } from '../support/boards.ts';

const nothing: WorldOutcome = {
  states: 1,
  transitions: 1,
  bounded: [],
  seen: [],
  missed: [],
  detected: [],
  audited: null,
  findings: [],
};
const [derived] = genericWorlds();
const elsewhere = () => [{ how: 'here', worlds: genericWorlds() }];
const revision = kernel('7.2');
const spec = specOf(revision, []);
const question = {
  properties: null,
  windows: null,
  revision,
  worlds: [],
  elsewhere,
  comes: comesUnder(spec),
  later: () => null,
  barred: () => null,
  idle: () => [],
};
const runs = (more: Partial<WorldOutcome> = {}) => [
  { derived: derived!, outcome: { ...nothing, ...more } },
];

describe('a world in which nothing comes about', () => {
  test('lets no rule hold but those that are asked at each step', () => {
    const rows = verdictsOf(runs(), question);
    const holds = rows.filter((v) => v.outcome === 'holds').map((v) => v.property);
    expect(holds).toEqual(['P5', 'P9']);
    expect(holds).toEqual(properties.filter((p) => p.asked === null).map((p) => p.id));
    expect(rows.filter((v) => v.outcome === 'not reached')).toHaveLength(13);
    expect(rows.every((v) => v.outcome === 'holds' || v.reason !== undefined)).toBe(true);
  });

  test('is no pass for a rule that a limit cut off', () => {
    const limit = { limit: 'states', value: 1, flag: '--states-max' };
    const rows = verdictsOf(runs({ bounded: [limit] }), question);
    expect(new Set(rows.map((v) => v.outcome))).toEqual(new Set(['bounded']));
  });

  test('leaves a window undecided until what it needs has come about', () => {
    const asked = { ...question, windows: ['C21'] };
    expect(windowVerdictsOf(runs(), asked)[0]?.outcome).toBe('not reached');
    expect(verdictsOf(runs(), asked).every((v) => v.outcome === 'not reached')).toBe(true);
    const seen = ['an instance that goes away'];
    expect(windowVerdictsOf(runs({ seen }), asked)[0]?.outcome).toBe('absent');
    const some = windowVerdictsOf(runs({ seen }), { ...asked, properties: ['P4'] })[0];
    expect([some?.outcome, some?.reason]).toEqual([
      'n.a.',
      'it was looked for under P4 only; without --property all rules are asked',
    ]);
  });

  test('says n.a. of a window that the kernel can not come to, and why', () => {
    const barred = (key: string) => (key === derived!.classKey ? 'nobody can' : null);
    const [row] = windowVerdictsOf(runs(), { ...question, windows: ['C21'], barred });
    expect([row?.outcome, row?.reason]).toEqual(['n.a.', 'it can not come about: nobody can']);
    const seen = ['an instance that goes away'];
    const reached = windowVerdictsOf(runs({ seen }), { ...question, windows: ['C21'], barred });
    expect(reached[0]?.outcome).toBe('absent');
  });

  test('refers to other devices that came to it in the same check', () => {
    const other = genericWorlds().find((w) => w.classKey !== derived!.classKey)!;
    const outcome = { ...nothing, seen: ['P4 is asked', 'an instance that goes away'] };
    const both = [...runs(), { derived: other, outcome }];
    const rule = verdictsOf(both, { ...question, properties: ['P4'] });
    const window = windowVerdictsOf(both, { ...question, windows: ['C21'] });
    const told = 'their worlds do not come to it; those of';
    expect(rule.map((v) => v.outcome)).toEqual(['holds', 'not reached']);
    expect(rule[1]?.reason).toContain(told);
    expect(rule[1]?.reach).toBeUndefined();
    expect(window.map((v) => v.outcome)).toEqual(['absent', 'not reached']);
    expect(window[1]?.reason).toContain(told);
  });

  test('shows a window that breaks no rule by what happens', () => {
    const asked = { ...question, windows: ['C32'] };
    const seen = ['a bind that does not wait for its IOMMU'];
    expect(windowVerdictsOf(runs({ seen }), asked)[0]?.outcome).toBe('found');
    expect(windowVerdictsOf(runs(), asked)[0]?.outcome).toBe('not reached');
  });
});

test('what would reach a rule or a window is a world, a flag or a commit', () => {
  expect(reachForRule('P14', question).reach).toEqual(['here (mock add)']);
  expect(reachForRule('P13', question).reach?.[0]).toMatch(/acs|alias/);
  // The generic world of store buffers comes to it without a flag.
  expect(reachForWindow('C24', question).reach).toEqual(['here (walk+bind buffers)']);
  expect(reachForWindow('C21', question).reach).toEqual(['here (unbind+add)']);
});

test('what comes about in later kernels only is asked of the first of them', () => {
  const old = { ...kernel('6.12') };
  const chosen = chooseWorlds(null, { ...defaultCheck, devices: ['30.codec'] }, '6.12');
  const options = { ...defaultCheck, devices: ['30.codec'] };
  const grounds = groundsOf(null, options, { revision: old, spec: specOf(old, []) }, chosen);
  const { reason, reach } = reachForWindow('C20', grounds);
  expect(reason).toContain('which comes about since 229e6ee43d2a');
  expect(reach).toEqual(['--kernel 6.12.y and --device 20.gpu (refuse+walk+retry)']);
  const [row] = verdictsOf(runs(), { ...question, ...grounds, properties: ['P1'] });
  expect(row?.outcome).toBe('n.a.');
  expect(row?.reach?.[0]).toMatch(/^--kernel 6\.15/);
  const less = kernel('7.2', ['da33e87bd2bf']);
  const changed = { revision: less, spec: specOf(less, []) };
  const back = groundsOf(null, options, changed, chosen).later(() => true);
  expect(back?.how).toBe('--kernel 7.2, no --with, no --without');
});

test('a world is no way where no run of it comes to that under the kernel', () => {
  // Under 6.0 nobody walks for clients of a device tree: two of them are in no order of groups.
  const of = (scene: string) =>
    genericWorlds().filter((d) => d.world.name.startsWith(scene) && isAskedIn('P2', d.world));
  const lure = of('walk+bind+retry')
    .filter((d) => d.devices.includes('20.gpu'))
    .slice(0, 1);
  const elsewhere = () => [{ how: 'here', worlds: [...lure, ...of('scan alias')] }];
  const revision = kernel('6.0');
  const old = { ...question, revision, comes: comesUnder(specOf(revision, [])), elsewhere };
  expect(lure).toHaveLength(1);
  expect(reachForRule('P2', old).reach).toEqual(['here (scan alias)']);
  const none = { ...old, elsewhere: () => [{ how: 'here', worlds: lure }] };
  expect(reachForRule('P2', none).reach).toEqual([]);
  const unknown = reachForRule('P2', { ...none, comes: () => 'unknown' as const });
  expect(unknown.reach).toBeUndefined();
  expect(unknown.reason).toContain('was not found out');
});

test('classes whose devices have one name are told apart in words', () => {
  const [one, other] = genericWorlds().filter((d) => d.devices.join() === '20.gpu');
  const seen = ['P4 is asked'];
  const mixed = [
    { derived: one!, outcome: { ...nothing, seen } },
    { derived: other!, outcome: nothing },
  ];
  const rows = verdictsOf(mixed, { ...question, properties: ['P4'] });
  expect(one!.classKey).not.toBe(other!.classKey);
  expect(rows.map((v) => [v.outcome, v.reason])).toEqual([
    ['holds', undefined],
    ['not reached', 'their worlds do not come to it; those of other classes with 20.gpu do'],
  ]);
});

test('a check says what was not reached, and exits 3 where nothing was decided', async () => {
  const options: CheckOptions = {
    ...defaultCheck,
    devices: ['3d00000.gpu'],
    properties: ['P14'],
    windows: ['C24'],
  };
  const asked = { revision: kernel('7.2'), userFixes: [] };
  const result = await checkPlatform(laptop(), asked, options, '0');
  const report: CheckReport = { ...result, input: null, timing: { elapsedMs: 1, jobs: 1 } };
  expect(report.windows?.map((w) => [w.window, w.outcome])).toEqual([['C24', 'not reached']]);
  expect(report.verdicts.map((v) => [v.property, v.outcome])).toEqual([['P14', 'not reached']]);
  expect(exitCodeOf(report)).toBe(3);
  const text = textReport(report);
  expect(text).not.toContain('holds');
  expect(text).toMatch(/in none of them: [^:]*unbind\s+of\s+an\s+IOMMU/);
  expect(text).toMatch(/C24 +not reached/);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(75);
  const parsed = parseDocument(reportJson(report), 'r.json');
  expect(parsed.ok && parsed.value.kind === 'report' && parsed.value.report).toEqual(report);
});

test('a rule that was asked for holds where it was reached, and exits 0', () => {
  const seen = ['P4 is asked'];
  const verdicts = verdictsOf(runs({ seen }), { ...question, properties: ['P4', 'P5'] });
  expect(verdicts.map((v) => v.outcome)).toEqual(['holds', 'holds']);
  const coverage = { worlds: 1, clientsMax: 1, instancesMax: 1, states: 1, transitions: 1 };
  const report = {
    kernel: { name: '7.2', commits: [], userFixes: [] },
    tool: { name: 'racewindow', version: '0', format: 'racewindow/report@1' },
    input: null,
    coverage: { ...coverage, strategy: 'exhaustive', bounded: [] },
    findings: [],
    timing: { elapsedMs: 1, jobs: 1 },
  } as const;
  expect(exitCodeOf({ ...report, verdicts, properties: ['P4', 'P5'] })).toBe(0);
  const open = verdictsOf(runs({ seen }), { ...question, properties: ['P4', 'P14'] });
  expect(exitCodeOf({ ...report, verdicts: open, properties: ['P4', 'P14'] })).toBe(3);
  expect(exitCodeOf({ ...report, verdicts: open })).toBe(0);
});
