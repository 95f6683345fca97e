// SPDX-License-Identifier: GPL-2.0-only
// One world searched in an image: what its findings are, each replayed before it is told.

import { findingKey } from '#finding/key';
import type { CheckOptions } from '#finding/report';
import { ruleBroken } from '#properties/index';
import type { KernelImage } from '#realc/build/image';
import { BOUND, FIRST_BOUND, TIME_MAX_MS } from '#realc/limits';
import { type SearchResult, searchSource } from '#realc/search/layers';
import { learn } from '#realc/search/learn';
import { SourceProgram } from '#realc/search/program';
import { SourceRunner } from '#realc/search/run';
import { searchSteps } from '#realc/search/steps';
import type { TallyResult } from '#realc/search/tally';
import { bestOf, type WorldFinding } from '#run/check-world';
import type { World } from '#worlds/world';
import { toWorldFinding } from './finding.ts';

/** What was searched of a world. */
export interface WorldSearch extends SearchResult {
  /** Every class of runs was made; absent where none but the layers were asked for. */
  readonly classes?: number;
}

/** A finding, and what a replay of its schedule has to know. */
export interface SourceFinding extends WorldFinding {
  /** Switch points that were not learned before the search that found it. */
  readonly points: readonly number[];
}

/** What a world comes to. */
interface SearchedWorld {
  readonly search: WorldSearch;
  readonly findings: SourceFinding[];
}

type Options = Pick<CheckOptions, 'strategy' | 'timeMaxMs' | 'statesMax' | 'properties'> &
  Partial<Pick<CheckOptions, 'windows'>>;

function boundOf({ strategy }: Options): number {
  if (strategy.kind === 'source-dpor') return FIRST_BOUND;
  return strategy.kind === 'bound' ? strategy.preemptions : BOUND;
}

/**
 * Search one world and turn what it shows into findings. Where all classes of runs are wanted,
 * layers come first: what they find needs the fewest preemptions.
 */
export function searchWorld(image: KernelImage, world: World, check: Options): SearchedWorld {
  const started = performance.now();
  const runner = new SourceRunner(image, world, check);
  const timeMaxMs = check.timeMaxMs ?? TIME_MAX_MS;
  const runsMax = check.statesMax;
  const layers = searchSource(runner, {
    bound: boundOf(check),
    timeMaxMs,
    ...(runsMax === null ? {} : { runsMax }),
  });
  const found = findingsOf(image, world, runner, layers, true);
  if (check.strategy.kind !== 'source-dpor' || layers.limit !== null) {
    return { search: layers, findings: bestOf(found) };
  }
  const steps = searchSteps(runner, {
    timeMaxMs: Math.max(0, timeMaxMs - (performance.now() - started)),
    ...(runsMax === null ? {} : { runsMax: Math.max(0, runsMax - layers.runs) }),
  });
  const known = new Set(found.map((f) => findingKey(f)));
  const fresh = steps.findings.filter(({ report }) => !known.has(findingKey(ruleBroken(report))));
  const more = findingsOf(image, world, runner, { ...steps, findings: fresh }, false);
  const search: WorldSearch = {
    ...layers,
    runs: layers.runs + steps.runs,
    complete: steps.complete,
    limit: steps.limit,
    points: Math.max(layers.points, steps.points),
    hits: new Set([...layers.hits, ...steps.hits]),
    classes: steps.classes,
  };
  return { search, findings: bestOf([...found, ...more]) };
}

/** The findings of @search, whose switch points are those that @runner has now. */
function findingsOf(
  image: KernelImage,
  world: World,
  runner: SourceRunner,
  search: TallyResult,
  minimal: boolean,
): SourceFinding[] {
  const program = new SourceProgram(image, world, runner);
  const found = search.findings.map((f) => {
    const made = toWorldFinding(program, f, minimal);
    if (!made) throw new Error(`${f.report.property} of ${world.name} does not show again`);
    return made;
  });
  const grown = !minimal || search.restarts > 0;
  const points = grown && found.length > 0 ? unlearned(image, world, runner) : [];
  return found.map((f) => ({ ...f, points }));
}

/**
 * Switch points of @runner that a replay would not learn: words, and locks that were inert. What a
 * runner has been through shows in what it learns, so a new one is asked.
 */
function unlearned(image: KernelImage, world: World, runner: SourceRunner): number[] {
  const replaying = new SourceRunner(image, world);
  learn(replaying);
  const { mem, locks } = replaying.machine;
  const learned = new Set(mem.points());
  const words = runner.machine.mem.points().filter((p) => !learned.has(p));
  const revived = [...locks.inert].filter((l) => !runner.machine.locks.inert.has(l));
  return [...new Set([...words, ...revived])].sort((a, b) => a - b);
}

/** Make switch points of what another search has found to be. */
export function addUnlearned(runner: SourceRunner, points: readonly number[]): void {
  const { mem, locks } = runner.machine;
  mem.addPoints(points);
  for (const p of points) if (locks.inert.has(p)) locks.revive(p);
}
