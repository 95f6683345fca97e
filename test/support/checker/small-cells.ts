// SPDX-License-Identifier: GPL-2.0-only
// What programs of a few lines are made of: cells, locks, an object, rules, and short threads.

import {
  defineStruct,
  framed,
  Handle,
  type Kfn,
  type Lock,
  load,
  lock,
  store,
  unlock,
  type Value,
} from '#env/op';
import type { Rule, Scene } from '../../../src/checker/program/scene.ts';
import { sceneOf } from './scenes.ts';

export type Cells = Record<string, Value>;
export interface Device {
  x: number;
}

/** Cells of no object in particular. */
export const m = new Handle<Cells>('cells', 'mem');
export const mutex: Lock = new Handle('mutex', 'mutex');
export const sem: Lock = new Handle('rwsem', 'sem');
export const other: Lock = new Handle('mutex', 'other');
export const device = new Handle<Device>('dev', 'device');
export const Dev = defineStruct<Device>('dev', { x: 0 });

/** No run may end with @value in @cell. */
export const never = (cell: string, value: Value): Rule => ({
  id: `${cell}-is-not-${String(value)}`,
  events: [],
  reads: [],
  readsAtEnd: [`cells.${cell}`],
  atEnd: (peek) =>
    peek.get(m, cell) === value ? { subject: cell, because: 'it is', facts: {} } : undefined,
});

/** No run may store @value in @cell. */
export const notEven = (cell: string, value: number): Rule => ({
  id: `${cell}-never-${value}`,
  events: [],
  reads: [`cells.${cell}`],
  always: (peek) =>
    peek.get(m, cell) === value ? { subject: cell, because: 'it is', facts: {} } : undefined,
});

/** How a run ends: what is in @cells. */
export const ends = (...cells: readonly string[]): Rule => ({
  id: 'ends',
  events: [],
  reads: [],
  readsAtEnd: cells.map((cell) => `cells.${cell}`),
  atEnd: (peek) => {
    const subject = cells.map((cell) => `${cell}=${String(peek.get(m, cell))}`).join(' ');
    return { subject, because: 'the run ends so', facts: {} };
  },
});

/** Numbers that threads report may not fall. */
export const falls: Rule = {
  id: 'falls',
  events: ['seen'],
  reads: [],
  initial: 0,
  onEvent: (state, { args }) => {
    const now = args[0] as number;
    if (now >= (state as number)) return { state: now };
    return { state: now, report: { subject: `${state}>${now}`, because: 'it falls', facts: {} } };
  },
};

/** A scene of threads with these @bodies. */
export function program(
  bodies: readonly (() => Kfn<void>)[],
  cells: Cells = {},
  rules: readonly Rule[] = [],
): Scene {
  const named = bodies.map((body, i) => framed(`f${i}`, body));
  const init = Object.entries(cells).map(([cell, value]) => [m, cell, value] as const);
  return sceneOf(named, { init, rules });
}

export const put = (cell: string, value: Value) =>
  function* (): Kfn<void> {
    yield* store(m, cell, value);
  };
export const putUnder = (cell: string, value: Value) =>
  function* (): Kfn<void> {
    yield* lock(mutex);
    yield* store(m, cell, value);
    yield* unlock(mutex);
  };
export const copy = (from: string, to: string) =>
  function* (): Kfn<void> {
    yield* store(m, to, yield* load(m, from));
  };
