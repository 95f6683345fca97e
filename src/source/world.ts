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

/** Preemptions where the options do not say. */
export const BOUND = 2;

/** Milliseconds for one world where the options do not say. */
export const TIME_MAX_MS = 60_000;

/** What a world comes to. */
export interface SearchedWorld {
  readonly search: SearchResult;
  readonly findings: WorldFinding[];
  /** Switch points that were not learned before the search: a replay needs them. */
  readonly points: readonly number[];
}

/** Search one world and turn what it shows into findings. */
export function searchWorld(
  image: KernelImage,
  world: World,
  check: Pick<CheckOptions, 'strategy' | 'timeMaxMs' | 'statesMax' | 'properties'>,
): SearchedWorld {
  const runner = new SourceRunner(image, world, check.properties);
  const bound = check.strategy.kind === 'bound' ? check.strategy.preemptionsMax : BOUND;
  const search = searchSource(runner, {
    bound,
    timeMaxMs: check.timeMaxMs ?? TIME_MAX_MS,
    ...(check.statesMax === null ? {} : { runsMax: check.statesMax }),
  });
  const program = new SourceProgram(image, world, runner);
  const findings: WorldFinding[] = [];
  for (const f of search.findings) {
    const found = toWorldFinding(program, f);
    if (!found) throw new Error(`${f.report.property} of ${world.name} does not show again`);
    findings.push(found);
  }
  const points = search.restarts > 0 && findings.length > 0 ? unlearned(runner) : [];
  return { search, findings: bestOf(findings), points };
}

/** Switch points of @runner that it would not learn again. */
function unlearned(runner: SourceRunner): number[] {
  const { mem } = runner.machine;
  const all = mem.points();
  learn(runner);
  const learned = new Set(mem.points());
  return all.filter((p) => !learned.has(p));
}
