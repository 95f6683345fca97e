// SPDX-License-Identifier: GPL-2.0-only
// Limits and thresholds of searches, each with what it was measured on.

/** Milliseconds between two checkpoints at least. */
export const EVERY_MS = 2000;
/** A checkpoint comes no earlier than so many times as long after the last as that took. */
export const EVERY_TIMES = 8;
