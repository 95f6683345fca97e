// SPDX-License-Identifier: GPL-2.0-only
// The word that a booted machine comes to, from the text of its console.

import { expect, test } from 'vitest';
import type { BootSeen } from '#finding/reproduction';
import { archive } from '#reproduce/archive';
import { judge, seenIn } from '#reproduce/verdict';

const dev = 'b000000.client';
const waits = ['bind:of_iommu_configure+<walk:probe_iommu_group+'];
const plan = { property: 'P1', window: 'C10', waits, expected: 'breaks' } as const;

const start = [
  'machine: version Linux version 7.2.12+deb13-arm64 (a) #1',
  '[    1.0] Booting Linux',
];
const reached = '[    7.6] racewindow: reached walk:probe_iommu_group+';
const met = '[    7.6] racewindow: met at walk:probe_iommu_group+ for bind:of_iommu_configure+';
const late = `[    7.7] racewindow ${dev}: late IOMMU probe at driver bind, something fishy here!`;
const end = `[    8.6] racewindow: end ${dev} driver racewindow group 3 dma iommu used yes`;
const done = '[    8.7] racewindow: done';

const seen = (...lines: string[]) => seenIn([...start, ...lines].join('\r\n'), 'P1', dev);
const control = seen(end, done);

test('all waits met and the rule broken is reproduced', () => {
  const forced = seen(reached, met, late, end, done);
  expect(forced).toMatchObject({ met: 1, isDone: true, release: '7.2.12+deb13-arm64' });
  expect(judge(plan, control, forced).word).toBe('reproduced');
});

test('a wait is met once, however often somebody comes to its point', () => {
  expect(seen(reached, met, reached, met, end, done).met).toBe(1);
});

test('a warning about another device is not the finding', () => {
  const other = late.replace(dev, 'b001000.client');
  expect(judge(plan, control, seen(reached, met, other, end, done)).word).toBe('not reproduced');
});

const all = [
  ...(['breaks', 'may break', 'several windows'] as const),
  ...(['another window', 'keeps', 'not decided'] as const),
];
const wordsOf = (forced: BootSeen) =>
  all.map((expected) => judge({ ...plan, expected }, control, forced).word);
const [open, never] = ['inconclusive', 'infeasible'];

test('a wait that is not met is infeasible only where the model has no such order', () => {
  const out = seen(reached, met.replace('met', 'timed out'), end, done);
  for (const forced of [out, seen(end, done)]) {
    expect(wordsOf(forced)).toEqual([open, open, open, never, never, open]);
    // It may still come about after the log has ended.
    expect(wordsOf({ ...forced, isDone: false })).toEqual(all.map(() => open));
  }
});

test('all waits met and the rule kept is loud if it should break', () => {
  const forced = seen(reached, met, end, done);
  expect(wordsOf(forced)).toEqual(['not reproduced', open, open, never, never, open]);
  expect(judge(plan, control, forced).because).toContain('the model is wrong');
  const kept = judge({ ...plan, expected: 'keeps' }, control, forced);
  expect(kept.because).not.toContain('wrong');
});

test('a rule broken in order is the window only where the model says so', () => {
  const forced = seen(reached, met, late, end, done);
  expect(wordsOf(forced)).toEqual(['reproduced', 'reproduced', open, open, open, open]);
  const { because } = judge({ ...plan, expected: 'keeps' }, control, forced);
  expect(because).toContain('model is wrong');
});

test('what is broken without an order, out of order or before the end decides nothing', () => {
  const forced = seen(reached, met, late, end, done);
  expect(judge(plan, seen(late, end, done), forced).word).toBe('inconclusive');
  const out = met.replace('met', 'timed out');
  expect(judge(plan, control, seen(reached, out, late, end, done)).word).toBe('inconclusive');
  expect(judge(plan, control, seen(reached, met)).word).toBe('inconclusive');
  expect(judge(plan, seen(), forced).word).toBe('inconclusive');
  const unhooked = seen('racewindow: no hook really_probe: -2', reached, met, late, end, done);
  expect(judge(plan, control, unhooked).word).toBe('inconclusive');
  expect(judge({ ...plan, property: 'P5' }, control, forced).word).toBe('inconclusive');
});

test('patches without a model are judged beside the tree without them', () => {
  const none = { ...plan, expected: 'no model' } as const;
  const before = (word: 'reproduced' | 'infeasible') => ({ word, because: '' });
  const hit = seen(reached, met, late, end, done);
  const kept = seen(reached, met, end, done);
  const out = seen(reached, met.replace('met', 'timed out'), end, done);
  const words = (then: Parameters<typeof judge>[3]) =>
    [hit, kept, out].map((forced) => judge(none, control, forced, then).word);
  expect(words(before('reproduced'))).toEqual(['reproduced', 'infeasible', 'infeasible']);
  expect(words(before('infeasible'))).toEqual([open, open, open]);
  expect(words(null)).toEqual([open, open, open]);
  const outOfOrder = seen(reached, met.replace('met', 'timed out'), late, end, done);
  expect(judge(none, control, outOfOrder, before('reproduced')).word).toBe(open);
  // A model, where there is one, decides by itself.
  expect(judge(plan, control, kept, before('reproduced')).word).toBe('not reproduced');
});

const had = (when: string, driver: string, rest: string) =>
  `racewindow: ${when} ${dev} driver ${driver} ${rest}`;

test.each([
  ['P3', had('probe', 'racewindow', 'group -1 dma direct used no'), end],
  ['P8', '', had('end', 'racewindow', 'group -1 dma direct used no')],
  ['P11', `racewindow: probe map ${dev} direct domain translates transfer untried`, end],
  ['P10', had('end', 'racewindow', 'group 3 dma iommu used no'), ''],
  ['P10', end, had('left', 'none', 'group 3 dma iommu used yes')],
])('%s is seen in what the module or the kernel says, and else not', (rule, line, last) => {
  const text = [...start, line, last, done].join('\n');
  expect(seenIn(text, rule, dev).broken).not.toBeNull();
  const left = had('left', 'none', 'group 3 dma iommu used no');
  expect(seenIn([...start, end, left, done].join('\n'), rule, dev).broken).toBeNull();
});

test('an archive has its files one after the other, each filled up to four bytes', () => {
  const bytes = archive([{ name: 'init', mode: 0o100755, data: Buffer.from('hello') }]);
  expect(bytes.length % 4).toBe(0);
  const text = Buffer.from(bytes).toString('latin1');
  expect(text.match(/070701/g)).toHaveLength(4);
  const at = text.indexOf('init\0');
  expect(at % 4).toBe((6 + 13 * 8) % 4);
  expect(text.slice(at - 110 + 6 + 6 * 8, at - 110 + 6 + 7 * 8)).toBe('00000005');
});

test('a group that a later device on the bus has overtaken breaks P2', () => {
  const orderOf = (...groups: readonly [string, number][]) => {
    const rows = groups.map(([name, id]) => `[    8.6] racewindow: order ${name} group ${id}`);
    return seenIn([...start, ...rows, done].join('\n'), 'P2', dev).broken;
  };
  expect(orderOf([dev, 3], ['b001000.client', 0], ['b002000.client', 1])).toBe(
    `${dev} has group 3; b001000.client, later on the bus list, has group 0`,
  );
  expect(orderOf(['a', 0], [dev, 1], ['b', 2])).toBeNull();
  // A smaller id of an earlier device, or of a group that one is in, too, has overtaken nobody.
  expect(orderOf(['a', 0], [dev, 1], ['b', 0])).toBeNull();
  expect(orderOf(['a', 0], ['b', 1])).toBeNull();
});

test('an oops of dma_configure breaks P5, another one does not', () => {
  const oopsOf = (fn: string) =>
    seenIn(
      [
        ...start,
        '[    5.0] Unable to handle kernel NULL pointer dereference at virtual address 00e8',
        '[    5.0] Internal error: Oops: 0000000096000004 [#1]  SMP',
        '[    5.0] CPU: 0 UID: 0 PID: 1 Comm: init Not tainted 7.2.12+deb13-arm64 #1',
        `[    5.0] pc : ${fn}+0x58/0x90`,
        '[    5.0] Call trace:',
        `[    5.0]  ${fn}+0x58/0x90 (P)`,
        '[    5.0]  __iommu_probe_device+0x100/0x200',
      ].join('\n'),
      'P5',
      dev,
    ).broken;
  expect(oopsOf('amba_dma_configure')).toMatch(/^Unable to handle kernel NULL pointer/);
  expect(oopsOf('iommu_release_device')).toBeNull();
});
