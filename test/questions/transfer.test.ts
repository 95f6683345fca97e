// SPDX-License-Identifier: GPL-2.0-only
// A finding of one world shows under the names of another one of the same shape.

import { expect, test } from 'vitest';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import { transfer } from '#run/to-finding';
import { shapeOf } from '#worlds/shape';
import { kernel, laptopWorlds } from '../support/boards.ts';
import { renamed } from '../support/worlds.ts';

const words = ['b', 'load', 'modprobe', 'driver', 'really_probe', 'c.b'];

test.each([
  ['of one letter, of an Op, a thread, a field or a function', (i: number) => words[i]!],
  ['with the characters of a schedule', (i: number) => `${i}.edge:fastrpc:cb@${i}#~%>`],
])('names %s are no obstacle', (_, nameOf) => {
  const [first] = laptopWorlds();
  if (!first) throw new Error('no world');
  const { world } = first;
  const names = new Map(world.devices.map((d, i) => [d.name, nameOf(i)]));
  const other = renamed(world, names);
  expect(shapeOf(other)).toBe(shapeOf(world));
  const spec = specOf(kernel('6.15.0'), []);
  const strategy = { kind: 'bound', preemptions: 1 } as const;
  const task = {
    ask: 'check' as const,
    world,
    kernel: spec,
    properties: ['P3'],
    strategy,
    statesMax: null,
    timeMaxMs: null,
  };
  const [found] = runWorld(task).findings;
  if (!found) throw new Error('nothing found');
  const there = transfer(found, world, other, spec);
  expect(there?.witness.subject).toBe(names.get(found.witness.subject));
  expect(there?.trace).toHaveLength(found.trace.length);
  // And back: it is what it was.
  const back = transfer(there!, other, world, spec);
  expect(back).toEqual(found);
});
