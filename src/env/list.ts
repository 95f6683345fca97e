// SPDX-License-Identifier: GPL-2.0-only
// Lists as immutable tuples in a cell: a change is a load and a store, so unlocked lists race.
import { frame, type Handle, type Kfn, load, store, type Value } from '#env/op';

/** Append @item to the list in @field of @head. */
export function list_add_tail<F extends Record<K, readonly Value[]>, K extends string>(
  head: Handle<F>,
  field: K,
  item: F[K][number],
): Kfn<void> {
  return model__changed('list_add_tail', head, field, item, (items) => [...items, item]);
}

/**
 * Append @item to the list in @field of @head, where nobody can tell in which order unequal items
 * were appended: who looks for one steps over the others. So the list is kept sorted by name, and
 * runs that append the same items in another order meet again.
 */
export function list_add_tail__unordered<F extends Record<K, readonly Handle[]>, K extends string>(
  head: Handle<F>,
  field: K,
  item: F[K][number],
): Kfn<void> {
  const insert = (items: F[K]) => insertUnordered(items, item, () => false);
  return model__changed('list_add_tail', head, field, item, insert);
}

/**
 * @list with @item, after all that is @related to it: the order of two items matters only if they
 * are. Items that are not are sorted by name as far as those that are allow it (the lexicographic
 * normal form of traces; Anisimov and Knuth 1979).
 */
export function insertUnordered<T extends Handle>(
  list: readonly T[],
  item: T,
  related: (a: T, b: T) => boolean,
): readonly T[] {
  const after = list.findLastIndex((other) => related(other, item)) + 1;
  const larger = list.findIndex((other, i) => i >= after && other.name > item.name);
  return list.toSpliced(larger < 0 ? list.length : larger, 0, item);
}

/** Take @item out of the list in @field of @head. */
export function list_del<F extends Record<K, readonly Value[]>, K extends string>(
  head: Handle<F>,
  field: K,
  item: F[K][number],
): Kfn<void> {
  const rest = (items: F[K]) => items.filter((other) => other !== item);
  return model__changed('list_del', head, field, item, rest);
}

/** What @name does to the list in @field of @head because of @item. */
function* model__changed<F extends Record<K, readonly Value[]>, K extends string>(
  name: string,
  head: Handle<F>,
  field: K,
  item: F[K][number],
  change: (items: F[K]) => readonly Value[],
): Kfn<void> {
  const cell = field as K & keyof F & string;
  yield* frame(name, [head, field, item], function* () {
    const items = yield* load(head, cell);
    yield* store(head, cell, change(items) as F[K]);
  });
}
