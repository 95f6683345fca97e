// SPDX-License-Identifier: GPL-2.0-only
// How far one world is searched where the user says nothing. A limit that is hit is told by name.

/** States of one world. */
export const STATES_MAX = 2_000_000;

/** Runs of one world, for strategies that go run by run. */
export const RUNS_MAX = 10_000;

/** Preemptions that no finding needs. */
export const PREEMPTIONS_MAX = 60;

/**
 * Where a window is looked for, layers of preemptions get one in so many of the states; they show
 * first what takes few preemptions.
 */
export const LAYERS_SHARE = 5;
