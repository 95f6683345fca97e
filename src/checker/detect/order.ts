// SPDX-License-Identifier: GPL-2.0-only
// Lock order over all runs, out of what an exhaustive search has noted anyway.
//
// The discipline of the cells (discipline.ts) knows every combination of thread, local state and
// set of held locks in which a thread came to stand before an Op. The reduced search passes through
// every local state that any run has: runs that differ only in the order of independent steps look
// alike to each thread. So the edges "holds A, wants B" taken from there are those of all runs, and
// no state needs to be looked at again. Cycles of edges are judged as in lock-order.ts.

import { Code, type Instruction } from '#checker/machine/code';
import { Mode } from '#checker/machine/held';
import type { Machine } from '#checker/machine/machine';
import type { Report } from '#checker/program/program';
import type { Discipline } from '#checker/reduce/discipline';
import { cyclesOf, gateTexts, type LockEdge } from './lock-order.ts';

/**
 * The lock orders that could deadlock, of all runs of a search that ran with @discipline and was
 * not cut off: of instances (`lock-order`), else of classes of locks (`lock-order-class`).
 */
export function lockOrders(machine: Machine, discipline: Discipline): Report[] {
  const instances = new Map<string, LockEdge>();
  const classes = new Map<string, LockEdge>();
  discipline.forEachNoted((t, node, held) => {
    if (held === 0) return;
    const i = machine.instruction(node);
    if (i.code !== Code.lock && i.code !== Code.read_lock && i.code !== Code.write_lock) return;
    for (const made of edgesOf(machine, t, held, i)) {
      const gates = gateTexts(made.instance.gates).join();
      const { from, to, thread, shared } = made.instance;
      const key = `${from} ${to} ${thread} ${shared} ${gates}`;
      const known = instances.get(key);
      // The same edge may stand in several functions: any one will do, but always the same.
      if (known !== undefined && known.where <= made.instance.where) continue;
      instances.set(key, made.instance);
      if (made.type.from !== made.type.to) classes.set(key, made.type);
    }
  });
  return cyclesOf({ instances: inOrder(instances), classes: inOrder(classes) }).map(
    ({ report }) => report,
  );
}

function inOrder(edges: ReadonlyMap<string, LockEdge>): LockEdge[] {
  return [...edges].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
}

function* edgesOf(
  machine: Machine,
  t: number,
  held: number,
  wanted: Instruction,
): Generator<{ readonly instance: LockEdge; readonly type: LockEdge }> {
  const { memory, heldSets } = machine;
  const handleOf = (cell: number) => memory.objects[memory.cells[cell]!.object]!.handle;
  const items = heldSets.items(held);
  const thread = machine.threadName(t);
  const where = wanted.fn === '' ? '' : ` in ${wanted.fn}()`;
  const to = handleOf(wanted.cell);
  for (const lock of items) {
    const from = handleOf(lock.cell);
    const others = items.filter((g) => g !== lock);
    const gates = new Map(others.map((g) => [handleOf(g.cell).name, g.mode === Mode.shared]));
    const shared = lock.mode === Mode.shared && wanted.code === Code.read_lock;
    const edge = { type: from.type, thread, gates, shared, where, found: [] };
    yield {
      instance: { ...edge, from: from.name, to: to.name },
      type: { ...edge, from: from.type, to: to.type },
    };
  }
}
