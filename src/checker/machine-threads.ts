// SPDX-License-Identifier: GPL-2.0-only
// The threads of a machine: a number stands for a name, in every run.

import type { ThreadBody } from '#env/op';
import { SlotKind, type State } from './state.ts';

/** A thread that some run has started. */
export interface Thread {
  readonly name: string;
  readonly daemon: boolean;
  /** Slot: its local state. */
  readonly local: number;
  /** Slot: the set of locks it holds. */
  readonly held: number;
}

/** All threads that any run has started so far. */
export class Threads {
  readonly list: Thread[] = [];
  /** By thread: its slots, for the hot path. */
  readonly locals: number[] = [];
  readonly helds: number[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly state: State;

  constructor(state: State) {
    this.state = state;
  }

  /** The number of the @nth thread (from 1) that is started with the name of @body. */
  numberOf(body: ThreadBody, nth: number): number {
    const name = nth === 1 ? body.name : `${body.name}#${nth}`;
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const t = this.list.push({
      name,
      daemon: body.daemon ?? false,
      local: this.state.slot(SlotKind.local, `thread ${name}`),
      held: this.state.slot(SlotKind.silent, `held ${name}`),
    });
    this.locals.push(this.list[t - 1]!.local);
    this.helds.push(this.list[t - 1]!.held);
    this.numbers.set(name, t - 1);
    return t - 1;
  }
}
