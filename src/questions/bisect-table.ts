// SPDX-License-Identifier: GPL-2.0-only
// The answers of a bisection: worlds by stacks of commits, asked cheaply and as often as it takes.
//
// A window may open and close twice, so every stack is asked. What is costly is not to find it but
// to say that it is absent, which takes all worlds in full. So each stack is asked in the worlds
// that have shown the window, or are known to, and in small ones as long as that is cheap. Others
// are asked at both ends and on the far side of each turn; there, exploring is worth more states,
// too. A stack that was not asked in all worlds, or in one of them in part, is `not seen`.
//
//   stack        1 2 3 4 5 6 7 8
//   shows it     . . . F F F . .      every stack
//   small        . . .       . .      every stack that is not found yet
//   large        .   .       . .      ends, the stack before the opener, and the closer
//
// A large world that does show it is asked everywhere from then on, and the turns are looked at
// anew. Which worlds are asked where depends on answers alone, never on which came first.

import { draftOf, type Revision, type Switches } from '#kernel/index';
import type { Explored, ExploreOptions } from '#run/explore';
import { specOf } from '#run/kernel-spec';
import { agrees } from '#run/reuse';
import type { Explorer } from '#run/world-pool';
import { needsOf } from '#windows/index';
import type { DerivedWorld } from '#worlds/derive';
import { BEGINNING, FIRST_LOOK, SPENT_MAX } from './limits.ts';

/** A world, and whether its answer is about an SMMU with its own driver. */
export interface TriedWorld {
  readonly derived: DerivedWorld;
  readonly smmu: boolean;
  /** Asked of every stack from the start. */
  readonly telling: boolean;
}

/** Can a window be hit? `bounded`: not found in what was explored; `not seen`: asked in part. */
export type Answer = 'found' | 'absent' | 'bounded' | 'not seen' | 'not reached';

interface TableQuestion {
  readonly window: string;
  readonly trials: readonly TriedWorld[];
  readonly stacks: readonly Revision[];
  readonly options: ExploreOptions;
  readonly explorer: Explorer;
  /** Stacks asked at the same time; changes no answer. */
  readonly jobs: number;
  readonly onCell?: (stack: number, world: string) => void;
}

interface Cell {
  readonly explored: Explored;
  /** Explored with all the states there may be. */
  readonly full: boolean;
}

interface Column extends TriedWorld {
  /** By stack. */
  readonly cells: (Cell | undefined)[];
  /** It has shown the window, or is known to. */
  shows: boolean;
  /** It was asked and is small where it was. */
  small: boolean;
}

/** All answers to one question. */
export class BisectTable {
  private readonly question: TableQuestion;
  private readonly columns: readonly Column[];
  private readonly switches: readonly Readonly<Switches>[];
  private spent = 0;

  constructor(question: TableQuestion) {
    this.question = question;
    const { trials, stacks } = question;
    this.columns = trials.map((trial) => {
      return { ...trial, cells: [], shows: trial.telling, small: false };
    });
    this.switches = stacks.map((stack) => draftOf(stack).sw);
  }

  /** Ask until nothing is open: a round may move a turn, or show that a world is small. */
  async fill(): Promise<void> {
    for (let asked = true; asked; ) {
      asked = false;
      const close = this.closeStacks();
      for (const column of this.columns) {
        const open = this.switches.flatMap((_, i) => (this.isOpen(column, i, close) ? [i] : []));
        if (open.length === 0) continue;
        asked = true;
        await this.ask(column, open, close);
      }
      for (const column of this.columns) this.judge(column);
    }
  }

  /** The answer for @stack: in all worlds, or in those of an SMMU alone. */
  answer(stack: number, smmuOnly = false): Answer {
    const columns = this.columns.filter((c) => c.smmu || !smmuOnly);
    const cells = columns.map((c) => c.cells[stack]);
    if (cells.some((cell) => this.shows(cell))) return 'found';
    if (!cells.every(isDecided)) return 'not seen';
    const wanted = needsOf(this.question.window);
    if (!cells.some((cell) => wanted.some((id) => cell?.explored.reached.includes(id)))) {
      return 'not reached';
    }
    return cells.some((cell) => cell?.explored.bounded) ? 'bounded' : 'absent';
  }

  private shows(cell: Cell | undefined): boolean {
    return cell?.explored.sightings.some((s) => s.window === this.question.window) ?? false;
  }

  private isOpen(column: Column, stack: number, close: ReadonlySet<number>): boolean {
    const cell = column.cells[stack];
    if (isDecided(cell) || this.answer(stack, column.smmu) === 'found') return false;
    if (close.has(stack)) return true;
    const isCheap = column.small && this.spent < SPENT_MAX;
    return cell === undefined && (column.shows || isCheap);
  }

  /** What is known of @column decides where else it is asked. */
  private judge(column: Column): void {
    const known = column.cells.filter((cell) => cell !== undefined);
    column.shows ||= known.some((cell) => this.shows(cell));
    column.small = known.every(({ explored }) => explored.states <= FIRST_LOOK);
    column.small &&= known.length > 0;
  }

  /** Both ends, and the stacks that a turn leaves without the window. */
  private closeStacks(): ReadonlySet<number> {
    const last = this.switches.length - 1;
    const close = new Set([0, last]);
    for (const smmuOnly of [false, true]) {
      for (let i = 1; i <= last; i++) {
        const [before, now] = [i - 1, i].map((k) => this.answer(k, smmuOnly) === 'found');
        if (before !== now) close.add(now ? i - 1 : i);
      }
    }
    return close;
  }

  /**
   * Ask @column about @open stacks. Those asked at once are far from each other: most neighbours
   * agree, and one takes over what the other has come to.
   */
  private async ask(
    column: Column,
    open: readonly number[],
    close: ReadonlySet<number>,
  ): Promise<void> {
    const { jobs } = this.question;
    const part = Math.ceil(open.length / jobs);
    const lane = async (first: number): Promise<void> => {
      for (const i of open.slice(first, first + part)) await this.askOne(column, i, close.has(i));
    };
    await Promise.all(Array.from({ length: jobs }, (_, n) => lane(n * part)));
    this.takeOver(column);
    if (column.shows) return;
    for (const i of open.filter((stack) => !close.has(stack))) {
      this.spent += BEGINNING + (column.cells[i]?.explored.states ?? 0);
    }
  }

  private async askOne(column: Column, stack: number, full: boolean): Promise<void> {
    const { explorer, stacks, window, onCell } = this.question;
    this.takeOver(column);
    const before = column.cells[stack];
    if (full ? isDecided(before) : before !== undefined) return;
    const { derived, cells } = column;
    onCell?.(stack, derived.world.name);
    const spec = specOf(stacks[stack]!, []);
    const options = this.optionsFor(full);
    cells[stack] = { full, explored: await explorer.explore({ derived, spec, options, window }) };
  }

  private optionsFor(full: boolean): ExploreOptions {
    const { options } = this.question;
    const statesMax = Math.min(FIRST_LOOK, options.statesMax);
    return full ? options : { ...options, statesMax, preemptions: 0 };
  }

  /** Stacks which the world of @column cannot tell from one that was asked have its result. */
  private takeOver({ cells }: Column): void {
    const known = cells.filter((cell) => cell !== undefined);
    const [full, first] = [true, false].map((is) => known.filter((cell) => cell.full === is));
    this.switches.forEach((sw, i) => {
      if (isDecided(cells[i])) return;
      cells[i] = [...full!, ...first!].find(({ explored }) => agrees(explored, sw)) ?? cells[i];
    });
  }
}

/** False where more states could still tell. */
function isDecided(cell: Cell | undefined): boolean {
  return cell !== undefined && (cell.full || !cell.explored.bounded);
}
