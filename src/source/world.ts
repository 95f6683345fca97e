// SPDX-License-Identifier: GPL-2.0-only
// One world searched in an image: what its findings are, each replayed before it is told.

import type { CheckOptions } from '#report/report';
import { bestOf, type WorldFinding } from '#worlds/run-world';
import type { World } from '#worlds/world';
import type { KernelImage } from './build.ts';
import { toWorldFinding } from './finding.ts';
import { SourceProgram } from './program.ts';
import { SourceRunner } from './run.ts';
import { type SearchResult, searchSource } from './search.ts';

/** Preemptions where the options do not say. */
export const BOUND = 2;

/** Milliseconds for one world where the options do not say. */
export const TIME_MAX_MS = 60_000;

/** Search one world and turn what it shows into findings. */
export function searchWorld(
  image: KernelImage,
  world: World,
  check: Pick<CheckOptions, 'strategy' | 'timeMaxMs' | 'statesMax' | 'properties'>,
): { search: SearchResult; findings: WorldFinding[] } {
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
  return { search, findings: bestOf(findings) };
}
