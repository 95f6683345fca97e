// SPDX-License-Identifier: GPL-2.0-only
// Dining philosophers, for ever: take left, take right, drop right, drop left.

import { framed, Handle, type Kfn, type Lock, lock, repeat, unlock } from '#env/op';
import type { Scene } from '../../../src/checker/program/scene.ts';

const dine = framed(
  'dine',
  (left: Lock, right: Lock): Kfn<void> =>
    repeat('turn', [], function* (): Kfn<[]> {
      yield* lock(left);
      yield* lock(right);
      yield* unlock(right);
      yield* unlock(left);
      return [];
    }),
);

/** @n philosophers who all take the left fork first. */
export function philosophers(n: number): Scene {
  const forks = Array.from({ length: n }, (_, i) => new Handle('fork', `fork${i}`));
  return {
    name: `philosophers(${n})`,
    init: [],
    threads: forks.map((left, i) => ({
      name: `p${i}`,
      fn: dine,
      args: [left, forks[(i + 1) % n]],
    })),
    rules: [],
    signatures: [],
    sometimes: [],
  };
}
