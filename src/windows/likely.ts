// SPDX-License-Identifier: GPL-2.0-only
// Worlds that are known to show a window, so that it is looked for there first.
//
// This is about the order of asking alone: what a world shows is computed each time. Together, the
// worlds of a window show it under every kernel under which the matrix has it.

import { type DerivedWorld, kindOfKey } from '#worlds/derive';

/** True where @text, as a window names its worlds, stands for @derived. */
export function isNamedBy({ world, classKey }: DerivedWorld, text: string): boolean {
  const kind = kindOfKey(classKey);
  return text === kind || text === `${kind}: ${world.name}`;
}
