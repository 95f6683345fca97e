// SPDX-License-Identifier: GPL-2.0-only
// The seam of strategies: each is read and written as text, is refused what it can not do, and says
// by itself what it has left out.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { check, parseStrategy, strategies, strategyText } from '#checker/index';
import { Machine } from '#checker/machine/machine';
import type { Capability, Program } from '#checker/program/program';
import { exploreBy, exploredText, lacking } from '#checker/strategies/registry';
import type { Strategy } from '#finding/strategy';
import { scene as fixed } from '../../examples/checker/fixed.ts';
import { scene as lostWakeUp } from '../../examples/checker/lost-wake-up.ts';
import { root } from '../tidy/sources.ts';

/** @usage with a number in place of its letter: some preemptions, many samples. */
const written = (usage: string): string => usage.replace('=K', '=3').replace('=N', '=300');
const all: readonly Strategy[] = strategies.map(({ usage }) => parseStrategy(written(usage))!);

test('each has a file of its name, and each of these files has one', () => {
  const shared = ['by-runs', 'noted', 'registry', 'strategy'];
  const files = readdirSync(path.join(root, 'src/checker/strategies'))
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((name) => !shared.includes(name));
  expect(files.sort()).toEqual(strategies.map(({ kind }) => kind).sort());
});

test.each(strategies)('$usage is read by its own name, and written as it is read', (entry) => {
  const strategy = parseStrategy(written(entry.usage));
  expect(strategy?.kind).toBe(entry.kind);
  expect(parseStrategy(strategyText(strategy!))).toEqual(strategy);
  expect(entry.covers).toMatch(/\.$/);
});

test.each(all)('$kind finds the lost wake-up, and what it has not seen it calls bounded', (s) => {
  expect(check(lostWakeUp, { strategy: s, explainMax: 0 }).outcome).toBe('violated');
  const { outcome, coverage } = check(fixed, { strategy: s, explainMax: 0 });
  expect(outcome).toBe(coverage.bounded.length === 0 ? 'holds' : 'bounded');
  // Whoever may leave orders out says how many there were to be.
  if (coverage.bounded.length > 0) expect(exploredText(s)).toMatch(/\d/);
});

test.each(all)('$kind refuses a program that lacks what it needs', (strategy) => {
  const machine = new Machine(fixed);
  const poor: Program = Object.create(machine, {
    capabilities: { value: [] },
    name: { value: 'x' },
  });
  const needs: readonly Capability[] = lacking(poor, strategy);
  expect(lacking(machine, strategy)).toEqual([]);
  if (needs.length === 0) return;
  expect(() => exploreBy(poor, strategy)).toThrow(`needs ${needs[0]}, which x lacks`);
});

test.each([
  'bound=100',
  'bound=',
  'bound=1,seed=2',
  'bound=1,preemptions=2',
  'sample=0',
  'sample=5,seed=1,seed=2',
  'sample=5,',
  'sample=5;seed=1',
  'none=1',
  'toString',
  '__proto__',
  'constructor=1',
  '',
])('%s names no strategy', (text) => expect(parseStrategy(text)).toBeNull());

test('a seed is drawn from where none is said', () => {
  expect(parseStrategy('sample=7')).toEqual({ kind: 'sample', runs: 7, seed: 1 });
  expect(parseStrategy('sample=7,seed=0')).toEqual({ kind: 'sample', runs: 7, seed: 0 });
});
