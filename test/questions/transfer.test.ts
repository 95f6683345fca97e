// SPDX-License-Identifier: GPL-2.0-only
// A finding of one world shows under the names of another one of the same shape.

import { expect, test } from 'vitest';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import { transfer } from '#run/to-finding';
import { rename, shapeOf } from '#worlds/shape';
import { kernel, laptopWorlds } from '../support/boards.ts';

test('names with the characters of a schedule are no obstacle', () => {
  const [first] = laptopWorlds();
  if (!first) throw new Error('no world');
  const { world } = first;
  const names = new Map(world.devices.map((d, i) => [d.name, `${i}.edge:fastrpc:cb@${i}#~%>`]));
  const other = JSON.parse(rename(JSON.stringify(world), names));
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
});
