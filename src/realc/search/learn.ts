// SPDX-License-Identifier: GPL-2.0-only
// Learns from a few whole runs which words and locks need to be switch points at all.
//
// A word that one thread alone touches, or that is touched under one common lock only, is no
// switch point: nothing another thread can do meanwhile depends on it. hooks.c finds that out
// word by word and keeps watching; here runs are repeated until nothing new is found. A lock that
// protects no word which two threads touch and one of them writes is inert: it is left out of
// the lock sets, so that a word which turns out to need it is found to be unprotected. Locks that
// are taken in more than one order are never inert, whatever they protect: they may deadlock.

import { LEARN_ROUNDS_MAX, SHAKES_CALM, SHAKES_MAX } from '#realc/limits';
import type { SourceRunner } from './run.ts';

interface WordUse {
  threads: number;
  wrote: boolean;
  /** Locks held at every access; null before the first. */
  locks: Set<number> | null;
}

/** Choice vectors that run every thread early once. */
function orders(threads: number): number[][] {
  const out: number[][] = [];
  for (let a = 0; a < threads; a++) for (let b = 0; b < threads; b++) out.push([a, b]);
  return out;
}

/** What is shared and written: word -> how it is used, over a set of traced runs. */
function observe(r: SourceRunner, plans: readonly number[][]): Map<number, WordUse> {
  const uses = new Map<number, WordUse>();
  const { machine } = r;
  r.events.onAccess = (addr, kind) => {
    const t = machine.current;
    if (!t) return;
    const word = addr & ~3;
    const held = t.held.map((l) => l.addr);
    let use = uses.get(word);
    if (!use) {
      use = { threads: 0, wrote: false, locks: null };
      uses.set(word, use);
    }
    use.threads |= 1 << t.id;
    use.wrote ||= (kind & 1) !== 0;
    const before = use.locks;
    use.locks = new Set(before ? held.filter((l) => before.has(l)) : held);
  };
  for (const choices of plans) r.run({ preemptions: [], choices }, true);
  r.events.onAccess = () => undefined;
  return uses;
}

/** Locks that stand on a cycle of the order in which locks are taken. */
export function onCycles(order: ReadonlyMap<number, ReadonlySet<number>>): Set<number> {
  const found = new Set<number>();
  for (const start of order.keys()) {
    const reached = new Set<number>();
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const next of order.get(at) ?? []) {
        if (reached.has(next)) continue;
        reached.add(next);
        open.push(next);
      }
    }
    if (reached.has(start)) found.add(start);
  }
  return found;
}

/**
 * Locks that turned out to be taken in more than one order, in runs that were made since: true if
 * there are any that were not known to be.
 */
export function learnCycles(r: SourceRunner): boolean {
  const { locks } = r.machine;
  const fresh = [...onCycles(locks.order ?? new Map())].filter((l) => !locks.cyclic.has(l));
  for (const l of fresh) {
    locks.cyclic.add(l);
    locks.inert.delete(l);
  }
  return fresh.length > 0;
}

/** Learn the switch points; returns how many runs it took. */
export function learn(r: SourceRunner): number {
  const plans = orders(r.world.threads.length);
  const { locks, mem } = r.machine;
  let runs = 0;
  const live = new Set<number>();
  const seen = new Set<number>();
  locks.order = new Map();
  for (const use of observe(r, plans).values()) {
    if (use.threads & (use.threads - 1) && use.wrote) for (const l of use.locks ?? []) live.add(l);
    for (const l of use.locks ?? []) seen.add(l);
  }
  locks.cyclic.clear();
  for (const l of onCycles(locks.order)) {
    live.add(l);
    locks.cyclic.add(l);
  }
  locks.order = null;
  runs += plans.length;
  locks.setInert([...seen].filter((l) => !live.has(l)));
  mem.forgetPoints();
  for (let round = 0; round < LEARN_ROUNDS_MAX; round++) {
    let demoted = 0;
    for (const choices of plans) demoted += r.run({ preemptions: [], choices }).demoted;
    runs += plans.length;
    if (demoted === 0) break;
  }
  return runs + shake(r);
}

/** Runs with random switches, until none of them finds a new switch point for a while. */
function shake(r: SourceRunner): number {
  let seed = 1;
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % n;
  };
  let calm = 0;
  let points = 100;
  let runs = 0;
  while (calm < SHAKES_CALM && runs < SHAKES_MAX) {
    const preemptions = [];
    const threads = r.world.threads.length + 1;
    let at = 0;
    for (let i = random(4); i >= 0; i--) {
      at += 1 + random(points);
      preemptions.push({ at, to: 1 + random(threads) });
    }
    const choices = [random(threads), random(threads), random(threads), random(threads)];
    const result = r.run({ preemptions, choices }, false, true);
    points = Math.max(points, result.points);
    runs++;
    calm = result.demoted > 0 ? 0 : calm + 1;
  }
  return runs;
}
