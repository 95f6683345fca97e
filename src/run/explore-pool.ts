// SPDX-License-Identifier: GPL-2.0-only
// Explore many worlds, on several processors where the program has been compiled.

import { must } from '#base/assert';
import type { KernelSpec } from '#finding/finding';
import type { DerivedWorld } from '#worlds/derive';
import { type Explored, type ExploreOptions, exploreWorld } from './explore.ts';
import { revisionOf } from './kernel-spec.ts';
import { lookFor } from './look-for.ts';

/** One world under one revision, as plain data. */
export interface ExploreJob {
  readonly derived: DerivedWorld;
  readonly spec: KernelSpec;
  readonly options: ExploreOptions;
  /** Whether this window can be hit is all that is asked. */
  readonly window?: string;
}

/** Explores worlds; to be closed at the end. */
export interface Explorer {
  readonly explore: (job: ExploreJob) => Promise<Explored>;
  readonly close: () => Promise<void>;
}

/** Do @job in this thread. */
export function runJob({ derived, spec, options, window }: ExploreJob): Explored {
  const known = revisionOf(spec);
  const revision = must(known.ok ? known.value : undefined, spec.name);
  if (window !== undefined) return lookFor(derived, revision, window, options);
  return exploreWorld(derived, revision, options);
}

/** The worker is there once the sources have been compiled; sources run in one thread. */
const compiled = import.meta.url.endsWith('.js');

/** An explorer with @jobs threads; results do not depend on how many. */
export async function makeExplorer(jobs: number): Promise<Explorer> {
  if (jobs <= 1 || !compiled) {
    return { explore: async (job) => runJob(job), close: async () => {} };
  }
  const { Piscina } = await import('piscina');
  const pool = new Piscina({
    filename: new URL('./explore-worker.js', import.meta.url).href,
    minThreads: jobs,
    maxThreads: jobs,
  });
  return { explore: (job) => pool.run(job) as Promise<Explored>, close: () => pool.destroy() };
}
