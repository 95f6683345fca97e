// SPDX-License-Identifier: GPL-2.0-only
// The worlds are as large as the windows need: one more client shows no new window. `npm test` asks
// every fifth world, `npm run test:sweep` the others.

import { describe, expect, test } from 'vitest';
import { check } from '#checker/index';
import { watchedScene } from '#run/watched-scene';
import type { World } from '#worlds/world';
import { kernel, laptopWorlds } from '../support/boards.ts';
import { every } from '../support/sweep.ts';

/** Without the small worlds of single actors, which are to be small. */
const worlds = laptopWorlds({ usual: false });

/** @world with a client more, like the one it has, whose driver attaches as well. */
function oneMore(world: World): World {
  const client = world.devices.find((d) => d.role === 'client');
  if (!client?.driver) throw new Error(`${world.name} has no client`);
  const name = `${client.name}-too`;
  const more = {
    ...client,
    name,
    present: true,
    groupKey: name,
    driver: { ...client.driver, name: `${client.driver.name}-too` },
  };
  const attach = { kind: 'driver-attach', name: 'modprobe/2', device: name } as const;
  const threads = more.deferred ? world.threads : [...world.threads, attach];
  // A device that is added comes last on the bus list: the one more stands before it.
  const [there, added] = [true, false].map((is) => world.devices.filter((d) => d.present === is));
  return { ...world, devices: [...there!, more, ...added!], threads };
}

function windowsOf(world: World): ReadonlySet<string> {
  const scene = watchedScene(world, kernel('7.2'), null);
  const strategy = { kind: 'bound', preemptions: 1 } as const;
  const { findings } = check(scene, { strategy, minimiseMax: 1 });
  return new Set(findings.map(({ report }) => `${report.property} ${report.window ?? 'none'}`));
}

/** What is shown by the worlds as they are: by @first, and where that is not all, by all others. */
function* shownBy(first: World): Generator<ReadonlySet<string>> {
  for (const world of new Set([first, ...worlds.map((w) => w.world)])) {
    const seen = shown.get(world) ?? windowsOf(world);
    shown.set(world, seen);
    yield seen;
  }
}

const shown = new Map<World, ReadonlySet<string>>();

/** C40 needs two clients beside two walks, so it has a world of its own: hand:walk+walk order. */
const ofItsOwn = (world: World): string[] => (world.name.startsWith('walk+walk') ? ['P2 C40'] : []);

describe.each(
  every(5, worlds).map((w) => ({ name: `${w.classKey} ${w.world.name}`, world: w.world })),
)('$name', ({ world }) => {
  test('shows nothing new with one more client, up to one preemption', () => {
    const unknown = new Set(windowsOf(oneMore(world)));
    for (const window of ofItsOwn(world)) unknown.delete(window);
    for (const seen of shownBy(world)) {
      if (unknown.size === 0) break;
      for (const window of seen) unknown.delete(window);
    }
    expect([...unknown]).toEqual([]);
  });
});
