// SPDX-License-Identifier: GPL-2.0-only
// Sets of held locks as small integers, so that a thread's is one slot of the state.

import { assert } from '#base/assert';
import { type Kept, sameVersion } from '#base/saved';
import { PairTable } from '#checker/tables/pair-table';

/** How a lock is held. */
export const Mode = { exclusive: 0, shared: 1 } as const;

/** A lock that is held: its cell and the mode. */
interface Held {
  readonly cell: number;
  readonly mode: number;
}

/** Interns sets of held locks; set 0 is empty. A read side may be held more than once. */
export class HeldSets implements Kept {
  private readonly sets: (readonly number[])[] = [[]];
  private readonly ids = new Map<string, number>([['', 0]]);
  private readonly added = new PairTable();
  private readonly removed = new PairTable();
  private readonly unions = new PairTable();

  /** The set with the lock in @cell as well. */
  add(set: number, cell: number, mode: number): number {
    const item = cell * 2 + mode;
    const known = this.added.get(set, item);
    if (known >= 0) return known;
    const id = this.intern([...this.sets[set]!, item].sort((a, b) => a - b));
    this.added.add(set, item, id);
    return id;
  }

  /** The set without the lock in @cell, which is in it. */
  remove(set: number, cell: number, mode: number): number {
    const item = cell * 2 + mode;
    const known = this.removed.get(set, item);
    if (known >= 0) return known;
    const items = [...this.sets[set]!];
    const at = items.indexOf(item);
    assert(at >= 0, 'a lock that is released is held');
    items.splice(at, 1);
    const id = this.intern(items);
    this.removed.add(set, item, id);
    return id;
  }

  /** What is held exclusively in @other, and in @set, which is such a union or empty. */
  union(set: number, other: number): number {
    if (set === other || other === 0) return set;
    const known = this.unions.get(set, other);
    if (known >= 0) return known;
    const items = new Set([...this.sets[set]!, ...this.sets[other]!]);
    const exclusive = [...items].filter((item) => (item & 1) === Mode.exclusive);
    const id = this.intern(exclusive.sort((a, b) => a - b));
    this.unions.add(set, other, id);
    return id;
  }

  private intern(items: readonly number[]): number {
    const key = items.join();
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.sets.push(items) - 1;
    this.ids.set(key, id);
    return id;
  }

  /** What is in @set. */
  items(set: number): readonly Held[] {
    return this.sets[set]!.map((item) => ({ cell: item >> 1, mode: item & 1 }));
  }

  /** True if @set has the lock in @cell in this @mode. */
  has(set: number, cell: number, mode: number): boolean {
    return this.sets[set]!.includes(cell * 2 + mode);
  }

  save() {
    const { sets, added, removed, unions } = this;
    const tables = { added: added.save(), removed: removed.save(), unions: unions.save() };
    return { version: 1, sets, ...tables };
  }

  load(saved: ReturnType<HeldSets['save']>): void {
    sameVersion(saved, 1, 'sets of locks');
    this.sets.length = 0;
    this.ids.clear();
    for (const items of saved.sets) this.ids.set(items.join(), this.sets.push(items) - 1);
    this.added.load(saved.added);
    this.removed.load(saved.removed);
    this.unions.load(saved.unions);
  }
}
