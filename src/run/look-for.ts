// SPDX-License-Identifier: GPL-2.0-only
// Can one window be hit in one world? The search ends with the first run that shows it.
//
// It is watched for alone at first (narrow.ts): where nothing is seen, there is nothing. What is
// seen is looked for again with all rules and signatures, since another window may claim it. Where
// that is too large, what few preemptions reach is searched.

import type { Revision } from '#kernel/index';
import type { DerivedWorld } from '#worlds/derive';
import type { SwitchRead } from '#worlds/switches-read';
import { type Explored, type ExploreOptions, exploreWorld } from './explore.ts';
import { LAYERS_SHARE } from './limits.ts';

/** Look for @window alone; sightings of others may be there, and are not all there are. */
export function lookFor(
  derived: DerivedWorld,
  revision: Revision,
  window: string,
  options: ExploreOptions,
): Explored {
  const until = { ...options, until: window };
  const narrow = exploreWorld(derived, revision, { ...until, windows: [window] });
  const seen = narrow.sightings.length > 0;
  if (!seen && (!narrow.bounded || options.preemptions === 0)) return narrow;
  const full = exploreWorld(derived, revision, {
    ...until,
    layersOnly: !seen,
    statesMax: seen ? options.statesMax : Math.ceil(options.statesMax / LAYERS_SHARE),
  });
  return {
    ...full,
    reached: [...new Set([...narrow.reached, ...full.reached])].sort(),
    states: narrow.states + full.states,
    switches: bothRead(narrow.switches, full.switches),
  };
}

/** All that was read; a switch has one value in a kernel. */
function bothRead(a: readonly SwitchRead[], b: readonly SwitchRead[]): SwitchRead[] {
  return [...new Map([...a, ...b].map((read) => [read[0], read])).values()];
}
