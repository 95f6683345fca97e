// SPDX-License-Identifier: GPL-2.0-only
// Random runs before a search, to meet most of what reductions must know of.
//
// Nothing depends on what these runs meet: what they miss, the search meets, and begins again. The
// runs are the same each time.

import { type Kept, sameVersion } from '#base/saved';
import { ENDLESS_MAX, IDLE_MAX, LARGE, LEARN_STEPS_MAX, LITTLE, MUCH } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import type { Pace } from '#checker/program/pace';
import { enabledThreads } from '#checker/program/run';

/** How many runs make a batch, how many there are at most, and what makes another one worth it. */
interface Effort {
  readonly batch: number;
  readonly max: number;
  /** The least share of all local states that the last batch has found. */
  readonly worth: number;
}

/**
 * Run @machine at random, and tell @note of every thread that stands elsewhere after a step, in
 * batches, while these find new local states. From run to run, a thread goes on for 2, 4, .. 256
 * steps on the average: windows are missed by switching too often as well as by switching too
 * rarely. @pace says when it is enough.
 */
export function learn(
  machine: Machine,
  note: (t: number) => void,
  pace: Pace,
  { batch, max, worth }: Effort = LITTLE,
): void {
  const next = xorshift(0x9e3779b9);
  const first = machine.automaton.ops.length;
  let known = 0;
  let last = 0;
  let endless = 0;
  for (let run = 0; run < max; run++) {
    if (run % batch === 0 && run > 0) {
      const now = machine.automaton.ops.length;
      if (now < known * (1 + worth)) return;
      known = now;
    }
    machine.reset();
    const turn = 2 << (run % 8);
    let [grown, size] = [0, machine.automaton.ops.length];
    let step = 0;
    for (; step < LEARN_STEPS_MAX && step - grown < IDLE_MAX; step++) {
      if (machine.automaton.ops.length > size) {
        size = machine.automaton.ops.length;
        grown = step;
      }
      if (pace.endsRun(step, size - first)) return;
      for (const t of machine.moved) note(t);
      const able = enabledThreads(machine);
      if (able.length === 0) break;
      const stays = next() % turn !== 0 && able.includes(last);
      if (!stays) last = able[next() % able.length]!;
      machine.step(last, next() % machine.choices(last));
    }
    if (step === LEARN_STEPS_MAX && ++endless === ENDLESS_MAX) return;
  }
}

/** The same where a search has proved to be large. */
export function learnMuch(machine: Machine, note: (t: number) => void, pace: Pace): void {
  learn(machine, note, pace, MUCH);
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

/** Learning more when a search has proved to be large, once: then it begins again. */
export class Study implements Kept {
  private stage = 0;

  /** True if it begins, with so many @states. */
  begins(states: number): boolean {
    if (this.stage !== 0 || states < LARGE) return false;
    this.stage = 1;
    return true;
  }

  /** It has begun, and the search has not begun again yet. */
  get isNew(): boolean {
    return this.stage === 1;
  }

  /** True if that is over now, since the search begins again. */
  ends(): boolean {
    if (this.stage !== 1) return false;
    this.stage = 2;
    return true;
  }

  save() {
    return { version: 1, stage: this.stage };
  }

  load(saved: ReturnType<Study['save']>): void {
    sameVersion(saved, 1, 'a study');
    this.stage = saved.stage;
  }
}
