// SPDX-License-Identifier: GPL-2.0-only
// Mutexes, spinlocks, rwsems, SRCU and wait queues, as the kernel calls them.

import { KIND, PSEUDO } from './memory.ts';
import type { Host, Imports, KernelThread } from './types.ts';

/** Which locks a thread holds, and which of them count. */
export class LockTable {
  private readonly host: Host;
  /** Locks that protect nothing which is shared and written: no switch points, not in lock sets. */
  readonly inert = new Set<number>();
  /** Locks that are taken in more than one order: they may deadlock. */
  readonly cyclic = new Set<number>();
  /** Lock address -> bit of the lock set, given out on first use; those beyond 63 have none. */
  private readonly bits = new Map<number, number>();
  private used = 0;
  /** While learning: lock address -> locks that were taken while it was held. */
  order: Map<number, Set<number>> | null = null;
  constructor(host: Host) {
    this.host = host;
  }

  private bit(addr: number): number {
    let b = this.bits.get(addr);
    if (b === undefined) {
      b = this.inert.has(addr) || this.used > 63 ? -1 : this.used++;
      this.bits.set(addr, b);
    }
    return b;
  }

  /** Locks that turned out to protect nothing; the sets begin anew. */
  setInert(addrs: Iterable<number>): void {
    this.inert.clear();
    for (const a of addrs) this.inert.add(a);
    this.bits.clear();
    this.used = 0;
  }

  /** A thread waits for a lock that was thought never to matter: it does. */
  revive(addr: number): void {
    this.inert.delete(addr);
    this.bits.delete(addr);
    this.host.mem.grow();
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

  private publish(t: KernelThread): void {
    let low = 0;
    let high = 0;
    for (const { bit } of t.held) {
      if (bit >= 32) high |= 1 << (bit - 32);
      else if (bit >= 0) low |= 1 << bit;
    }
    t.locksLow = low;
    t.locksHigh = high;
    this.host.mem.setLocks(low, high);
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
    t.held.push({ addr, op, bit: this.bit(addr) });
    this.publish(t);
    this.host.locked(t);
  }

  released(addr: number, op: string): void {
    const t = this.host.current;
    if (!t) return;
    if (!this.inert.has(addr)) {
      const shared = op === 'up_read' ? KIND.shared : 0;
      this.host.mem.note(0, addr, KIND.release | KIND.write | shared);
    }
    for (let i = t.held.length - 1; i >= 0; i--) {
      if (t.held[i]!.addr !== addr) continue;
      t.held.splice(i, 1);
      this.publish(t);
      return;
    }
    this.host.fault('bad-unlock', `${op} of a lock the thread does not hold`, addr);
  }
}

/** How locks are taken and given back, for imports of any name. */
interface LockSteps {
  readonly set: (m: number, v: number) => void;
  /** Take a lock when @free says so; the thread may have been left instead. */
  readonly acquire: (m: number, op: string, free: () => boolean, take: () => void) => void;
  readonly exclusive: (op: string) => (m: number) => number;
  readonly release: (op: string) => (m: number) => void;
  readonly trylock: (op: string) => (m: number) => number;
}

function lockSteps(host: Host, table: LockTable): LockSteps {
  const { i32 } = host.mem;
  const me = (): number => host.current?.id ?? 1;
  const set = (m: number, v: number): void => {
    i32[m >> 2] = v;
    host.mem.wrote(m, 4);
  };
  const acquire = (m: number, op: string, free: () => boolean, take: () => void): void => {
    if (!host.current) {
      take();
      return;
    }
    if (host.state() === 2) host.stopRewind();
    else if (host.point(m, op)) return;
    if (!free()) {
      const mine = i32[m >> 2] === me();
      if (mine) host.fault('deadlock', `${op} of a lock the thread holds already`, m);
      if (host.stepping && table.inert.has(m)) table.revive(m);
      // Being blocked depends on who holds the lock, as taking it does.
      if (!table.inert.has(m)) {
        host.mem.note(host.current.pointNumber, m, KIND.lock | KIND.write | KIND.wait);
      }
      host.block({ kind: 'lock', addr: m, ready: free });
      return;
    }
    take();
    table.took(m, op);
  };
  const exclusive =
    (op: string) =>
    (m: number): number => {
      acquire(
        m,
        op,
        () => i32[m >> 2] === 0,
        () => set(m, me()),
      );
      return 0;
    };
  const release =
    (op: string) =>
    (m: number): void => {
      set(m, 0);
      table.released(m, op);
    };
  const trylock =
    (op: string) =>
    (m: number): number => {
      if (!host.current) {
        if (i32[m >> 2] !== 0) return 0;
        set(m, 1);
        return 1;
      }
      if (host.state() === 2) host.stopRewind();
      else if (host.point(m, op)) return 0;
      if (i32[m >> 2] !== 0) {
        if (!table.inert.has(m)) host.mem.note(host.current.pointNumber, m, KIND.marked);
        host.current.pointNumber = 0;
        return 0;
      }
      set(m, me());
      table.took(m, op);
      return 1;
    };
  return { set, acquire, exclusive, release, trylock };
}

/** Lock imports. The lock's first word holds the owner: thread id, or a reader count. */
export function lockImports(host: Host, table: LockTable): Imports {
  const { i32 } = host.mem;
  const { set, acquire, exclusive, release, trylock } = lockSteps(host, table);
  const out: Record<string, unknown> = {
    mutex_lock: exclusive('mutex_lock'),
    mutex_lock_interruptible: exclusive('mutex_lock'),
    mutex_unlock: release('mutex_unlock'),
    mutex_trylock: trylock('mutex_trylock'),
    down_read: (m: number) =>
      acquire(
        m,
        'down_read',
        () => i32[m >> 2]! >= 0,
        () => set(m, i32[m >> 2]! + 1),
      ),
    up_read: (m: number) => {
      set(m, i32[m >> 2]! - 1);
      table.released(m, 'up_read');
    },
    down_write: (m: number) =>
      acquire(
        m,
        'down_write',
        () => i32[m >> 2] === 0,
        () => set(m, -1),
      ),
    up_write: release('up_write'),
  };
  for (const suffix of ['', '_irq', '_bh', '_irqsave', '_irqrestore']) {
    out[`_raw_spin_lock${suffix}`] = exclusive('spin_lock');
    out[`_raw_spin_unlock${suffix}`] = release('spin_unlock');
    out[`_raw_spin_trylock${suffix}`] = trylock('spin_trylock');
  }
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
