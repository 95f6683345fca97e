// SPDX-License-Identifier: GPL-2.0-only
// A slip of the pen in what a rule declares is an error, and never a rule that holds.
import { describe, expect, test } from 'vitest';
import { check, type Strategy } from '#checker/index';
import type { SceneInput } from '#checker/program/scene';
import { event, Handle, type Kfn, load, store } from '#env/op';

const c = new Handle<{ n: number; m: number }>('counter', 'c');

function* up(): Kfn<void> {
  yield* store(c, 'n', (yield* load(c, 'n')) + 1);
  event('went', 'up');
}

const scene = (more: Partial<SceneInput>): SceneInput => ({
  name: 'two that count',
  init: [[c, 'n', 0]],
  threads: ['A', 'B'].map((name) => ({ name, fn: up, args: [] })),
  ...more,
});

/** A slip, and the same without it; what is right by its names, and what is wrong. */
const watchers: Record<string, (events: string[], reads: string[]) => Partial<SceneInput>> = {
  always: (events, reads) => ({ rules: [{ id: 'R', events, reads, always: () => undefined }] }),
  'at the end': (events, readsAtEnd) => ({
    rules: [{ id: 'R', events, reads: [], readsAtEnd, atEnd: () => undefined }],
  }),
  sometimes: (events, reads) => ({ sometimes: [{ id: 'R', events, reads, holds: () => true }] }),
  'sometimes at the end': (events, readsAtEnd) => ({
    sometimes: [{ id: 'R', events, readsAtEnd, holds: () => true, atEnd: () => true }],
  }),
  signature: (events, reads) => ({
    signatures: [
      { window: 'R', events, reads, initial: null, step: (s) => s, explains: () => false },
    ],
  }),
};

const strategies: Strategy[] = [
  { kind: 'exhaustive' },
  { kind: 'none' },
  { kind: 'optimal' },
  { kind: 'source-dpor' },
];

describe.each(Object.entries(watchers))('%s', (_kind, watcher) => {
  test.each(strategies)('may declare what the program has: $kind', (strategy) => {
    const { outcome } = check(scene(watcher(['went'], ['counter.n'])), { strategy });
    expect(outcome).toBe('holds');
  });

  test.each(strategies)('may not declare another event or field: $kind', (strategy) => {
    const run = (events: string[], reads: string[], mayLack?: string[]) =>
      check(scene({ ...watcher(events, reads), ...(mayLack && { mayLack }) }), { strategy });
    expect(() => run(['wnet'], ['counter.n'])).toThrow(/RW405.*R declares the event wnet/);
    expect(() => run(['went'], ['counter.nn'])).toThrow(/RW405.*the field counter\.nn/);
    expect(() => run(['went'], ['countre.n'])).toThrow(/RW405.*the field countre\.n/);
    expect(run(['wnet'], ['countre.n'], ['wnet', 'countre.n']).outcome).toBe('holds');
    expect(() => run(['went'], ['counter.n'], ['counter.m'])).toThrow(/RW405.*mayLack/);
  });
});

test('what a rule alone looks at is nothing that the program has', () => {
  const always = (peek: { get: (h: typeof c, f: 'm') => unknown }) =>
    peek.get(c, 'm') === 1 ? { subject: 'c', because: 'm', facts: {} } : undefined;
  const rules = [{ id: 'R', events: [], reads: ['counter.m'], always }];
  expect(() => check(scene({ rules }))).toThrow(/RW405.*counter\.m/);
});

test('a search that leaves something out says nothing of names', () => {
  const slip = scene(watchers['always']!(['wnet'], []));
  expect(check(slip, { statesMax: 1 }).outcome).toBe('bounded');
});

test('locks, life, fresh objects and initial memory are names, too', () => {
  const lock = new Handle('mutex', 'l');
  function* locks(): Kfn<void> {
    yield { kind: 'lock', obj: lock, field: '' };
    yield { kind: 'unlock', obj: lock, field: '' };
  }
  const reads = ['mutex.holder', 'mutex.alive', 'counter.n', 'counter.m'];
  const threads = [{ name: 'A', fn: locks, args: [] }];
  const init = [
    [c, 'n', 0],
    [c, 'm', 0],
  ] as const;
  expect(check({ name: 'x', init, threads, rules: [{ id: 'R', events: [], reads }] }).outcome).toBe(
    'holds',
  );
});
