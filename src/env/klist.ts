// SPDX-License-Identifier: GPL-2.0-only
// klist: a list that can be changed while others iterate over it (lib/klist.c).
import { insertUnordered, list_add_tail } from '#env/list';
import { spin_lock, spin_unlock } from '#env/mutex';
import { frame, Handle, type Kfn, type Lock, load, store, type Value } from '#env/op';

interface KlistFields<T extends Handle> {
  /** Every node that was ever added, in order. */
  k_list: readonly T[];
  /** Nodes that were removed: iterators that stand on one still find their way on. */
  k_dead: readonly T[];
}

/** A klist, with the spinlock inside it (k_lock). */
export class Klist<T extends Handle> extends Handle<KlistFields<T>> {
  readonly k_lock: Lock;
  constructor(name: string) {
    super('klist', name);
    this.k_lock = new Handle('spinlock', `${name}.k_lock`);
  }
  /** Initial values, with @items on the list. */
  init(items: readonly T[]): (readonly [Handle, string, Value])[] {
    return [
      [this, 'k_list', items],
      [this, 'k_dead', []],
    ];
  }
}

export function* klist_add_tail<T extends Handle>(klist: Klist<T>, node: T): Kfn<void> {
  yield* spin_lock(klist.k_lock);
  yield* list_add_tail(klist as Handle<KlistFields<Handle>>, 'k_list', node);
  yield* spin_unlock(klist.k_lock);
}

/**
 * klist_add_tail() where the order of two nodes matters only if @related says so: iterators look
 * for a node and for what is related to it, and step over the rest (insertUnordered()).
 */
export function* klist_add_tail__unordered<T extends Handle>(
  klist: Klist<T>,
  node: T,
  related: (a: T, b: T) => boolean,
): Kfn<void> {
  yield* frame('klist_add_tail', [klist, node], function* () {
    yield* spin_lock(klist.k_lock);
    const list = yield* load(klist, 'k_list');
    yield* store(klist, 'k_list', insertUnordered(list, node, related));
    yield* spin_unlock(klist.k_lock);
  });
}

export function* klist_del<T extends Handle>(klist: Klist<T>, node: T): Kfn<void> {
  yield* spin_lock(klist.k_lock);
  yield* list_add_tail(klist as Handle<KlistFields<Handle>>, 'k_dead', node);
  yield* spin_unlock(klist.k_lock);
}

/**
 * The node after @cur (null: the first) that has not been removed, or null at the end; only nodes
 * that @fits are looked at. Others would be stepped over one by one, without any effect; the node
 * that is found, or the end of the list, is what is there when the last of these steps is made.
 * INVARIANT: a node that an iterator stands on stays linked even when removed, so removed nodes
 * are never taken out of k_list here; they are stepped over.
 */
export function* klist_next<T extends Handle>(
  klist: Klist<T>,
  cur: T | null,
  fits: (node: T) => boolean = () => true,
): Kfn<T | null> {
  return yield* frame('klist_next', [klist, cur], function* () {
    yield* spin_lock(klist.k_lock);
    const list = yield* load(klist, 'k_list');
    const dead = yield* load(klist, 'k_dead');
    yield* spin_unlock(klist.k_lock);
    const from = cur ? list.indexOf(cur) + 1 : 0;
    return list.slice(from).find((node) => fits(node) && !dead.includes(node)) ?? null;
  });
}
