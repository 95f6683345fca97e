// SPDX-License-Identifier: GPL-2.0-only
// What an exhaustive search keeps of the round that is under way.

/** In place of the thread of an expansion: the choice of who is left out in the state it led to. */
export const LEFT_OUT = -1;

/** Since the search began the last time. */
export class Round {
  /** How often it has begun, and what surprises it had had then. */
  readonly nth: number;
  readonly surprises: number;
  readonly demotions: number;
  /** Expansions that are still to be done again, the last one first. */
  wrong: number[] = [];
  /** Something is done again: nobody is left out. */
  redoing = false;

  constructor(nth: number, surprises: number, demotions: number) {
    this.nth = nth;
    this.surprises = surprises;
    this.demotions = demotions;
  }
}
