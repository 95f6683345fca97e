// SPDX-License-Identifier: GPL-2.0-only
// The threads of a machine: a number stands for a name, in every run.

import { ThreadNames } from '#checker/program/thread-names';
import type { ThreadBody } from '#env/op';
import { SlotKind, type State } from './state.ts';

/** A thread that some run has started. */
export interface Thread {
  readonly name: string;
  readonly daemon: boolean;
  /** Slot: its local state. */
  readonly local: number;
  /** Slot: the set of locks it holds; of a lock that is freed meanwhile, nothing else tells. */
  readonly held: number;
}

/** Deliberate faults, for the tests that prove the cross-check can fail; never set otherwise. */
export interface ThreadFaults {
  /** A thread whose number is known from another run is started unseen. */
  readonly restartsGoUnseen?: boolean;
}

/** All threads that any run has started so far. */
export class Threads {
  readonly list: Thread[] = [];
  /** By thread: its slots, for the hot path. */
  readonly locals: number[] = [];
  readonly helds: number[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly names = new ThreadNames();
  private readonly state: State;
  private readonly faults: ThreadFaults | undefined;
  /** How many threads were known before the latest was started. */
  private known = 0;

  constructor(state: State, faults?: ThreadFaults) {
    this.state = state;
    this.faults = faults;
  }

  /** True if @t, which has just been started, is to go unseen. */
  isUnseen(t: number): boolean {
    return t < this.known && Boolean(this.faults?.restartsGoUnseen);
  }

  /** The number of the @nth thread (from 1) that is started with the name of @body. */
  numberOf(body: ThreadBody, nth: number): number {
    this.known = this.list.length;
    const name = this.names.of(body, nth);
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const t = this.list.push({
      name,
      daemon: body.daemon ?? false,
      local: this.state.slot(SlotKind.local, `thread ${name}`),
      held: this.state.slot(SlotKind.raw, `held ${name}`),
    });
    this.locals.push(this.list[t - 1]!.local);
    this.helds.push(this.list[t - 1]!.held);
    this.numbers.set(name, t - 1);
    return t - 1;
  }
}
