// SPDX-License-Identifier: GPL-2.0-only
// Textbook programs through the public API, under every strategy that can bring them to an end.
import { describe, expect, test } from 'vitest';
import { check, type Strategy, underMemory } from '../../src/checker/index.ts';
import type { Scene } from '../../src/checker/program/scene.ts';
import * as t from '../support/checker/textbook.ts';

/** The scene, and the rules that some run breaks, with the fewest preemptions for each. */
const programs: readonly (readonly [string, Scene, Readonly<Record<string, number>>])[] = [
  ["Peterson's lock", t.peterson(), {}],
  // Away from one between its two stores, and away from the other inside.
  ["Peterson's lock, turn before flag", t.peterson(true), { 'mutual-exclusion': 2 }],
  ["Dekker's lock", t.dekker(), {}],
  ["Szymanski's lock", t.szymanski(2), {}],
  ["Szymanski's lock for three", t.szymanski(3), {}],
  ['a ticket lock', t.ticketLock(3), {}],
  [
    'a ticket lock that draws in two steps',
    t.ticketLock(2, true),
    { 'mutual-exclusion': 2, 'lost-wake-up': 1 },
  ],
  ['a lock that spins', t.spinLock(3), {}],
  ['a buffer of one place', t.boundedBuffer(1, 2), {}],
  ['a buffer of two places', t.boundedBuffer(2, 3), {}],
  ['a buffer with two consumers', t.boundedBuffer(1, 1, 2), {}],
  ['a consumer that does not look again', t.boundedBuffer(1, 1, 2, true), { 'in-order': 1 }],
  ["Treiber's stack", t.treiber(false), {}],
  ["Treiber's stack with nodes freed", t.treiber(true), { 'use-after-free': 1 }],
  ['threads that start threads', t.spawnTree(2), {}],
];

const strategies: readonly Strategy[] = [
  { kind: 'exhaustive' },
  { kind: 'none' },
  { kind: 'bound', preemptions: 12 },
  { kind: 'delay', delays: 40 },
];

describe.each(programs)('%s', (_, scene, broken) => {
  test.each(strategies)('under $kind', (strategy) => {
    const { outcome, findings } = check(scene, { strategy, explainMax: 0 });
    const found = findings.map((f) => [f.report.property, f.preemptions]);
    expect(Object.fromEntries(found)).toEqual(broken);
    expect(outcome).toBe(found.length > 0 ? 'violated' : 'holds');
  });
});

describe('locks that rely on the order of a store and a load', () => {
  for (const scene of [t.peterson(), t.dekker(), t.szymanski(2)]) {
    test.each(['tso', 'pso'] as const)(`${scene.name} fails under %s`, (model) => {
      const { findings } = check(underMemory(scene, model), { explainMax: 0 });
      expect(findings.map((f) => f.report.property)).toContain('mutual-exclusion');
    });
  }

  test('a lock of one atomic step does not', () => {
    expect(check(underMemory(t.spinLock(2), 'pso')).outcome).toBe('holds');
  });
});
