// SPDX-License-Identifier: GPL-2.0-only
// Which boot options avoid a window: the worlds of its class are made anew as each option makes
// them, and every order in each of them is searched for the window.

import type { Prevention } from '#finding/diagnosis';
import type { KernelSpec } from '#finding/finding';
import type { CheckOptions } from '#finding/report';
import type { Platform } from '#platform/index';
import { defaultExplore, type Explored } from '#run/explore';
import type { WorldPool } from '#run/world-pool';
import { bootOptions } from '#worlds/command-line';
import type { DerivedWorld } from '#worlds/derive';
import { shapeOf } from '#worlds/shape';
import { settled } from '#worlds/transforms';
import { chooseWorlds } from './worlds.ts';

/** What is asked of: a board under a kernel, and the options of the check. */
export interface AvoidAsked {
  readonly platform: Platform;
  readonly kernel: KernelSpec;
  readonly options: Pick<CheckOptions, 'devices' | 'asyncProbe' | 'strictDevlink' | 'actors'> &
    Partial<Pick<CheckOptions, 'properties' | 'windows'>>;
}

/** What one world came to. */
interface Asked {
  readonly scene: string;
  /** The deferral timeout may expire in it. */
  readonly timed: boolean;
  readonly shows: boolean;
  readonly cut: boolean;
}

/** Whether each option that the check was not made under avoids @window for the class @classKey. */
export async function avoidedBy(
  pool: WorldPool,
  asked: AvoidAsked,
  window: string,
  classKey: string,
): Promise<Prevention[]> {
  const { platform, kernel, options } = asked;
  const worldsUnder = (more: Partial<AvoidAsked['options']>): readonly DerivedWorld[] =>
    chooseWorlds(platform, { ...options, ...more }, kernel.name).worlds.filter(
      (w) => w.classKey === classKey,
    );
  const ask = async (worlds: readonly DerivedWorld[]): Promise<Asked[]> => {
    const byShape = new Map(worlds.map((w) => [shapeOf(w.world), w]));
    const answers = [...byShape.values()].map((w) => look(pool, kernel, w, window));
    return Promise.all(answers);
  };
  const plain = worldsUnder({});
  const untimed = await ask(plain.filter((w) => !isTimed(w)));
  const hasTimeout = plain.some(isTimed);
  const rows: Prevention[] = hasTimeout ? [told(bootOptions.untimed, untimed)] : [];
  const isAlone = rows.some(({ prevents }) => prevents === 'yes');
  if (!options.strictDevlink) {
    const strict = await ask(worldsUnder({ strictDevlink: true }));
    rows.push(told(bootOptions.strict, strict));
    const both = `${bootOptions.strict} ${bootOptions.untimed}`;
    const rest = strict.filter(({ timed }) => !timed);
    if (rest.length < strict.length && !isAlone && strict.some((w) => w.timed && w.shows)) {
      rows.push(told(both, rest));
    }
  }
  if (options.asyncProbe) {
    rows.push(told(`without ${bootOptions.async}`, await ask(worldsUnder({ asyncProbe: false }))));
  }
  const early = plain.map((w) => ({ ...w, world: settled(w.world) }));
  return [...rows, told(bootOptions.early, await ask(early))];
}

function isTimed({ world }: DerivedWorld): boolean {
  return world.threads.some(({ kind }) => kind === 'deferral-timeout');
}

async function look(
  pool: WorldPool,
  kernel: KernelSpec,
  derived: DerivedWorld,
  window: string,
): Promise<Asked> {
  const task = { ask: 'explore', derived, kernel, options: defaultExplore, window } as const;
  const { sightings, bounded } = (await pool.run({ task, context: {} })) as Explored;
  const shows = sightings.some((s) => s.window === window);
  const scene = derived.world.name.split('/')[0] ?? '';
  return { scene, timed: isTimed(derived), shows, cut: bounded && !shows };
}

/** What the worlds under an option come to; where there are none, nothing was asked. */
function told(what: string, worlds: readonly Asked[]): Prevention {
  if (worlds.length === 0) {
    return { what, prevents: 'can not tell', because: 'no world of this class is left to ask' };
  }
  const scenes = [...new Set(worlds.filter((w) => w.shows).map((w) => w.scene))];
  if (scenes.length > 0) {
    return { what, prevents: 'no', because: `still there in ${scenes.join(', ')}` };
  }
  const cut = [...new Set(worlds.filter((w) => w.cut).map((w) => w.scene))];
  return cut.length > 0
    ? { what, prevents: 'can not tell', because: `the search was cut off in ${cut.join(', ')}` }
    : { what, prevents: 'yes', because: '' };
}
