// SPDX-License-Identifier: GPL-2.0-only
// The state of a run: an array of integers with an undo log and an incremental fingerprint.
//
// The fingerprint is the XOR of H(slot, content) over all slots that are not zero, four words of
// 32 bits each. Setting slot 3 from 7 to 9 therefore costs two hashes, fp ^= H(3,7) ^ H(3,9), and
// undoing it gives back the very same bits (Zobrist 1970). A slot that is zero contributes
// nothing, so slots may be added while a search runs.
//
// Between two states that are looked up a thread takes some ten steps, and most of what they change
// changes again: where the thread stands, a lock that is taken and given back. So the fingerprint
// is brought up to date only when it is asked for: sync() goes through what the log has since then,
// and hashes each slot once, from what it was to what it is.

import { type Kept, sameVersion } from '#base/saved';
import type { Words } from './values.ts';
import { hashText, mix } from './values.ts';

/** What a slot holds, which says how its content is hashed. */
export const SlotKind = { raw: 0, value: 1, local: 2, silent: 3 } as const;
export type SlotKind = (typeof SlotKind)[keyof typeof SlotKind];

/** Deliberate faults, for the tests that prove the cross-check can fail; never set otherwise. */
export interface FingerprintFaults {
  /** Values of cells do not enter the fingerprint. */
  readonly noValues?: boolean;
  /** Local states do not enter the fingerprint. */
  readonly noLocals?: boolean;
  /** Locks and counters do not enter the fingerprint. */
  readonly noRaw?: boolean;
  /** Every slot is hashed as if it were the same. */
  readonly noSlot?: boolean;
}

/** Slots, undo log, fingerprint. */
export class State implements Kept {
  /** Content of each slot. */
  slots = new Int32Array(256);
  count = 0;
  /** The fingerprint as of the latest sync(). */
  f0 = 0;
  f1 = 0;
  f2 = 0;
  f3 = 0;
  private kinds = new Uint8Array(256);
  private names = new Int32Array(1024);
  private log = new Int32Array(4096);
  private logged = 0;
  /** The fingerprint is that of the state when the log was so long. */
  private synced = 0;
  /** Number of the sync() that has seen a slot last. */
  private seen = new Int32Array(256);
  private syncs = 0;
  private marks = new Int32Array(4096);
  private marked = 0;
  private readonly valueHashes: Words;
  private readonly localHashes: Words;
  private readonly faults: FingerprintFaults | undefined;

  constructor(valueHashes: Words, localHashes: Words, faults?: FingerprintFaults) {
    this.valueHashes = valueHashes;
    this.localHashes = localHashes;
    this.faults = faults;
  }

  /** A new slot, zero; @name must be its own. */
  slot(kind: SlotKind, name: string): number {
    const at = this.count++;
    if (at >= this.slots.length) this.grow();
    this.kinds[at] = kind;
    hashText(this.faults?.noSlot ? '' : name, this.names, at * 4);
    return at;
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 2);
    slots.set(this.slots);
    this.slots = slots;
    const kinds = new Uint8Array(slots.length);
    kinds.set(this.kinds);
    this.kinds = kinds;
    const names = new Int32Array(slots.length * 4);
    names.set(this.names);
    this.names = names;
    const seen = new Int32Array(slots.length);
    seen.set(this.seen);
    this.seen = seen;
  }

  /** Change a slot; undo() takes it back. */
  set(at: number, content: number): void {
    const before = this.slots[at]!;
    if (before === content) return;
    if (this.logged + 2 > this.log.length) {
      const log = new Int32Array(this.log.length * 2);
      log.set(this.log);
      this.log = log;
    }
    this.log[this.logged++] = at;
    this.log[this.logged++] = before;
    this.slots[at] = content;
  }

  /** Bring the fingerprint up to date. */
  sync(): void {
    const { log, logged, slots, seen } = this;
    if (this.synced === logged) return;
    if (this.syncs === 0x7fffffff) {
      this.syncs = 0;
      seen.fill(0);
    }
    const sync = ++this.syncs;
    for (let i = this.synced; i < logged; i += 2) {
      const at = log[i]!;
      if (seen[at] === sync) continue;
      seen[at] = sync;
      const before = log[i + 1]!;
      const content = slots[at]!;
      if (before === content) continue;
      if (before !== 0) this.toggle(at, before);
      if (content !== 0) this.toggle(at, content);
    }
    this.synced = logged;
  }

  private toggle(at: number, content: number): void {
    const kind = this.kinds[at]!;
    if (kind === SlotKind.silent) return;
    const name = at * 4;
    if (this.faults !== undefined && this.skips(kind)) return;
    if (kind === SlotKind.raw) {
      this.f0 ^= mix(this.names[name]!, content);
      this.f1 ^= mix(this.names[name + 1]!, content);
      this.f2 ^= mix(this.names[name + 2]!, content);
      this.f3 ^= mix(this.names[name + 3]!, content);
      return;
    }
    const hashes = kind === SlotKind.value ? this.valueHashes.data : this.localHashes.data;
    const from = content * 4;
    this.f0 ^= mix(this.names[name]!, hashes[from]!);
    this.f1 ^= mix(this.names[name + 1]!, hashes[from + 1]!);
    this.f2 ^= mix(this.names[name + 2]!, hashes[from + 2]!);
    this.f3 ^= mix(this.names[name + 3]!, hashes[from + 3]!);
  }

  private skips(kind: number): boolean {
    if (kind === SlotKind.raw) return Boolean(this.faults?.noRaw);
    return Boolean(kind === SlotKind.value ? this.faults?.noValues : this.faults?.noLocals);
  }

  /** A copy of everything, for restore(); into @spare where that has the right size. */
  snapshot(spare?: Int32Array): Int32Array {
    this.sync();
    const length = this.count + 4;
    const copy = spare?.length === length ? spare : new Int32Array(length);
    copy.set(this.slots.subarray(0, this.count), 4);
    copy[0] = this.f0;
    copy[1] = this.f1;
    copy[2] = this.f2;
    copy[3] = this.f3;
    return copy;
  }

  /** The fingerprint, brought up to date, in four words. */
  fingerprint(out: Uint32Array): void {
    this.sync();
    out[0] = this.f0;
    out[1] = this.f1;
    out[2] = this.f2;
    out[3] = this.f3;
  }

  /** Back to what snapshot() copied; all marks are gone. */
  restore(copy: Int32Array): void {
    this.slots.set(copy.subarray(4));
    this.slots.fill(0, copy.length - 4, this.count);
    this.f0 = copy[0]!;
    this.f1 = copy[1]!;
    this.f2 = copy[2]!;
    this.f3 = copy[3]!;
    this.logged = 0;
    this.synced = 0;
    this.marked = 0;
  }

  /** A mark to undo to. */
  mark(): number {
    this.sync();
    if (this.marked + 5 > this.marks.length) {
      const marks = new Int32Array(this.marks.length * 2);
      marks.set(this.marks);
      this.marks = marks;
    }
    const m = this.marks;
    const at = this.marked;
    m[at] = this.logged;
    m[at + 1] = this.f0;
    m[at + 2] = this.f1;
    m[at + 3] = this.f2;
    m[at + 4] = this.f3;
    this.marked = at + 5;
    return at;
  }

  /** Back to where @mark was taken; the mark and later ones are gone. */
  undo(mark: number): void {
    const m = this.marks;
    const to = m[mark]!;
    while (this.logged > to) {
      this.logged -= 2;
      this.slots[this.log[this.logged]!] = this.log[this.logged + 1]!;
    }
    this.f0 = m[mark + 1]!;
    this.f1 = m[mark + 2]!;
    this.f2 = m[mark + 3]!;
    this.f3 = m[mark + 4]!;
    this.synced = to;
    this.marked = mark;
  }

  save() {
    const { count, slots, kinds, names, f0, f1, f2, f3, synced, logged, marked } = this;
    const log = this.log.subarray(0, logged);
    const marks = this.marks.subarray(0, marked);
    return { version: 1, count, slots, kinds, names, f0, f1, f2, f3, synced, log, marks };
  }

  load(saved: ReturnType<State['save']>): void {
    sameVersion(saved, 1, 'a state');
    this.count = saved.count;
    this.slots = saved.slots;
    this.kinds = saved.kinds;
    this.names = saved.names;
    this.f0 = saved.f0;
    this.f1 = saved.f1;
    this.f2 = saved.f2;
    this.f3 = saved.f3;
    this.synced = saved.synced;
    this.logged = saved.log.length;
    this.log = new Int32Array(Math.max(4096, this.logged));
    this.log.set(saved.log);
    this.marked = saved.marks.length;
    this.marks = new Int32Array(Math.max(4096, this.marked));
    this.marks.set(saved.marks);
    this.seen = new Int32Array(this.slots.length);
    this.syncs = 0;
  }
}
