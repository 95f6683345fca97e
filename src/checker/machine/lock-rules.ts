// SPDX-License-Identifier: GPL-2.0-only
// Locks that a thread says it holds: lockdep_assert_held(), looked at whenever it is passed.
//
// What a thread holds is not part of its local state: a frame that has ended leaves its result, and
// may have taken a lock or not. So an edge remembers what was demanded on it, and the machine looks
// at each step over it, not only when the generator ran. The generator learns nothing of it.

import type { Handle } from '#env/op';
import type { Unclassified } from './crash.ts';
import type { HeldSets } from './held.ts';
import type { ObjectMemory } from './memory.ts';

/** That a lock has to be held, and the function that says so. */
export interface Demand {
  readonly lock: Handle;
  readonly fn: string;
}

/** What is asked of the machine. */
interface Holders {
  readonly heldSets: HeldSets;
  readonly memory: ObjectMemory;
  held(t: number): number;
  threadName(t: number): string;
}

/** What thread @t lacks of @demands; the kernel would warn, and go on. */
export function lockFaults(demands: readonly Demand[], t: number, of: Holders): Unclassified[] {
  const cells = of.heldSets.items(of.held(t)).map((item) => item.cell);
  const lacks = ({ lock }: Demand) => !cells.includes(of.memory.cell(of.memory.object(lock), ''));
  const thread = of.threadName(t);
  return demands.filter(lacks).map(({ lock, fn }) => ({
    property: 'lock-not-held',
    subject: lock.name,
    because: `${thread}: ${fn}() needs ${lock.name}, which the thread does not hold`,
    facts: { thread, function: fn },
  }));
}
