// SPDX-License-Identifier: GPL-2.0-only
// Numbers that the hooks and the host share: fields, bits of words, kinds of log entries.

/** Word offsets in struct rw_state of scene/state.h. */
export const STATE = {
  cur: 0,
  count: 1,
  stop: 2,
  stackLo: 3,
  stackHi: 4,
  limit: 5,
  trace: 6,
  epoch: 7,
  demoted: 8,
  watch: 9,
  heapLo: 11,
  map: 12,
  cells: 13,
  dirty: 14,
  log: 15,
  locksLow: 16,
  locksHigh: 17,
  logLength: 18,
  quiet: 19,
  site: 20,
  touched: 21,
  touchedLength: 22,
  steps: 23,
  threads: 24,
  locksOf: 25,
  slow: 26,
} as const;

/** Bits of a word in the map. */
export const MAP = { point: 1, poison: 2, watch: 4, shared: 8 } as const;

/**
 * Bits of an access kind; the size in bytes is in bits 8 and up. In the log: a lock that was asked
 * for in vain (`wait`), an operation that commutes with others of its kind (`shared`: readers of a
 * lock, wake-ups), and the beginning of a step that has no number (`step`).
 */
export const KIND = {
  write: 1,
  marked: 2,
  atomic: 4,
  release: 8,
  lock: 16,
  wait: 32,
  shared: 64,
  step: 128,
} as const;

/**
 * Words of no object: in the log they stand for what threads of the environment wait for, for the
 * numbers that new threads get, and, from `events` on, for what the rules hear of a device.
 */
export const PSEUDO = { wait: 4, async: 8, queue: 12, spawn: 16, events: 64 } as const;
