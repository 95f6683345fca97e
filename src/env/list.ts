// SPDX-License-Identifier: GPL-2.0-only
// Lists as immutable tuples in a cell: a change is a load and a store, so unlocked lists race.
import { frame, type Handle, type Kfn, load, store, type Value } from '#env/op';

/** Append @item to the list in @field of @head. */
export function* list_add_tail<F extends Record<K, readonly Value[]>, K extends string>(
  head: Handle<F>,
  field: K,
  item: F[K][number],
): Kfn<void> {
  const cell = field as K & keyof F & string;
  yield* frame('list_add_tail', [head, field, item], function* () {
    const items = yield* load(head, cell);
    yield* store(head, cell, [...items, item] as unknown as F[K]);
  });
}

/** Take @item out of the list in @field of @head. */
export function* list_del<F extends Record<K, readonly Value[]>, K extends string>(
  head: Handle<F>,
  field: K,
  item: F[K][number],
): Kfn<void> {
  const cell = field as K & keyof F & string;
  yield* frame('list_del', [head, field, item], function* () {
    const items = yield* load(head, cell);
    const rest = items.filter((other) => other !== item);
    yield* store(head, cell, rest as unknown as F[K]);
  });
}
