// SPDX-License-Identifier: GPL-2.0-only
// How far one world is searched where the user says nothing. A limit that is hit is told by name.

/** States of one world. The largest that was searched to its end has 1,856,512 (docs/bench.md). */
export const STATES_MAX = 2_000_000;

/** Runs of one world, for strategies that go run by run; a run has up to 644 steps. */
export const RUNS_MAX = 10_000;

/** Preemptions that no finding needs; those of the catalogue's schedules have four at most. */
export const PREEMPTIONS_MAX = 60;

/**
 * Where a window is looked for, layers of preemptions get one in so many of the states. They show
 * first what takes few: of the catalogue's 66 schedules 54 have one preemption at most.
 */
export const LAYERS_SHARE = 5;
