// SPDX-License-Identifier: GPL-2.0-only
// One world searched in an image: what its findings are, each replayed before it is told.

import type { CheckOptions } from '#report/report';
import { bestOf, type WorldFinding } from '#worlds/run-world';
import type { World } from '#worlds/world';
import type { KernelImage } from './build.ts';
import { toWorldFinding } from './finding.ts';
import { learn } from './learn.ts';
import { SourceProgram } from './program.ts';
import { SourceRunner } from './run.ts';
import { type SearchResult, searchSource } from './search.ts';
import { searchSteps } from './search-steps.ts';
import type { TallyResult } from './tally.ts';

/** Preemptions where the options do not say. */
export const BOUND = 2;

/** Milliseconds for one world where the options do not say. */
export const TIME_MAX_MS = 60_000;

/** What was searched of a world. */
export interface WorldSearch extends SearchResult {
  /** Every class of runs was made; absent where none but the layers were asked for. */
  readonly classes?: number;
}

/** What a world comes to. */
export interface SearchedWorld {
  readonly search: WorldSearch;
  readonly findings: WorldFinding[];
  /** Switch points that were not learned before the search: a replay needs them. */
  readonly points: readonly number[];
}

type Options = Pick<CheckOptions, 'strategy' | 'timeMaxMs' | 'statesMax' | 'properties'>;

/** Preemptions of the layers that are searched before all classes of runs. */
const FIRST_BOUND = 1;

function boundOf({ strategy }: Options): number {
  if (strategy.kind === 'source') return FIRST_BOUND;
  return strategy.kind === 'bound' ? strategy.preemptionsMax : BOUND;
}

/**
 * Search one world and turn what it shows into findings. Where all classes of runs are wanted,
 * layers come first: what they find needs the fewest preemptions.
 */
export function searchWorld(image: KernelImage, world: World, check: Options): SearchedWorld {
  const started = performance.now();
  const runner = new SourceRunner(image, world, check.properties);
  const timeMaxMs = check.timeMaxMs ?? TIME_MAX_MS;
  const runsMax = check.statesMax;
  const layers = searchSource(runner, {
    bound: boundOf(check),
    timeMaxMs,
    ...(runsMax === null ? {} : { runsMax }),
  });
  const found = findingsOf(image, world, runner, layers, true);
  const points = layers.restarts > 0 && found.length > 0 ? unlearned(runner) : [];
  if (check.strategy.kind !== 'source' || layers.limit !== null) {
    return { search: layers, findings: bestOf(found), points };
  }
  const steps = searchSteps(runner, {
    timeMaxMs: Math.max(0, timeMaxMs - (performance.now() - started)),
    ...(runsMax === null ? {} : { runsMax: Math.max(0, runsMax - layers.runs) }),
  });
  const known = new Set(found.map((f) => `${f.property} ${f.window}`));
  const more = findingsOf(image, world, runner, steps, false).filter(
    (f) => !known.has(`${f.property} ${f.window}`),
  );
  const search: WorldSearch = {
    ...layers,
    runs: layers.runs + steps.runs,
    complete: steps.complete,
    limit: steps.limit,
    points: Math.max(layers.points, steps.points),
    hits: new Set([...layers.hits, ...steps.hits]),
    classes: steps.classes,
  };
  const all = more.length > 0 ? unlearned(runner) : points;
  return { search, findings: bestOf([...found, ...more]), points: all };
}

function findingsOf(
  image: KernelImage,
  world: World,
  runner: SourceRunner,
  search: TallyResult,
  minimal: boolean,
): WorldFinding[] {
  const program = new SourceProgram(image, world, runner);
  return search.findings.map((f) => {
    const found = toWorldFinding(program, f, minimal);
    if (!found) throw new Error(`${f.report.property} of ${world.name} does not show again`);
    return found;
  });
}

/** Switch points of @runner that it would not learn again. */
function unlearned(runner: SourceRunner): number[] {
  const { mem } = runner.machine;
  const all = mem.points();
  learn(runner);
  const learned = new Set(mem.points());
  return all.filter((p) => !learned.has(p));
}
