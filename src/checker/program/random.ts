// SPDX-License-Identifier: GPL-2.0-only
// Numbers that a seed determines: mulberry32, 32 bits of state.

/** A source of numbers from 0 to below 1; the same seed gives the same numbers anywhere. */
export function randomFrom(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
