// SPDX-License-Identifier: GPL-2.0-only
// What a check of the kernel's own C comes to, by the same rules as one of the model.

import type { CheckOptions, WindowVerdict } from '#finding/report';
import { comesUnder } from '#questions/comes';
import { revisionOfTree } from '#questions/index';
import { type VerdictQuestion, type VerdictRun, windowVerdictsOf } from '#questions/verdicts';
import type { KernelImage } from '#realc/build/image';
import { specOf } from '#run/kernel-spec';
import type { DerivedWorld } from '#worlds/derive';
import { shapeOf } from '#worlds/shape';
import type { World } from '#worlds/world';
import type { WorldAnswer } from './search-all.ts';
import { sourceWorlds } from './worlds.ts';

type SourceAsked = Pick<CheckOptions, 'properties' | 'windows'>;

/** A world with what its search came to. */
interface Searched extends WorldAnswer {
  readonly derived: DerivedWorld;
}

/** A named world, as one derived from a board. */
export function placed(world: World): DerivedWorld {
  return { world, classKey: world.classKey, devices: world.focus };
}

/** Every class of runs of the world was made: what was not found is not there. */
function isProof(o: Searched): boolean {
  return o.search?.classes !== undefined && o.search.complete;
}

/** The verdicts as those of the model: what was not searched in full is `bounded`. */
export function runsOf(outcomes: readonly Searched[]): VerdictRun[] {
  return outcomes.map((o) => ({
    derived: o.derived,
    outcome: {
      findings: o.findings,
      detected: [],
      bounded: isProof(o) ? [] : [{ limit: 'runs', value: 0, flag: '--strategy' }],
      seen: [...(o.search?.hits ?? [])],
    },
  }));
}

/** Named worlds that were not searched, for hints. */
export function questionOf(
  image: KernelImage,
  outcomes: readonly Searched[],
  check: SourceAsked,
): VerdictQuestion {
  const { properties: asked, windows } = check;
  const searched = new Set(outcomes.map((o) => shapeOf(o.derived.world)));
  const others = sourceWorlds.filter((world) => !searched.has(shapeOf(world)));
  const revision = revisionOfTree(image.version.text);
  const elsewhere = () =>
    others.map((world) => ({ how: `--world ${world.name}`, worlds: [placed(world)] }));
  return {
    properties: asked,
    windows,
    revision,
    worlds: [],
    elsewhere,
    comes: revision === null ? () => 'unknown' : comesUnder(specOf(revision, [])),
    later: () => null,
    barred: () => null,
    idle: () => [],
  };
}

/** Of a window that is not found it is not known whether what it needs came about. */
export function windowsOf(runs: readonly VerdictRun[], question: VerdictQuestion): WindowVerdict[] {
  return windowVerdictsOf(runs, question).map(({ window, outcome, devices, ...rest }) => {
    if (outcome === 'found' || outcome === 'bounded') return { window, outcome, devices, ...rest };
    const reason = "not found; whether a run came to what it needs is not asked of the kernel's C";
    return { window, outcome: 'n.a.', devices, reason };
  });
}
