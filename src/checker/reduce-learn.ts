// SPDX-License-Identifier: GPL-2.0-only
// Random runs before a search, to meet most of what reductions must know of.
//
// Nothing depends on what these runs meet: what they miss, the search meets, and begins again. The
// runs are the same each time.

import type { Machine } from './machine.ts';

const RUNS = 16;
const RUNS_MAX = 512;
const STEPS_MAX = 10_000;

/**
 * Run @machine at random, and tell @note of every thread before each step: 16 runs, and on while
 * 16 more find 2 % new local states. From run to run, threads are switched less or more often.
 */
export function learn(machine: Machine, note: (t: number) => void): void {
  let seed = 1;
  let known = 0;
  let last = 0;
  for (let run = 0; run < RUNS_MAX; run++) {
    if (run % RUNS === 0 && run > 0) {
      const now = machine.automaton.ops.length;
      if (now < known * 1.02) return;
      known = now;
    }
    machine.reset();
    for (let step = 0; step < STEPS_MAX; step++) {
      const able: number[] = [];
      for (let t = 0; t < machine.threadCount(); t++) {
        note(t);
        if (machine.enabled(t)) able.push(t);
      }
      if (able.length === 0) break;
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      const draw = seed >> 8;
      const stays = able.includes(last) && draw % 8 > run % 8;
      if (!stays) last = able[draw % able.length]!;
      machine.step(last, draw % machine.choices(last));
    }
  }
}
