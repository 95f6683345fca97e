// SPDX-License-Identifier: GPL-2.0-only
// Searches every class of runs of a world, by source-DPOR from the words that its steps touch.
//
// A world that is searched to its end holds, or does not, for every schedule of the instrumented
// image. What rules look at counts as touched, and so do all words of an object that is freed.

import { SourceError } from '#realc/build/errors';
import { type Counts, exploreSteps } from './dpor.ts';
import { learn, learnCycles } from './learn.ts';
import type { SourceRunner } from './run.ts';
import { KernelSteps } from './stepper.ts';
import { Grown, Tally, type TallyOptions, type TallyResult } from './tally.ts';

interface StepsOptions extends TallyOptions {
  onProgress?(runs: number): void;
}

export interface StepsResult extends TallyResult {
  /** Runs to their end: where the search is complete, one for each class. */
  readonly classes: number;
  /** Runs given up because they would have been of a class that was there. */
  readonly asleep: number;
  readonly hits: ReadonlySet<string>;
}

/** Search all classes of runs of a world. The runner's switch points grow and stay. */
export function searchSteps(r: SourceRunner, opt: StepsOptions): StepsResult {
  const { machine } = r;
  const tally = new Tally(opt);
  let counts: Counts = { runs: 0, asleep: 0, unable: 0 };
  machine.stepping = true;
  try {
    learn(r);
    r.watch.hits.clear();
    const limit = tally.withinLimits(() =>
      tally.untilCalm(() => {
        machine.locks.order = new Map();
        const steps = new KernelSteps(r, (plan, result) => {
          if (result.demoted > 0) throw new Grown();
          if (machine.mem.overflowed) {
            const hint = 'make the world smaller, or search with --strategy bound=1';
            throw new SourceError('RW310', 'a run is longer than its log', hint);
          }
          tally.end(plan, result);
        });
        counts = exploreSteps(
          {
            run(depth, thread, pick) {
              tally.begin();
              if ((tally.runs & 255) === 0) opt.onProgress?.(tally.runs);
              return steps.run(depth, thread, pick);
            },
          },
          (now) => {
            counts = now;
          },
        );
        // Sections were thought to commute that may deadlock.
        if (learnCycles(r)) throw new Grown();
      }),
    );
    const { runs: classes, asleep } = counts;
    return { ...tally.result(limit), classes, asleep, hits: r.watch.hits };
  } finally {
    machine.stepping = false;
    machine.locks.order = null;
  }
}
