// SPDX-License-Identifier: GPL-2.0-only
// A world searched in full, and what going on from every Nth place where the search turned back
// shows that the search has not.

import { check } from '../../src/checker/check.ts';
import type { Audited } from '../../src/checker/search/audit-cache.ts';
import type { Revision } from '../../src/kernel/index.ts';
import { openWorld } from '../../src/run/watched-scene.ts';
import type { DerivedWorld } from '../../src/worlds/derive.ts';

/** What an audit of @derived under @revision shows; null where the search was cut off. */
export function auditOf(
  { world }: DerivedWorld,
  revision: Revision,
  statesMax: number,
  every: number,
): Audited | null {
  const { scene } = openWorld(world, revision, { by: 'windows', ids: null });
  const options = { statesMax, auditCache: every, shorten: false, explainMax: 0 };
  return check(scene, options).coverage.audited;
}
