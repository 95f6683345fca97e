// SPDX-License-Identifier: GPL-2.0-only
// Mutexes, spinlocks, rwsems, SRCU and wait queues, as the kernel calls them.

import { HOLDS_MAX } from '#realc/limits';
import type { HeldLock, Host, Imports, KernelThread } from './types.ts';
import { KIND, PSEUDO } from './words.ts';

/** Operations by their numbers in scene/locks.c. */
const OPS: readonly string[] = [
  'mutex_lock',
  'mutex_trylock',
  'spin_lock',
  'spin_trylock',
  'down_read',
  'down_write',
];

/** What locksOf says of a lock: RW_LOCK_* of scene/state.h. */
const KNOWN = { nothing: 0, inert: 1, noNumber: 2, number: 3 } as const;

/** Which locks a thread holds, and which of them count. */
export class LockTable {
  private readonly host: Host;
  /** Locks that protect nothing which is shared and written: no switch points, not in lock sets. */
  readonly inert = new Set<number>();
  /** Locks that are taken in more than one order: they may deadlock. */
  readonly cyclic = new Set<number>();
  /** Locks that locksOf says something of. */
  private readonly known: number[] = [];
  private used = 0;
  private taken: Map<number, Set<number>> | null = null;
  constructor(host: Host) {
    this.host = host;
  }

  /** What is known of a lock, for scene/locks.c: inert, without a number, or its number. */
  private learnLock(addr: number): number {
    const { locksOf } = this.host.mem;
    let known = locksOf[addr >> 2]!;
    if (known === KNOWN.nothing) {
      if (this.inert.has(addr)) known = KNOWN.inert;
      else known = this.used > 63 ? KNOWN.noNumber : KNOWN.number + this.used++;
      locksOf[addr >> 2] = known;
      this.known.push(addr);
    }
    return known;
  }

  /** Locks that turned out to protect nothing; the sets begin anew. */
  setInert(addrs: Iterable<number>): void {
    this.inert.clear();
    for (const a of addrs) this.inert.add(a);
    for (const a of this.known) this.host.mem.locksOf[a >> 2] = KNOWN.nothing;
    this.known.length = 0;
    this.used = 0;
  }

  /** A thread waits for a lock that was thought never to matter: it does. */
  revive(addr: number): void {
    this.inert.delete(addr);
    this.host.mem.locksOf[addr >> 2] = KNOWN.nothing;
    this.host.mem.grow();
  }

  /** While learning: lock address -> locks that were taken while it was held. */
  get order(): Map<number, Set<number>> | null {
    return this.taken;
  }
  set order(to: Map<number, Set<number>> | null) {
    this.taken = to;
    this.tell();
  }

  private changed: ((addr: number, op: 'lock' | 'unlock') => void) | null = null;
  /** Told of every lock that a thread has taken, or given back. */
  set onChange(to: ((addr: number, op: 'lock' | 'unlock') => void) | null) {
    this.changed = to;
    this.tell();
  }

  private tell(): void {
    this.host.mem.slow = this.taken !== null || this.changed !== null;
  }

  heldBy(thread: number): HeldLock[] {
    const { u32 } = this.host.mem;
    const at = this.host.mem.threadAt(thread);
    const held: HeldLock[] = [];
    for (let i = 0; i < u32[at + 2]!; i++) {
      held.push({ addr: u32[at + 4 + 2 * i]!, op: OPS[u32[at + 5 + 2 * i]!]! });
    }
    return held;
  }

  private hold(t: KernelThread, held: readonly HeldLock[]): void {
    const { mem } = this.host;
    const at = mem.threadAt(t.id);
    if (held.length > HOLDS_MAX) throw new Error(`${t.name} holds more than ${HOLDS_MAX} locks`);
    let low = 0;
    let high = 0;
    mem.u32[at + 2] = held.length;
    held.forEach(({ addr, op }, i) => {
      mem.u32[at + 4 + 2 * i] = addr;
      mem.u32[at + 5 + 2 * i] = OPS.indexOf(op);
      const bit = this.learnLock(addr) - KNOWN.number;
      if (bit >= 32) high |= 1 << (bit - 32);
      else if (bit >= 0) low |= 1 << bit;
    });
    mem.setLocks(low, high);
  }

  /** Could the operation take the lock now? */
  free(addr: number, op: string): boolean {
    const v = this.host.mem.i32[addr >> 2]!;
    if (op.includes('trylock') || op === 'yield') return true;
    return op === 'down_read' ? v >= 0 : v === 0;
  }

  /** Note that @addr was taken, or is wanted, with all that @t holds. */
  private noteOrder(t: KernelThread, addr: number, op: string): void {
    if (!this.order || op.includes('trylock')) return;
    for (const held of t.held) {
      const after = this.order.get(held.addr);
      if (after) after.add(addr);
      else this.order.set(held.addr, new Set([addr]));
    }
  }

  took(addr: number, op: string): void {
    const t = this.host.current;
    if (!t) return;
    if (!this.inert.has(addr)) {
      let kind = KIND.lock | KIND.write;
      if (op === 'down_read') kind |= KIND.shared;
      if (op.includes('trylock')) kind |= KIND.marked;
      this.host.mem.note(t.pointNumber, addr, kind);
    }
    t.pointNumber = 0;
    if (this.order) this.noteOrder(t, addr, op);
    this.hold(t, [...t.held, { addr, op }]);
    this.changed?.(addr, 'lock');
  }

  released(addr: number, op: string): void {
    const t = this.host.current;
    if (!t) return;
    if (!this.inert.has(addr)) {
      const shared = op === 'up_read' ? KIND.shared : 0;
      this.host.mem.note(0, addr, KIND.release | KIND.write | shared);
    }
    const { held } = t;
    const at = held.findLastIndex((l) => l.addr === addr);
    if (at >= 0) {
      this.hold(t, held.toSpliced(at, 1));
      this.changed?.(addr, 'unlock');
      return;
    }
    this.host.fault('bad-unlock', `${op} of a lock the thread does not hold`, addr);
  }
}

/** Lock imports, by the numbers of OPS: what scene/locks.c leaves to the host. */
export function lockImports(host: Host, table: LockTable): Imports {
  const { i32 } = host.mem;
  const set = (m: number, v: number): void => {
    i32[m >> 2] = v;
    host.mem.wrote(m, 4);
  };
  const me = (): number => host.current?.id ?? 1;
  const taken = (m: number, op: string): number =>
    op === 'down_read' ? i32[m >> 2]! + 1 : op === 'down_write' ? -1 : me();
  const lock = (m: number, number: number): void => {
    const op = OPS[number]!;
    const t = host.current!;
    if (host.state() === 2) host.stopRewind();
    else if (host.point(m, op)) return;
    const free = (): boolean => table.free(m, op);
    if (free()) {
      set(m, taken(m, op));
      table.took(m, op);
      return;
    }
    if (i32[m >> 2] === me()) {
      host.fault('deadlock', `${op} of a lock the thread holds already`, m);
    }
    if (host.stepping && table.inert.has(m)) table.revive(m);
    // Being blocked depends on who holds the lock, as taking it does.
    if (!table.inert.has(m)) {
      host.mem.note(t.pointNumber, m, KIND.lock | KIND.write | KIND.wait);
    }
    host.block({ kind: 'lock', addr: m, ready: free });
  };
  const trylock = (m: number, number: number): number => {
    const op = OPS[number]!;
    if (host.state() === 2) host.stopRewind();
    else if (host.point(m, op)) return 0;
    if (i32[m >> 2] !== 0) {
      if (!table.inert.has(m)) host.mem.note(host.current!.pointNumber, m, KIND.marked);
      host.current!.pointNumber = 0;
      return 0;
    }
    set(m, me());
    table.took(m, op);
    return 1;
  };
  const unlock = (m: number, number: number): void => {
    const op = OPS[number]!;
    set(m, op === 'down_read' ? i32[m >> 2]! - 1 : 0);
    table.released(m, op === 'down_read' ? 'up_read' : op.replace('lock', 'unlock'));
  };
  const out: Record<string, unknown> = { rw_lock: lock, rw_trylock: trylock, rw_unlock: unlock };
  for (const name of ['mutex_init_generic', '__mutex_init', '__init_rwsem']) {
    out[name] = (m: number) => set(m, 0);
  }
  return out as Imports;
}

/** SRCU readers are counted per domain; RCU callbacks never run, so nothing is freed too early. */
export function rcuImports(host: Host, readers: Map<number, number>): Imports {
  const add = (s: number, n: number): void => {
    if (host.current) host.mem.note(0, s, KIND.write | KIND.shared);
    readers.set(s, (readers.get(s) ?? 0) + n);
  };
  const out: Record<string, unknown> = {
    __rcu_read_lock: () => undefined,
    __rcu_read_unlock: () => undefined,
    call_rcu: () => undefined,
    __srcu_read_lock: (s: number) => {
      add(s, 1);
      return 0;
    },
    __srcu_read_unlock: (s: number) => add(s, -1),
    synchronize_srcu: (s: number) => {
      if (!host.current) return;
      if (host.state() === 2) host.stopRewind();
      const ready = (): boolean => (readers.get(s) ?? 0) === 0;
      host.mem.note(0, s, KIND.write);
      if (!ready()) host.block({ kind: 'srcu', addr: s, ready });
    },
  };
  return out as Imports;
}

/** Sleeping and waking: schedule() returns once somebody woke the thread. */
export function waitImports(host: Host): Imports {
  const wakeAll = (): void => {
    if (host.current) host.mem.note(0, PSEUDO.wait, KIND.write | KIND.shared);
    for (const t of host.threads) t.woken = true;
  };
  const out: Record<string, unknown> = {
    init_wait_entry: () => undefined,
    prepare_to_wait_event: () => 0,
    finish_wait: () => undefined,
    __wake_up: () => {
      wakeAll();
      return 0;
    },
    wake_up_process: (task: number) => {
      if (host.current) host.mem.note(0, PSEUDO.wait, KIND.write | KIND.shared);
      for (const t of host.threads) if (t.task === task) t.woken = true;
      return 1;
    },
    schedule: () => {
      const t = host.current;
      if (!t) return;
      if (host.state() === 2) host.stopRewind();
      host.mem.note(0, PSEUDO.wait, 0);
      if (t.woken) {
        t.woken = false;
        return;
      }
      host.block({ kind: 'wait', addr: 0, ready: () => t.woken });
    },
  };
  return out as Imports;
}
