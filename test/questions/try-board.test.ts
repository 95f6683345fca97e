// SPDX-License-Identifier: GPL-2.0-only
// A fix tried on a board: each shape of world is explored once, and what that shows is told of all
// devices that have one. What shows where is given here, so that it can be counted in another way.
import { expect, test } from 'vitest';
import { trialText } from '#cli/commands/try';
import { tryOnBoard } from '#questions/try';
import { defaultExplore, type Explored } from '#run/explore';
import { specOf } from '#run/kernel-spec';
import type { ExploreJob, Explorer } from '#run/world-pool';
import { type DerivedWorld, worldsForPlatform } from '#worlds/derive';
import { shapeOf } from '#worlds/shape';
import { axes, kernel, laptop } from '../support/boards.ts';

const worlds = worldsForPlatform(laptop(), axes);
const [base, fixed] = [specOf(kernel('6.15.0'), []), specOf(kernel('7.2'), [])];
const isRace = ({ world }: DerivedWorld): boolean => world.name.startsWith('walk+bind');
/** The shape that still shows the window with the fix: that of the first world that has it. */
const kept = shapeOf(worlds.find(isRace)!.world);
const has = (w: DerivedWorld, isFixed: boolean): boolean =>
  isRace(w) && (!isFixed || shapeOf(w.world) === kept);

test('a window is told of each device that has it, though a shape is explored once', async () => {
  const asked: string[] = [];
  const explore = async ({ derived, spec }: ExploreJob): Promise<Explored> => {
    asked.push(`${spec.name} ${shapeOf(derived.world)}`);
    const { classKey, world } = derived;
    const shows = has(derived, spec === fixed);
    const sighting = { window: 'C09', report: 'P1', classKey, because: 'late' };
    return {
      ...{ world: world.name, classKey, windows: null, reached: [], states: 1, bounded: false },
      ...{ switches: [], sightings: shows ? [sighting] : [] },
    } as unknown as Explored;
  };
  const explorer: Explorer = { explore, close: async () => undefined };
  const trial = await tryOnBoard(worlds, { base, fixed }, explorer, defaultExplore);
  const shapes = new Set(worlds.map(({ world }) => shapeOf(world)));
  expect(shapes.size).toBeLessThan(worlds.length);
  expect(asked).toHaveLength(2 * shapes.size);
  expect(new Set(asked).size).toBe(asked.length);
  expect([trial.worlds, trial.states]).toEqual([shapes.size, asked.length]);
  const among = (isFixed: boolean) => new Set(worlds.filter((w) => has(w, isFixed)).map(keyOf));
  const [before, after] = [among(false), among(true)];
  const devices = (isOf: (key: string) => boolean) =>
    [...new Set(worlds.filter((w) => isOf(w.classKey)).flatMap((w) => w.devices))].sort();
  const closed = devices((key) => before.has(key) && !after.has(key));
  const left = devices((key) => after.has(key));
  expect([closed.length, left.length].every((count) => count > 0)).toBe(true);
  expect(trial.closes.map((c) => c.devices)).toEqual([closed]);
  expect(trial.leaves.map((c) => c.devices)).toEqual([left]);
  const tried = { name: '6.15.0', commits: [], subject: 'fix', counted: 'states', limit: 'x' };
  const text = trialText(tried as Parameters<typeof trialText>[0], trial, 'text');
  const count = `${left.length} device${left.length === 1 ? '' : 's'}`;
  expect(text.slice(text.indexOf('\nleaves'))).toContain(`${count}: ${left[0]}`);
  expect(text).not.toContain('kind');
});

function keyOf({ classKey }: DerivedWorld): string {
  return classKey;
}
