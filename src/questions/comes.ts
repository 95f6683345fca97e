// SPDX-License-Identifier: GPL-2.0-only
// Whether some run of a world comes to something: what a way there has to have shown before it is
// called one. Who is in a world does not say so; what they do is up to the kernel.

import type { KernelSpec, Memory } from '#finding/finding';
import type { CheckAsked } from '#run/check-world';
import { runWorld } from '#run/run-world';
import { shapeOf } from '#worlds/shape';
import type { World } from '#worlds/world';
import { DRAWN_RUNS, WAY_STATES } from './limits.ts';

/** What a run has to come to: one of @ids, which these rules and windows look for. */
export interface Sought {
  readonly ids: readonly string[];
  readonly properties: readonly string[];
  readonly windows: readonly string[];
}

/** How hard a world is looked at: a few random runs, or all orders as far as a limit goes. */
export type Effort = 'drawn' | 'searched';

/** Whether some run of @world comes to what is @sought; `unknown` where not all runs were made. */
export type Comes = (
  world: World,
  sought: Sought,
  effort: Effort,
  memory?: Memory,
) => 'yes' | 'no' | 'unknown';

/** Of the worlds under @kernel. */
export function comesUnder(kernel: KernelSpec): Comes {
  return askedOnce((...question) => ask(kernel, ...question));
}

/** @ask, of which worlds that differ in names only are asked once. */
export function askedOnce(ask: Comes): Comes {
  const known = new Map<string, ReturnType<Comes>>();
  return (world, ...how) => {
    const key = JSON.stringify([shapeOf(world), ...how]);
    const answer = known.get(key) ?? ask(world, ...how);
    known.set(key, answer);
    return answer;
  };
}

function ask(
  kernel: KernelSpec,
  world: World,
  { ids, properties, windows }: Sought,
  effort: Effort,
  memory?: Memory,
): ReturnType<Comes> {
  const how: Pick<CheckAsked, 'strategy' | 'statesMax'> =
    effort === 'drawn'
      ? { strategy: { kind: 'sample', runs: DRAWN_RUNS, seed: 1 }, statesMax: null }
      : { strategy: { kind: 'exhaustive' }, statesMax: WAY_STATES };
  const { seen, bounded } = runWorld({
    ask: 'check',
    world,
    kernel,
    properties,
    windows,
    ...how,
    timeMaxMs: null,
    minimiseMax: 0,
    ...(memory === undefined ? {} : { memory }),
  });
  if (ids.some((id) => seen.includes(id))) return 'yes';
  return effort === 'drawn' || bounded.length > 0 ? 'unknown' : 'no';
}
