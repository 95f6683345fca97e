// SPDX-License-Identifier: GPL-2.0-only
// Random runs before a search, to meet most of what reductions must know of.
//
// Nothing depends on what these runs meet: what they miss, the search meets, and begins again. The
// runs are the same each time.

import type { Machine } from './machine.ts';

const RUNS = 32;
const RUNS_MAX = 1024;
const STEPS_MAX = 10_000;
/** A run that has met no new local state for so many steps goes round in circles. */
const IDLE_MAX = 1_000;
/** Another batch is worth it if the last one has found this share of all local states. */
const WORTH = 0.05;

/**
 * Run @machine at random, and tell @note of every thread before each step, in batches, while these
 * find new local states. From run to run, a thread goes on for 2, 4, .. 256 steps on the average:
 * windows are missed by switching too often as well as by switching too rarely.
 */
export function learn(machine: Machine, note: (t: number) => void): void {
  const next = xorshift(0x9e3779b9);
  let known = 0;
  let last = 0;
  for (let run = 0; run < RUNS_MAX; run++) {
    if (run % RUNS === 0 && run > 0) {
      const now = machine.automaton.ops.length;
      if (now < known * (1 + WORTH)) return;
      known = now;
    }
    machine.reset();
    const turn = 2 << (run % 8);
    let [grown, size] = [0, machine.automaton.ops.length];
    for (let step = 0; step < STEPS_MAX && step - grown < IDLE_MAX; step++) {
      if (machine.automaton.ops.length > size) {
        size = machine.automaton.ops.length;
        grown = step;
      }
      const able: number[] = [];
      for (let t = 0; t < machine.threadCount(); t++) {
        note(t);
        if (machine.enabled(t)) able.push(t);
      }
      if (able.length === 0) break;
      const stays = next() % turn !== 0 && able.includes(last);
      if (!stays) last = able[next() % able.length]!;
      machine.step(last, next() % machine.choices(last));
    }
  }
}

/** Numbers below 2^32 that look random (Marsaglia 2003). */
function xorshift(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}
