// SPDX-License-Identifier: GPL-2.0-only
// A program of a few lines against brute force: every strategy, every reduction, nothing learned.

import type { Strategy } from '#finding/strategy';
import { check } from '../../../src/checker/check.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { COMBINATIONS, crosscheckScene, explore, UNLEARNED } from './crosscheck.ts';

const STRATEGIES: readonly Strategy[] = [
  { kind: 'none' },
  { kind: 'exhaustive' },
  { kind: 'optimal' },
  { kind: 'source-dpor' },
  { kind: 'bound', preemptions: 30 },
  { kind: 'delay', delays: 30 },
];
const [UNREDUCED, ...REDUCED] = [...COMBINATIONS, ...UNLEARNED];

/** What goes wrong with a @scene that breaks so many @rules, each on one subject; or null. */
export function smallDifference(name: string, rules: number, scene: Scene): string | null {
  let wanted = '';
  for (const strategy of STRATEGIES) {
    const { findings } = check(scene, { strategy, explainMax: 0 });
    const got = findings.map((f) => `${f.report.property} ${f.report.subject}`).sort();
    wanted ||= got.join();
    const isRight = got.length === rules && got.join() === wanted;
    if (!isRight) return `${name}, ${strategy.kind}: ${rules} reports wanted, got ${got}`;
  }
  const failures = crosscheckScene(scene, name, [UNREDUCED!, ...REDUCED]);
  return failures === null ? withoutBrute(name, scene) : (failures[0] ?? null);
}

/** The same for a scene with too many schedules: the search without reductions is right. */
function withoutBrute(name: string, scene: Scene): string | null {
  const wanted = JSON.stringify(explore(scene, UNREDUCED!));
  for (const way of REDUCED) {
    const got = JSON.stringify(explore(scene, way));
    if (got !== wanted) return `${name}, ${JSON.stringify(way)}: ${got}, not ${wanted}`;
  }
  return null;
}
