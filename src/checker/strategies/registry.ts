// SPDX-License-Identifier: GPL-2.0-only
// All strategies by name: to read and write them as text, to refuse what is none, to explore.

import type { Capability, Program } from '#checker/program/program';
import type { Strategy, StrategyOf } from '#finding/strategy';
import { bound } from './bound.ts';
import { delay } from './delay.ts';
import { exhaustive } from './exhaustive.ts';
import { none } from './none.ts';
import { optimal } from './optimal.ts';
import { sample } from './sample.ts';
import { sourceDpor } from './source-dpor.ts';
import type { Exploration, StrategyEntry, StrategyResult } from './strategy.ts';

/** By kind, in the order of the manual; the type says that none is missing. */
const entries: { readonly [K in Strategy['kind']]: StrategyEntry<StrategyOf<K>> } = {
  exhaustive,
  optimal,
  'source-dpor': sourceDpor,
  none,
  bound,
  delay,
  sample,
};

/** Of each strategy, how it is written and what it covers. */
export const strategies: readonly Pick<StrategyEntry, 'kind' | 'usage' | 'covers'>[] =
  Object.values(entries);

/** The old word for source-DPOR; it is taken wherever a strategy is given. */
export interface OldStrategy {
  readonly kind: 'source';
}

/** @strategy by its name of today. */
export function renamedStrategy(strategy: Strategy | OldStrategy): Strategy {
  return strategy.kind === 'source' ? { kind: 'source-dpor' } : strategy;
}

/** The entry of @strategy. Throws a RangeError where there is none. */
function entryOf(strategy: Strategy): StrategyEntry {
  if (!Object.hasOwn(entries, strategy.kind)) {
    throw new RangeError(`no strategy is called ${String(strategy.kind)}`);
  }
  return entries[strategy.kind] as StrategyEntry;
}

/** The number of @strategy that is called @name. */
function numberIn(strategy: Strategy, name: string): number {
  return (strategy as unknown as Readonly<Record<string, number>>)[name]!;
}

/** A strategy as it is written after --strategy. */
export function strategyText(strategy: Strategy): string {
  const [first, ...others] = entryOf(strategy).numbers;
  if (first === undefined) return strategy.kind;
  const named = others.map(({ name }) => `,${name}=${numberIn(strategy, name)}`);
  return `${strategy.kind}=${numberIn(strategy, first.name)}${named.join('')}`;
}

/** The strategy that @text names; null where it names none. */
export function parseStrategy(text: string): Strategy | null {
  if (text === 'source') return renamedStrategy({ kind: text });
  const [, kind = '', first, rest = ''] = /^([a-z-]+)(?:=(\d{1,9})((?:,.*)?))?$/.exec(text) ?? [];
  if (!Object.hasOwn(entries, kind)) return null;
  const { numbers } = entries[kind as Strategy['kind']] as StrategyEntry;
  if (numbers.length === 0) return first === undefined ? ({ kind } as Strategy) : null;
  const given = new Map([[numbers[0]!.name as string, first]]);
  for (const item of rest.split(',').slice(1)) {
    const [, name = '', digits] = /^([a-z]+)=(\d{1,9})$/.exec(item) ?? [];
    if (given.has(name) || !numbers.some((n) => n.name === name)) return null;
    given.set(name, digits);
  }
  const values: [string, number][] = [];
  for (const { name, least, most, default: unlessTold } of numbers) {
    const value = given.has(name) ? Number(given.get(name)) : unlessTold;
    if (value === undefined || !(value >= least && value <= most)) return null;
    values.push([name, value]);
  }
  return { kind, ...Object.fromEntries(values) } as Strategy;
}

/** Throws a RangeError where @strategy is none, or one of its numbers can not be. */
export function assertStrategy(strategy: Strategy): void {
  for (const { name, least } of entryOf(strategy).numbers) {
    assertCount(name, numberIn(strategy, name), least);
  }
}

/** Throws a RangeError where @value, called @name, is no whole number of at least @least. */
export function assertCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`${name} is ${value}, not a whole number from ${least} on`);
}

/** True where --states-max counts runs. */
export function countsRuns(strategy: Strategy): boolean {
  return entryOf(strategy).counts === 'runs';
}

/** What a report says that was explored; null: every order, as is usual. */
export function exploredText(strategy: Strategy): string | null {
  return entryOf(strategy).explored?.(strategy) ?? null;
}

/** The capabilities that @strategy needs and @program lacks. */
export function lacking(program: Program, strategy: Strategy): Capability[] {
  return entryOf(strategy).needs.filter((c) => !program.capabilities.includes(c));
}

/** Explore @program as @strategy says. Throws a RangeError where @program lacks what that needs. */
export function exploreBy(
  program: Program,
  strategy: Strategy,
  exploration: Exploration = {},
): StrategyResult {
  const [lacks] = lacking(program, strategy);
  if (lacks !== undefined) {
    throw new RangeError(`${strategyText(strategy)} needs ${lacks}, which ${program.name} lacks`);
  }
  return entryOf(strategy).explore(program, strategy, exploration);
}
