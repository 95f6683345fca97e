// SPDX-License-Identifier: GPL-2.0-only
// The threads of a machine: a number stands for a name, in every run.

import { type Kept, sameVersion } from '#base/saved';
import { SCENE_THREADS_MAX } from '#checker/limits';
import { assertThreads } from '#checker/program/scene-error';
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
export class Threads implements Kept {
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
    return this.add({
      name,
      daemon: body.daemon ?? false,
      local: this.state.slot(SlotKind.local, `thread ${name}`),
      held: this.state.slot(SlotKind.raw, `held ${name}`),
    });
  }

  private add(thread: Thread): number {
    assertThreads(this.list.length + 1, SCENE_THREADS_MAX, 'a scene');
    const t = this.list.push(thread) - 1;
    this.locals.push(thread.local);
    this.helds.push(thread.held);
    this.numbers.set(thread.name, t);
    return t;
  }

  save() {
    return { version: 1, list: this.list, known: this.known, names: this.names.save() };
  }

  load(saved: ReturnType<Threads['save']>): void {
    sameVersion(saved, 1, 'threads');
    for (const list of [this.list, this.locals, this.helds]) list.length = 0;
    this.numbers.clear();
    for (const thread of saved.list) this.add(thread);
    this.known = saved.known;
    this.names.load(saved.names);
  }
}
