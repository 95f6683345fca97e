// SPDX-License-Identifier: GPL-2.0-only
// A choice of the environment as a race, so that it needs no rules of its own.
//
// Let thread t choose among 3. Give t a shadow thread that adds 1 to a cell of its own twice; the
// choice is what t then reads from that cell. Three orders, three classes, and nothing else is
// dependent with the shadow's steps, so the classes of the program come out exactly:
//
//   choose -> 0, add, add     add, choose -> 1, add     add, add, choose -> 2
//
// The shadow's adds for a choice exist from where the choice is pending; what is left of them after
// it is done too. They cost steps, but no runs.

import { CHOICES_MAX, SCENE_THREADS_MAX } from '#checker/limits';
import type { OpView } from '#checker/program/program';
import { SceneError } from '#checker/program/scene-error';

/** Shadow of thread t is thread SHADOW + t. */
export const SHADOW = SCENE_THREADS_MAX;

/** Cells of choices: above all others. */
const FIRST_CELL = 2 ** 30;

/** How far threads and their shadows have come. */
export class Shadows {
  /** For each thread, how many adds its choices up to each one need in all. */
  private readonly needs: number[][] = [];
  private readonly adds: number[] = [];
  private readonly views = new Map<string, OpView>();

  /** Back to the start. */
  reset(): void {
    this.needs.length = this.adds.length = 0;
  }

  /** Thread @t has chosen among @choices. */
  chosen(t: number, choices: number): void {
    this.needs[t] ??= [];
    this.needs[t]!.push(this.needed(t) + choices - 1);
  }

  /** Undo chosen(). */
  unchosen(t: number): void {
    this.needs[t]!.pop();
  }

  /** The shadow of @t has added 1, or has not. */
  added(t: number, by: 1 | -1): void {
    this.adds[t] = (this.adds[t] ?? 0) + by;
  }

  /** True if the shadow of @t can go on; @pending is what t chooses among now (1: nothing). */
  enabled(t: number, pending: number): boolean {
    return (this.adds[t] ?? 0) < this.needed(t) + pending - 1;
  }

  /** Threads that have chosen in this run. */
  choosers(): number[] {
    return [...this.needs.keys()].filter((t) => this.needed(t) > 0);
  }

  /** What @t would choose now. */
  choice(t: number): number {
    return Math.max(0, (this.adds[t] ?? 0) - this.needed(t));
  }

  /** True if the next add of @t's shadow is for a choice that t has not made yet. */
  ahead(t: number): boolean {
    return (this.adds[t] ?? 0) >= this.needed(t);
  }

  /** The choice that @t makes next: it reads. */
  chooseView(t: number, op: OpView): OpView {
    const cell = cellOf(t, this.needs[t]?.length ?? 0);
    return this.intern(`${cell} ${op.fn} ${op.visible}`, {
      ...op,
      cell,
      object: -1,
      effect: 'read',
    });
  }

  /** What the shadow of @t does next. */
  addView(t: number): OpView {
    const done = this.adds[t] ?? 0;
    const list = this.needs[t] ?? [];
    const nth = list.findIndex((need) => done < need);
    const cell = cellOf(t, nth < 0 ? list.length : nth);
    return this.intern(`add ${cell}`, {
      kind: 'add',
      cell,
      object: -1,
      effect: 'write',
      plain: false,
      visible: false,
      objectName: 'choice',
      objectType: 'choice',
      field: '',
      valueText: '',
      fn: '',
    });
  }

  private needed(t: number): number {
    const list = this.needs[t];
    return list === undefined || list.length === 0 ? 0 : list[list.length - 1]!;
  }

  private intern(key: string, view: OpView): OpView {
    const known = this.views.get(key) ?? view;
    this.views.set(key, known);
    return known;
  }
}

function cellOf(t: number, nth: number): number {
  if (nth >= CHOICES_MAX) {
    const hint = 'bound the choices, or take another strategy';
    throw new SceneError('RW406', `a thread chooses at most ${CHOICES_MAX} times in a run`, hint);
  }
  return FIRST_CELL + t * CHOICES_MAX + nth;
}
