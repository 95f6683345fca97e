// SPDX-License-Identifier: GPL-2.0-only
// Everything that can happen in a small world, as reports and windows.

import { Machine } from '#checker/machine/machine';
import { exhaustive } from '#checker/search/exhaustive';
import type { Revision } from '#kernel/index';
import { RuleContext, rulesFor } from '#properties/index';
import { signaturesFor } from '#windows/index';
import { buildScene } from '#worlds/scene';
import type { World } from '#worlds/world';

export interface Explored {
  /** `property window subject` of every report. */
  readonly found: readonly string[];
  /** The windows of the reports, each once; '-' for none. */
  readonly windows: readonly string[];
}

/** Explore all of @world; throws where that is too much. */
export function explore(world: World, revision: Revision): Explored {
  const scene = buildScene(world, revision);
  const ctx = new RuleContext(world, {
    device: (name) => scene.devices.get(name),
    instance: (name) => scene.instances.get(name),
    deferred: scene.k.deferred,
  });
  const machine = new Machine({
    ...scene,
    rules: rulesFor(ctx, null),
    signatures: signaturesFor(ctx),
    sometimes: [],
  });
  const { found, bounded } = exhaustive(machine, { statesMax: 100_000 });
  if (bounded.length > 0) throw new Error(`${world.name} is too large`);
  const reports = found.map(({ report }) => report);
  return {
    found: reports.map((r) => `${r.property} ${r.window ?? '-'} ${r.subject}`).sort(),
    windows: [...new Set(reports.map((r) => r.window ?? '-'))].sort(),
  };
}
