// SPDX-License-Identifier: GPL-2.0-only
// Which threads need to be tried in a state: a persistent set, made from what threads may still do.
//
// The idea. Let M be some of the threads. If nothing that the threads outside of M can do, as long
// as those in M stand still, is dependent with what one of M is about to do, then only the enabled
// threads of M have to be tried here: any run from this state takes a first step of M sometime, and
// that step may as well come first (Godefroid 1996, chapter 4). M grows from one enabled thread:
// who may disturb a member before it moves joins. A member that waits for a lock takes its holder
// in, whose future has the unlock. What others can do ends at the locks that members hold, for all
// of them stand still. The set with the fewest threads to try is taken.
//
//   T1: x = 1    T2: read x    T3: y = 1    T4: y = 2     M = {T1, T2}: T3 and T4 wait their turn
//
// One thread alone is the case that futures.ts has; steps like that are taken without storing a
// state. What ends the run, or a thread that holds locks, is dependent with everything.
//
// On a cycle, threads that are left out might be left out for ever. So whenever the search meets a
// state on its own stack, the threads that were left out there are tried as well: each cycle of the
// explored graph has such an edge (exhaustive.ts). And one of the set has to be awake: where all of
// it sleeps, what the others do would be put off to where the sleepers moved, and from there, round
// the cycle, to here (quiet.ts has an example).

import { Fact } from '#checker/machine/edge-facts';
import type { Machine } from '#checker/machine/machine';
import type { Assumptions } from './assumptions.ts';
import type { Futures } from './futures.ts';

/** Deliberate faults, for the tests that prove the cross-check can fail; never set otherwise. */
export interface PersistentFaults {
  /** A thread that may disturb a member does not join. */
  readonly neverJoined?: boolean;
  /** Threads that were left out in a state on the stack stay so. */
  readonly ignoreProviso?: boolean;
  /** A set of which all are asleep will do: wrong in state graphs with cycles. */
  readonly sleepersSuffice?: boolean;
}

const ALL = -1;

/** Finds persistent sets of a machine. */
export class PersistentSets {
  private readonly machine: Machine;
  private readonly futures: Futures;
  private readonly faults: PersistentFaults | undefined;
  /** Threads that are not done, as bits. */
  private live = 0;

  constructor(machine: Machine, futures: Futures, faults?: PersistentFaults) {
    this.machine = machine;
    this.futures = futures;
    this.faults = faults;
  }

  /**
   * A persistent set of the state in which the machine is, as bits: that with the fewest threads
   * of @enabled that are not @asleep. -1 if all have to be tried.
   */
  choose(enabled: number, asleep: number): number {
    const { machine } = this;
    this.live = 0;
    for (let t = machine.threadCount() - 1; t >= 0; t--)
      if (!machine.isDone(t)) this.live |= 1 << t;
    let best = ALL;
    let fewest = bits(enabled & ~asleep);
    for (let rest = enabled; rest !== 0 && fewest > 0; rest &= rest - 1) {
      const members = this.grown(rest & -rest, enabled & ~asleep, fewest);
      if (members === ALL || (enabled & ~members) === 0) continue;
      const awake = bits(enabled & members & ~asleep);
      if (awake === 0 && !this.faults?.sleepersSuffice) continue;
      best = members;
      fewest = awake;
    }
    return best;
  }

  /** The set around @members; -1 if it has @most of the threads in @counted, or more. */
  private grown(members: number, counted: number, most: number): number {
    const { machine, futures } = this;
    let held = 0;
    for (let todo = members; todo !== 0; ) {
      if (bits(members & counted) >= most) return ALL;
      const m = 31 - Math.clz32(todo & -todo);
      todo &= todo - 1;
      if (this.endsRun(m)) return ALL;
      const node = machine.local(m);
      held = machine.heldSets.union(held, machine.held(m));
      const visible = this.isVisible(m);
      for (let out = this.live & ~members; out !== 0; out &= out - 1) {
        const u = 31 - Math.clz32(out & -out);
        if (this.faults?.neverJoined || futures.isApart(node, held, machine.local(u), visible))
          continue;
        members |= 1 << u;
        todo |= 1 << u;
      }
    }
    return bits(members & counted) >= most ? ALL : members;
  }

  private isVisible(t: number): boolean {
    return this.machine.views.all[this.machine.view(t)]!.visible;
  }

  /** True if the step of @t ends the run, or its thread with locks held. */
  private endsRun(t: number): boolean {
    const { machine } = this;
    if (!machine.enabled(t)) return false;
    const facts = machine.facts(t);
    if (facts < 0 || (facts & Fact.ends) !== 0) return true;
    return (facts & Fact.done) !== 0 && machine.leaks(t);
  }

  /** Keep in @answers what @members, which choose() has found, relies on. */
  note(members: number, assumptions: Assumptions): void {
    const { machine } = this;
    if (this.faults?.neverJoined) return;
    let held = 0;
    for (let rest = members; rest !== 0; rest &= rest - 1) {
      held = machine.heldSets.union(held, machine.held(31 - Math.clz32(rest & -rest)));
    }
    assumptions.noteMembers(members, held, this.live & ~members, (m) => this.isVisible(m));
  }
}

/** Threads that may move now, as bits. */
export function enabledBits(machine: Machine): number {
  let enabled = 0;
  for (let t = 0; t < machine.threadCount(); t++) if (machine.enabled(t)) enabled |= 1 << t;
  return enabled;
}

/** How many bits of @word, which is not negative, are set. */
function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
