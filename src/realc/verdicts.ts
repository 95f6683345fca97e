// SPDX-License-Identifier: GPL-2.0-only
// What a check of the kernel's own C comes to, by the same rules as one of the model.

import type { CheckOptions } from '#finding/report';
import type { Platform } from '#platform/index';
import { propertyNamed } from '#properties/index';
import { type Comes, comesUnder, type Sought } from '#questions/comes';
import { revisionOfTree } from '#questions/index';
import type { VerdictQuestion, VerdictRun } from '#questions/verdicts';
import { chooseWorlds, type Elsewhere } from '#questions/worlds';
import { whyUnasked, whyUnseen } from '#realc/search/blind';
import { specOf } from '#run/kernel-spec';
import { actorCasts, type DerivedWorld } from '#worlds/derive';
import { shapeOf } from '#worlds/shape';
import type { World } from '#worlds/world';
import type { WorldAnswer } from './search-all.ts';
import { sourceWorlds } from './worlds.ts';

type SourceAsked = Pick<CheckOptions, 'properties' | 'windows' | 'asyncProbe' | 'strictDevlink'>;

/** A world with what its search came to. */
interface Searched extends WorldAnswer {
  readonly derived: DerivedWorld;
}

/** The kernel that was searched: its version, and what comes about in it. */
interface SearchedKernel {
  readonly version: string;
  readonly comes: Comes;
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

/** What was asked of @outcomes; of @platform, or of named worlds without one. */
export function questionOf(
  { version, comes }: SearchedKernel,
  platform: Platform | null,
  outcomes: readonly Searched[],
  check: SourceAsked,
): VerdictQuestion {
  const { properties, windows, asyncProbe, strictDevlink } = check;
  const searched = new Set(outcomes.map((o) => shapeOf(o.derived.world)));
  const others = sourceWorlds.filter((world) => !searched.has(shapeOf(world)));
  const revision = revisionOfTree(version);
  const named = (): Elsewhere[] =>
    others.map((world) => ({ how: `--world ${world.name}`, worlds: [placed(world)] }));
  const axes = { asyncProbe, strictDevlink };
  const modelled = (): Elsewhere[] => {
    if (revision === null) return [];
    const { name } = revision;
    const inModel = { comes: comesUnder(specOf(revision, [])) };
    const { elsewhere } = chooseWorlds(null, { ...NONE, devices: [] }, name);
    const how = (e: Elsewhere): string => `racewindow check --kernel ${name} ${e.how}`;
    return elsewhere().map((e) => ({ ...e, ...inModel, how: how(e) }));
  };
  const blind = (id: string, worlds: readonly World[]): string | null =>
    propertyNamed(id) === undefined ? whyUnseen(id, worlds, version) : whyUnasked(id);
  const isBlind = ({ properties: rules, windows: asked }: Sought, world: World): boolean =>
    [...rules, ...asked].some((id) => blind(id, [world]) !== null);
  const casts = platform === null ? [] : actorCasts(platform, { ...axes, prefer: [] });
  return {
    properties,
    windows,
    revision,
    worlds: [],
    elsewhere: () => [...named(), ...modelled()],
    comes: (world, sought, effort) =>
      isBlind(sought, world) ? 'no' : comes(world, sought, effort),
    later: () => null,
    barred: () => null,
    // None of them acts here: plain worlds alone are searched.
    idle: (key) =>
      casts.filter((c) => c.classKey === key).flatMap((c) => c.worlds.map((d) => d.world)),
    blind,
  };
}

const NONE = { asyncProbe: false, strictDevlink: false };
