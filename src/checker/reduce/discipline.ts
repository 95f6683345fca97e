// SPDX-License-Identifier: GPL-2.0-only
// Which steps are no switch points: a discipline of cells, learned while searching and enforced.
//
// The idea. A step of thread t may be taken at once, without trying the other threads first, if
// nothing that the others can do before t moves is dependent with it. That holds where t's cell
//   - is never written, or
//   - is touched by t alone, or
//   - is only ever touched under one lock: t holds it, so nobody else can come near (writes must
//     hold it exclusively, reads in any mode); or
//   - belongs to an object that t has allocated and nobody else can know yet.
// Releasing a lock is such a step too: whoever waits for it stays disabled until it happens; only
// a trylock could tell the difference, or a free of the object whose lock it is. What a rule can
// see, what ends the run, and a choice of the environment never is. {t} is then a persistent set
// (Godefroid 1996, chapter 4) of one thread.
//
// Learning. What a cell's discipline is follows from all accesses in the state graph, which are not
// known before it is searched. So the search is optimistic: a cell starts as harmless and each
// access, as soon as a thread stands before it, narrows the set of locks that protect it (Eraser,
// TOCS 1997). Who stands elsewhere after a step, the machine tells (Machine.moved): a thread that a
// step starts may begin elsewhere than in all runs before. If a cell comes to be shared, what was
// reduced by it so far was wrong and is done again (assumptions.ts); each time at least one more
// cell is shared, so there are finitely many.
//
//   T1: lock m; x = 1; unlock m; y = 1        x: {m}         y: T1 alone
//   T2: lock m; x = 2; unlock m; read y       x: {m}         y: shared, do that again
//
// Why what stands in the end is right. Suppose some run breaks the discipline, and take a shortest
// one: all its steps but the access at its end keep to it. Let the reduced search take t first
// where the run goes on otherwise. If t moves later in that run, its step commutes with what comes
// before and may be moved to the front, and a run that is shorter by a step leads on. If t does not
// move in it, t's step commutes with all of it but perhaps the last access, and leaves the last
// thread standing before that same access: a run of the same length leads on. That cannot repeat
// for ever, since quiet steps end in a state where all threads are tried (exhaustive.ts notices
// where they go round in a cycle, and opens the state there); then the run's own next step is
// taken. So the search comes to a state where the last thread stands before the access, and notes
// it.

import { type Kept, sameVersion } from '#base/saved';
import type { Instruction } from '#checker/machine/code';
import { Code } from '#checker/machine/code';
import { type HeldSets, Mode } from '#checker/machine/held';
import type { ObjectMemory } from '#checker/machine/memory';
import { PairTable } from '#checker/tables/pair-table';

/** Which reductions are on; all are unless told. */
export interface Reductions {
  /** Run on over steps that no other thread can see. */
  readonly quiet?: boolean;
  /** Run on over steps that no other thread will be able to see; needs quiet. */
  readonly futures?: boolean;
  /** Look at which values cells can have by then; needs futures. */
  readonly values?: boolean;
  /** Try only the threads of a persistent set; needs futures. */
  readonly persistent?: boolean;
  /** Sleep sets, stored with the states. */
  readonly sleep?: boolean;
}

/** Deliberate faults, for the tests that prove the cross-check can fail; never set otherwise. */
export interface ReductionFaults {
  /** A cell that comes to be shared goes on as harmless. */
  readonly neverShared?: boolean;
  /** A write counts as protected by a lock of which only the read side is held. */
  readonly readSideProtects?: boolean;
  /** Releasing a lock is no switch point even if somebody tries it. */
  readonly ignoreTrylock?: boolean;
  /** What rules see is no switch point. */
  readonly ignoreVisible?: boolean;
  /** Freeing an object is no access to its cells. */
  readonly ignoreFree?: boolean;
  /** An allocated object is taken for unknown to others for ever. */
  readonly neverPublished?: boolean;
  /** A state that was found asleep is not explored again when it is awake. */
  readonly ignoreWaking?: boolean;
  /** A sleeping thread sleeps on whatever happens. */
  readonly neverWake?: boolean;
  /** What has relied on an answer that does not hold is not done again. */
  readonly neverRedone?: boolean;
  /** Taking a lock for a quiet section wakes nobody. */
  readonly sectionsWakeNobody?: boolean;
  /** Where quiet steps go round in a cycle, the others are not tried. */
  readonly ignoreCycles?: boolean;
  /** Where a quiet step sleeps, nothing is explored: wrong in state graphs with cycles. */
  readonly sleepersAreDone?: boolean;
}

const NOBODY = -1;
const MANY = -2;

/** What all accesses to one cell so far have in common. */
class Lockset {
  owner = NOBODY;
  written = false;
  /** Cells of the locks held at every access; null before the first. */
  locks: readonly number[] | null = null;
}

/** What is known of each cell; survives from round to round. */
export class Discipline implements Kept {
  /** 1 for each cell whose accesses are switch points. */
  shared = new Uint8Array(1024);
  /** 1 for each cell that several threads touch and one writes, protected or not. */
  contended = new Uint8Array(1024);
  /** How many of these there are. */
  contentions = 0;
  /** 1 for each lock of which others can tell when it is released: it is tried, or freed. */
  watched = new Uint8Array(1024);
  /** How often what was harmless came to be not so; a change starts a new round. */
  demotions = 0;
  private readonly locksets: (Lockset | undefined)[] = [];
  private readonly frees = new Map<number, Lockset>();
  private readonly seen = new PairTable();
  private readonly memory: ObjectMemory;
  private readonly heldSets: HeldSets;
  private readonly faults: ReductionFaults | undefined;

  constructor(memory: ObjectMemory, heldSets: HeldSets, faults?: ReductionFaults) {
    this.memory = memory;
    this.heldSets = heldSets;
    this.faults = faults;
  }

  /** Thread @t, in local state @node and with the locks @held, stands before @i. */
  note(t: number, node: number, held: number, i: Instruction): void {
    const by = held * 64 + t;
    if (this.seen.get(node, by) >= 0) return;
    this.seen.add(node, by, 0);
    if (i.cell < 0) return;
    this.reserve(i.cell);
    const isRead = i.code === Code.load || i.code === Code.wait || i.code === Code.read_lock;
    const written = !isRead && i.code !== Code.read_unlock;
    if (i.code === Code.trylock) this.watch(i.cell);
    this.access(i.cell, t, written, held);
    if (i.object < 0) return;
    if (i.code === Code.free) {
      this.noteFree(t, held, i);
      return;
    }
    if (i.dead >= 0) this.access(i.dead, t, false, held);
    const frees = this.frees.get(i.object);
    if (frees === undefined || this.faults?.ignoreFree) return;
    this.join(i.cell, frees);
    if (i.op.field === '') this.watch(i.cell);
  }

  /** Call @each with every thread, local state and set of held locks that has been noted. */
  forEachNoted(each: (t: number, node: number, held: number) => void): void {
    this.seen.visit((node, by) => {
      each(by % 64, node, Math.floor(by / 64));
    });
  }

  /** A free is a write of everything in the object. */
  private noteFree(t: number, held: number, i: Instruction): void {
    if (this.faults?.ignoreFree) return;
    const frees = this.frees.get(i.object) ?? new Lockset();
    this.frees.set(i.object, frees);
    this.narrow(frees, t, true, this.locksFor(held, true, -1));
    for (const [field, cell] of this.memory.objects[i.object]!.cells) {
      if (this.locksets[cell] === undefined) continue;
      this.join(cell, frees);
      if (field === '') this.watch(cell);
    }
  }

  private watch(lock: number): void {
    this.reserve(lock);
    if (this.watched[lock] === 1) return;
    this.watched[lock] = 1;
    this.demotions++;
  }

  private reserve(cell: number): void {
    if (cell < this.shared.length) return;
    const length = Math.max(cell + 1, this.shared.length * 2);
    const shared = new Uint8Array(length);
    shared.set(this.shared);
    this.shared = shared;
    const contended = new Uint8Array(length);
    contended.set(this.contended);
    this.contended = contended;
    const watched = new Uint8Array(length);
    watched.set(this.watched);
    this.watched = watched;
  }

  private locksFor(held: number, written: boolean, itself: number): number[] {
    const locks = this.heldSets.items(held).filter(({ cell, mode }) => {
      if (cell === itself) return false;
      return !written || mode === Mode.exclusive || this.faults?.readSideProtects;
    });
    return locks.map((lock) => lock.cell);
  }

  private access(cell: number, t: number, written: boolean, held: number): void {
    this.reserve(cell);
    const lockset = this.locksetOf(cell);
    this.narrow(lockset, t, written, this.locksFor(held, written, cell));
    this.judge(cell, lockset);
  }

  private locksetOf(cell: number): Lockset {
    const lockset = this.locksets[cell] ?? new Lockset();
    while (this.locksets.length < cell) this.locksets.push(undefined);
    this.locksets[cell] = lockset;
    return lockset;
  }

  private narrow(lockset: Lockset, t: number, written: boolean, locks: readonly number[]): void {
    if (lockset.owner === NOBODY) lockset.owner = t;
    else if (lockset.owner !== t) lockset.owner = MANY;
    lockset.written ||= written;
    lockset.locks =
      lockset.locks === null ? locks : lockset.locks.filter((lock) => locks.includes(lock));
  }

  private join(cell: number, other: Lockset): void {
    const lockset = this.locksetOf(cell);
    const locks = other.locks ?? [];
    if (lockset.owner !== other.owner)
      lockset.owner = lockset.owner === NOBODY ? other.owner : MANY;
    lockset.written ||= other.written;
    lockset.locks =
      lockset.locks === null ? locks : lockset.locks.filter((lock) => locks.includes(lock));
    this.judge(cell, lockset);
  }

  private judge(cell: number, lockset: Lockset): void {
    if (!lockset.written || lockset.owner !== MANY) return;
    if (this.contended[cell] === 0) {
      this.contended[cell] = 1;
      this.contentions++;
    }
    const harmless = (lockset.locks ?? []).length > 0;
    if (harmless || this.shared[cell] === 1 || this.faults?.neverShared) return;
    this.shared[cell] = 1;
    this.demotions++;
  }

  /** True if several threads touch @cell and one writes it. */
  isContended(cell: number): boolean {
    return this.contended[cell] === 1;
  }

  /** True if doing @i, which is possible and invisible, can be seen by no other thread. */
  isQuiet(i: Instruction): boolean {
    if (i.code === Code.choose || i.code === Code.null) return false;
    return this.isHarmless(i.cell, releases(i));
  }

  /** True if no other thread can see an access to @cell, or, @releasing, the release of it. */
  isHarmless(cell: number, releasing: boolean): boolean {
    if (this.shared[cell] !== 1) return true;
    return releasing && (this.watched[cell] !== 1 || Boolean(this.faults?.ignoreTrylock));
  }

  save() {
    const { shared, contended, contentions, watched, demotions } = this;
    const locksets = this.locksets.map((lockset) => lockset && { ...lockset });
    const frees = [...this.frees].map(([object, lockset]) => ({ object, lockset: { ...lockset } }));
    const seen = this.seen.save();
    const arrays = { shared, contended, watched };
    return { version: 1, ...arrays, contentions, demotions, locksets, frees, seen };
  }

  load(saved: ReturnType<Discipline['save']>): void {
    sameVersion(saved, 1, 'a discipline');
    this.shared = saved.shared;
    this.contended = saved.contended;
    this.watched = saved.watched;
    this.contentions = saved.contentions;
    this.demotions = saved.demotions;
    this.locksets.length = 0;
    for (const lockset of saved.locksets) this.locksets.push(lockset);
    this.frees.clear();
    for (const { object, lockset } of saved.frees) this.frees.set(object, lockset);
    this.seen.load(saved.seen);
  }
}

/** True if @i releases a lock. */
export function releases(i: Instruction): boolean {
  return i.code === Code.unlock || i.code === Code.read_unlock || i.code === Code.write_unlock;
}
