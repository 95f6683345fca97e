// SPDX-License-Identifier: GPL-2.0-only
// Looks for one window in one world: with as few preemptions as it takes, or not at all.
import path from 'node:path';
import { minimise } from '#checker/explain/minimise';
import { Machine } from '#checker/machine/machine';
import { replayRun } from '#checker/program/run';
import type { Signature } from '#checker/program/scene';
import { formatSchedule, replay } from '#checker/program/schedule';
import { bounded, type Cheapest } from '#checker/search/bounded';
import { exhaustive } from '#checker/search/exhaustive';
import { bundleFix } from '#cli/fix';
import { type Commit, findRevision, type Revision, withCommits } from '#kernel/index';
import { commitFromScript } from '#run/user-fix';
import { watchedScene } from '#run/watched-scene';
import { isNamedBy } from '#windows/index';
import type { Explained } from '#windows/signature';
import { genericWorlds } from '#worlds/generic';
import type { World } from '#worlds/world';
import { worldsWith } from '../support/worlds.ts';

const worlds = genericWorlds();

/** The world that @words names as a window does, or the first with all of @words in its name. */
export function worldOf(words: string): World {
  const named = worlds.find((w) => isNamedBy(w, words));
  return (named ?? worldsWith(words, worlds)[0]).world;
}

/** `6.6 +b46064a18810 +c13-ready-per-instance.ts`, and commits of one's own. */
export async function kernelOf(text: string, own: readonly Commit[] = []): Promise<Revision> {
  const [name = '', ...more] = text.split(' ');
  const base = findRevision(name);
  if (!base.ok) throw new Error(base.error.message);
  const added: (string | Commit)[] = [...own];
  for (const item of more.map((m) => m.slice(1))) {
    if (!item.endsWith('.ts')) {
      added.push(item);
      continue;
    }
    const script = await bundleFix(path.join('examples/fixes', item));
    if (!script.ok) throw new Error(script.error.message);
    const commit = commitFromScript(script.value);
    if (!commit.ok) throw new Error(commit.error.message);
    added.push(commit.value);
  }
  const changed = withCommits(base.value, { with: added });
  if (!changed.ok) throw new Error(changed.error.message);
  return changed.value;
}

export interface Shown {
  readonly report: string;
  readonly preemptions: number;
  readonly schedule: string;
}

/**
 * The shortest run of those with the fewest preemptions that shows @window, at most two of them;
 * with more, one that was shortened by hand. Null if none shows it.
 */
export function shownIn(world: World, revision: Revision, window: string): Shown | null {
  const machine = new Machine(watchedScene(world, revision, null));
  for (let bound = 0; bound <= 2; bound++) {
    const { found } = bounded(machine, { bound, statesMax: 100_000 });
    const [best] = found
      .filter((f) => f.report.window === window)
      .sort((a, b) => a.preemptions - b.preemptions || a.run.length - b.run.length);
    if (best) return shown(machine, best, window);
  }
  const { found } = exhaustive(machine, { statesMax: 200_000 });
  const any = found.filter((f) => f.report.window === window).slice(0, 1);
  const [best] = minimise(machine, any, { preemptionsMax: 0 }).runs;
  return best ? shown(machine, best, window) : null;
}

function shown(machine: Machine, best: Cheapest, window: string): Shown {
  const { trace } = replayRun(machine, best.run);
  const schedule = formatSchedule(trace, best.run);
  const again = replay(machine, schedule);
  const shows = again.ok && again.value.reports.some((r) => r.report.window === window);
  if (!shows) throw new Error(`the schedule of ${window} does not replay`);
  return { report: best.report.property, preemptions: best.preemptions, schedule };
}

/** What one run of @world shows, as `P10 C01`. */
export function windowsAlong(world: World, revision: Revision, schedule: string): string[] {
  const again = replay(new Machine(watchedScene(world, revision, null)), schedule);
  if (!again.ok) throw new Error(`${schedule} does not replay`);
  return again.value.reports.map(({ report }) => `${report.property} ${report.window}`);
}

/** Windows of everything that can happen in @world; throws where that is too much. */
export function windowsIn(world: World, revision: Revision): readonly (string | null)[] {
  const machine = new Machine(watchedScene(world, revision, null));
  const { found, bounded: limits } = exhaustive(machine, { statesMax: 400_000 });
  if (limits.length > 0) throw new Error(`${world.name} is too large`);
  return found.map(({ report }) => report.window);
}

/**
 * The windows that name how @fn dies in @world, whatever else happens. Nothing else is named, as a
 * search keeps one report of each rule and window.
 */
export function deathsOf(fn: string, world: World, revision: Revision): (string | null)[] {
  const isOurs = ({ facts }: Explained): boolean => String(facts['error']).startsWith(`${fn}(`);
  const watched = watchedScene(world, revision, null);
  const signatures = (watched.signatures ?? []).map(
    (signature): Signature => ({
      ...signature,
      explains: (state, report, peek) => isOurs(report) && signature.explains(state, report, peek),
    }),
  );
  const machine = new Machine({ ...watched, signatures });
  const { found, bounded: limits } = exhaustive(machine, { statesMax: 100_000 });
  if (limits.length > 0) throw new Error(`${world.name} is too large`);
  return found.filter(({ report }) => isOurs(report)).map(({ report }) => report.window);
}
