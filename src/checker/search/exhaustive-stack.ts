// SPDX-License-Identifier: GPL-2.0-only
// The open states of a depth-first search, and which of them have left threads out.

import { type Kept, sameVersion } from '#base/saved';
import type { Machine } from '#checker/machine/machine';
import type { State } from '#checker/machine/state';
import type { Range, Sample } from '#checker/program/meter';
import { atLeast, within } from '#checker/program/pace';
import { type Counted, Shares } from './estimate-states.ts';

/** An open state. */
export interface Level extends Counted {
  mark: number;
  /** Length of the path to it. */
  length: number;
  /** Threads still to be explored. */
  todo: number;
  sleep: number;
  /** Threads that may move but need not be explored here (persistent.ts). */
  left: number;
  /** Thread that led here. */
  last: number;
  /** Expansion that led here. */
  from: number;
  /** Thread under exploration with its next choice, -1 for none. */
  thread: number;
  choice: number;
  /** View of what each thread would do here. */
  views: Int32Array;
  f0: number;
  f1: number;
  f2: number;
  f3: number;
}

/** Its numbers, as they are saved: the type says that each is one. */
const COLUMNS: readonly Exclude<keyof Level, 'views'>[] = [
  ...(['mark', 'length', 'todo', 'sleep', 'left', 'last', 'from', 'thread', 'choice'] as const),
  ...(['before', 'begun', 'since', 'first', 'f0', 'f1', 'f2', 'f3'] as const),
];

const BUCKETS = 2 ** 16;

/** Levels by depth; those above the current depth are kept for the next time. */
export class Stack implements Kept {
  private readonly levels: Level[] = [];
  /** How many levels that leave threads out begin with a fingerprint like this. */
  private readonly buckets = new Uint32Array(BUCKETS);
  private readonly shares = new Shares();

  at(depth: number): Level {
    return this.levels[depth]!;
  }

  /**
   * The level at @depth for the state in which @machine is, one of so many @states; its threads'
   * views are noted.
   */
  open(
    depth: number,
    machine: Machine,
    todo: number,
    sleep: number,
    left: number,
    states: number,
  ): Level {
    let level = this.levels[depth];
    if (level === undefined) {
      level = emptyLevel();
      this.levels.push(level);
    }
    const { state } = machine;
    level.todo = todo;
    level.sleep = sleep;
    level.left = left;
    level.thread = -1;
    level.before = states;
    level.begun = 0;
    level.since = states;
    level.first = -1;
    level.f0 = state.f0;
    level.f1 = state.f1;
    level.f2 = state.f2;
    level.f3 = state.f3;
    if (level.views.length < machine.threadCount()) {
      level.views = new Int32Array(machine.threadCount() * 2);
    }
    for (let rest = todo | sleep | left; rest !== 0; rest &= rest - 1) {
      const t = 31 - Math.clz32(rest & -rest);
      level.views[t] = machine.view(t);
    }
    if (left !== 0) this.count(level, 1);
    return level;
  }

  /** A branch of @level begins; there are so many @states. */
  branch(level: Level, states: number): void {
    this.shares.branch(level, states);
  }

  /** All that was to be done from @level has been done. */
  leave(level: Level, states: number): void {
    this.shares.finish(level, states);
    this.close(level);
  }

  /** How far it is with levels up to @depth; what is done @again adds little, and is not seen. */
  sample(depth: number, states: number, again: boolean): Sample {
    const open = this.frontier(depth);
    return again ? atLeast(states, open) : within(states, open, this.range(depth, states));
  }

  private frontier(depth: number): number {
    let open = 0;
    for (let d = 0; d <= depth; d++) if (branchesLeft(this.levels[d]!) > 0) open++;
    return open;
  }

  private range(depth: number, states: number): Range {
    const levels = this.levels.slice(0, depth + 1);
    return this.shares.range(levels, levels.map(branchesLeft), states);
  }

  /** The level leaves nobody out any more. */
  close(level: Level): void {
    if (level.left !== 0) this.count(level, -1);
    level.left = 0;
  }

  /** Nothing is open any more. */
  clear(): void {
    for (const level of this.levels) level.left = 0;
    this.buckets.fill(0);
  }

  private count(level: Level, by: number): void {
    const bucket = level.f0 & (BUCKETS - 1);
    this.buckets[bucket] = this.buckets[bucket]! + by;
  }

  /** The level up to @depth that is open for @state and leaves threads out; null if none is. */
  leaving(depth: number, state: State): Level | null {
    if (this.buckets[state.f0 & (BUCKETS - 1)] === 0) return null;
    for (let d = depth; d >= 0; d--) {
      const l = this.levels[d]!;
      if (l.left === 0 || l.f0 !== state.f0 || l.f1 !== state.f1) continue;
      if (l.f2 === state.f2 && l.f3 === state.f3) return l;
    }
    return null;
  }

  /** Levels above the current depth as well: what they left is counted when they are used again. */
  save() {
    const numbers = this.levels.map((level) => COLUMNS.map((column) => level[column]));
    const views = this.levels.map((level) => level.views);
    const shares = this.shares.save();
    return { version: 1, numbers: Float64Array.from(numbers.flat()), views, shares };
  }

  load(saved: ReturnType<Stack['save']>): void {
    sameVersion(saved, 1, 'a stack');
    this.levels.length = 0;
    this.clear();
    saved.views.forEach((views, l) => {
      const level = { ...emptyLevel(), views };
      const numbers = saved.numbers.subarray(l * COLUMNS.length);
      COLUMNS.forEach((column, i) => {
        level[column] = numbers[i]!;
      });
      this.levels.push(level);
      if (level.left !== 0) this.count(level, 1);
    });
    this.shares.load(saved.shares);
  }
}

/** Branches of @level that have not been begun. */
function branchesLeft({ todo, thread }: Level): number {
  let left = thread < 0 ? 0 : 1;
  for (let rest = todo; rest !== 0; rest &= rest - 1) left++;
  return left;
}

function emptyLevel(): Level {
  return {
    mark: 0,
    length: 0,
    todo: 0,
    sleep: 0,
    left: 0,
    last: 0,
    from: 0,
    thread: -1,
    choice: 0,
    before: 0,
    begun: 0,
    since: 0,
    first: -1,
    views: new Int32Array(8),
    f0: 0,
    f1: 0,
    f2: 0,
    f3: 0,
  };
}
