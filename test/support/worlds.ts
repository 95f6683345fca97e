// SPDX-License-Identifier: GPL-2.0-only
// Worlds by what their names contain: a test that finds none has lost what it is about.
import type { DerivedWorld } from '#worlds/derive';
import { genericWorlds } from '#worlds/generic';
import type { World } from '#worlds/world';

/**
 * The worlds of @worlds that have every word of @words, `walk+bind | dt/pci`, in their scene or
 * class; throws where none has.
 */
export function worldsWith(
  words: string,
  worlds: readonly DerivedWorld[] = genericWorlds(),
): [DerivedWorld, ...DerivedWorld[]] {
  const parts = words.split(' | ');
  const [first, ...more] = worlds.filter(({ world, classKey }) =>
    parts.every((word) => `${world.name} ${classKey}`.includes(word)),
  );
  if (!first) throw new Error(`no world has ${words} in its name`);
  return [first, ...more];
}

/** @world with other names: each text of it that is one of @names, as a whole. */
export function renamed(world: World, names: ReadonlyMap<string, string>): World {
  return JSON.parse(JSON.stringify(world), (_, value) => names.get(value) ?? value);
}
