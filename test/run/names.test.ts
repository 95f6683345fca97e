// SPDX-License-Identifier: GPL-2.0-only
// What the catalogue declares, some thread of some world comes across: no rule, signature or
// precondition waits for an event or a field that nothing has.
import { expect, test } from 'vitest';
import { Machine } from '#checker/machine/machine';
import { namesIn } from '#checker/machine/names';
import { declaredIn } from '#checker/program/declared';
import { sample } from '#checker/search/sample';
import { openWorld } from '#run/watched-scene';
import { genericWorlds } from '#worlds/generic';
import { kernel } from '../support/boards.ts';

/** Declared by somebody, for each name, and come across in none of the worlds. */
function strangers(names: readonly string[]): Map<string, string> {
  const declared = new Map<string, string>();
  const scenes = names.flatMap((name) =>
    genericWorlds().map(({ world }) => {
      const { scene } = openWorld(world, kernel(name), { by: 'windows', ids: null });
      for (const d of declaredIn(scene)) declared.set(d.name, d.by);
      // Few runs lose a flag, in the two worlds that can.
      return { scene, least: world.switches.flagsWord ? 600 : 12 };
    }),
  );
  expect(declared.size).toBeGreaterThan(50);
  // Once all have been met, no other run is needed; what is rare takes more of them.
  for (const round of [1, 4, 16]) {
    for (const { scene, least } of scenes) {
      if (declared.size === 0) return declared;
      const machine = new Machine(scene);
      sample(machine, least * round, 6 + round, {});
      const { events, fields } = namesIn(scene, machine);
      for (const each of [...events, ...fields]) declared.delete(each);
    }
  }
  return declared;
}

test('no name that the catalogue declares is a stranger to all kernels', () => {
  expect([...strangers(['7.2', '6.12', '6.0'])]).toEqual([]);
});
