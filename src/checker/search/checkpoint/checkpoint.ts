// SPDX-License-Identifier: GPL-2.0-only
// Checkpoints of one search: saved every few seconds, so that a kill costs no more than these.
//
// A checkpoint is how the machine came to know what it knows (machine-history.ts), all else that it
// has (machine/saved.ts), and what each part of the search saves of itself. A search that goes on
// from it does what it would have done without the break, step by step, and comes to the same
// counts. Where it is kept, and how, is not known here: a CheckpointStore does that.
//
// Saving stops the search, so the more there is to save the longer it goes on in between: at least
// two seconds, and eight times as long as saving took: a ninth of the time at most.

import { decode, encode, type Kept, Misfit, type Saved, sameVersion } from '#base/saved';
import { EVERY_MS, EVERY_TIMES } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import { loadMachine, type MachineContents, saveMachine } from '#checker/machine/saved';
import { historyOf, type MachineHistory, relive } from './machine-history.ts';

/** Asked every so many steps what time it is. */
const STEPS = 1023;

/** Where the search for the answer to one question is kept, and gone on from. */
export interface CheckpointStore {
  /** Milliseconds between two checkpoints; unless told, as the head of this file says. */
  readonly everyMs?: number | undefined;
  /** What was saved last; 'none', or 'foreign': another question's, which stays as it is. */
  load(): Uint8Array | 'none' | 'foreign';
  /** Keep @parts, put one after the other, in place of what there was; they change after that. */
  save(parts: readonly Uint8Array[]): void;
  /** What is kept does not fit what the threads do now: away with it. */
  drop(): void;
}

interface Checkpoint extends Saved {
  readonly history: MachineHistory;
  readonly machine: MachineContents;
  readonly search: Saved;
  readonly extra: Saved;
}

/** Keeps one search of one machine, which must be fresh. */
export class Keeper {
  /** True once a checkpoint was gone on from. */
  resumed = false;
  private readonly machine: Machine;
  private readonly store: CheckpointStore;
  private readonly extra: Kept;
  private readonly edges: number;
  private readonly values: number;
  private steps = 0;
  private next: number;
  /** The store has the search of another question: it stays as it is. */
  private foreign = false;

  /** @extra: what else has to be kept with the search. */
  constructor(machine: Machine, store: CheckpointStore, extra: Kept) {
    this.machine = machine;
    this.store = store;
    this.extra = extra;
    this.edges = machine.automaton.edges.length;
    this.values = machine.values.values.length;
    this.next = performance.now() + (store.everyMs ?? EVERY_MS);
  }

  /** Asked at each step: is it time to save()? */
  due(): boolean {
    if ((this.steps++ & STEPS) !== STEPS || this.foreign) return false;
    return performance.now() >= this.next;
  }

  /** Save @search. */
  save(search: Kept): void {
    const begun = performance.now();
    const { machine, store, extra } = this;
    const checkpoint: Checkpoint = {
      version: 1,
      history: historyOf(machine, this.edges, this.values),
      machine: saveMachine(machine),
      search: search.save(),
      extra: extra.save(),
    };
    store.save(encode(checkpoint));
    const took = performance.now() - begun;
    this.next = begun + took + (store.everyMs ?? Math.max(EVERY_MS, took * EVERY_TIMES));
  }

  /**
   * Bring machine, @search and extra to where they were when it was saved; false if there is
   * nothing for this question; what another question has left is kept. Throws a Misfit where it
   * can not be; then all of them are void.
   */
  load(search: Kept): boolean {
    const { machine, store, extra } = this;
    const kept = store.load();
    this.foreign = kept === 'foreign';
    if (typeof kept === 'string') return false;
    try {
      const checkpoint = decode(kept) as Checkpoint;
      sameVersion(checkpoint, 1, 'a checkpoint');
      relive(machine, checkpoint.history);
      loadMachine(machine, checkpoint.machine);
      search.load(checkpoint.search as never);
      extra.load(checkpoint.extra as never);
    } catch (error) {
      // Threads that do something else than they did may fail in any way.
      throw new Misfit('a checkpoint does not fit', { cause: error });
    }
    this.resumed = true;
    return true;
  }
}
