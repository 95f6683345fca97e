// SPDX-License-Identifier: GPL-2.0-only
// Limits and thresholds of the checker, each with what it was measured on.
//
// None of them makes an answer wrong. Where a limit ends a search or leaves something out, the
// result says so: `bounded`, `minimal: false`, odds that are sampled. A threshold only chooses
// between ways that come to the same. "Generic worlds" are those of `check` without a board,
// searched in full or up to 30,000 states under 7.2 and another kernel; "counted" is the most that
// 34 of them came to, searched up to 1,500 states under 7.2 and explained. What was not measured
// is called chosen, with what for.

// Numbers that are part of keys: what is beyond is refused -------------------------------------

/** Threads of an exhaustive search, whose sets are bits; generic worlds have nine in all runs. */
export const THREADS_MAX = 30;
/** Threads of a scene in all its runs: twice as many as an exhaustive search takes, and no more. */
export const SCENE_THREADS_MAX = 64;
/** Answers of the environment to one thread in a run of optimal DPOR; generic worlds have none. */
export const CHOICES_MAX = 2 ** 12;

// A search -------------------------------------------------------------------------------------

/**
 * Steps of a thread in one go that nobody else can see; flag --depth-max. A whole run that breaks a
 * rule has up to 644 in generic worlds.
 */
export const DEPTH_MAX = 1_000_000;
/**
 * Local states of random runs before a search that is to have fewer states than that; the largest
 * generic world has 10,773, with what its search meets.
 */
export const LOCALS_MAX = 10_000;
/**
 * States up to which a round that has to be done again is given up at once. Generic worlds searched
 * up to 800 states take 1.45 million transitions with it and 1.25 million without, in equal time.
 */
export const YOUNG = 1000;
/** A round is done again if one expansion in so many relied on a wrong answer; counted: in 17. */
export const REPAIRED_SHARE = 3;
/** Runs that show the same which are compared, for the one of fewest switches; counted: 343. */
export const COMPARED_RUNS_MAX = 1000;
/** Generators that are kept, where threads stand and may go on; counted: 143. */
export const LIVE_MAX = 4096;
/** Other ways to a local state that an audit of the machine compares. Chosen: each is run again. */
export const ALTERNATIVES_MAX = 3;
/** Quiet steps of a thread in a row, in layers of preemptions; counted: 28. */
export const QUIET_RUN_MAX = 100_000;
/** DPOR asks whether to stop after so many steps of a run; one of a generic world has 644. */
export const ASK_STEPS = 256;
/** Walks from each hit of the cache that is audited, and steps of each: runs have up to 644. */
export const AUDIT_WALKS = 4;
export const AUDIT_STEPS_MAX = 10_000;
/** Steps of a run of a sample, which is cut off there: generic worlds have up to 644. */
export const SAMPLE_STEPS_MAX = 100_000;
/** Steps of a run that a schedule names; generic worlds have up to 644. */
export const SCHEDULE_STEPS_MAX = 1_000_000;

// Random runs before a search ------------------------------------------------------------------

/**
 * How many runs make a batch, how many there are at most, and the least share of all local states
 * that a batch has to find for another one. What they miss costs a round; generic worlds have
 * five at most.
 */
export const LITTLE = { batch: 32, max: 1024, worth: 0.05 } as const;
/** The same before a search begins again that has proved to be large. */
export const MUCH = { batch: 1024, max: 8192, worth: 0.01 } as const;
/** States from which on it has. Worlds of five threads have a million and more (docs/bench.md). */
export const LARGE = 20_000;
/** Steps of such a run; of these, steps without a new local state, after which it goes round. */
export const LEARN_STEPS_MAX = 10_000;
export const IDLE_MAX = 1_000;
/** Where so many runs would go on for ever, always to new local states, no more are made. */
export const ENDLESS_MAX = 8;

// What a search remembers ----------------------------------------------------------------------

/** Steps and answers kept, 187,621 at most; beyond, a wrong answer voids the round. */
export const ASSUMPTIONS_MAX = 64_000_000;
/** Numbers kept of ways to conflicts, 75,165 at most; beyond, nothing is added. */
export const CLASHES_MAX = 16_000_000;
/** Ways for the same asker and thread, and footprints with the same hash, that are looked at. */
export const CLASH_TRIES = 6;
export const FOOTPRINT_TRIES = 8;
/** An answer asked again in the end may go without this share of edges. Chosen: it costs a redo. */
export const FOOTPRINT_SLACK = 0.05;
/** Values of a cell that are told apart; beyond, it can have any. Counted: eight. */
export const VALUES_MAX = 16;

// Checkpoints ----------------------------------------------------------------------------------

/** Milliseconds between two at least. */
export const EVERY_MS = 2000;
/**
 * One comes no earlier than so many times as long after the last as that took: a ninth of the time
 * at most. 775,000 states without reduction, 47 MB, took 33 ms of processor time.
 */
export const EVERY_TIMES = 8;

// Estimates of the number of states, for people: held against known numbers by a test ----------

/** Cases from which a share is believed. */
export const SHARE_CASES_MIN = 4;
/** Beyond so many octaves from what has been seen, a share is not believed. */
export const SHARE_FAR = 8;
/**
 * Standard deviations, on a logarithmic scale, that make the range. What is rare and large has not
 * been seen yet, so the number comes out too low more often than too high.
 */
export const RANGE_BELOW = 2;
export const RANGE_ABOVE = 4.5;
/** No estimate is better than that: what is done again at the end is not on the stack. */
export const SPREAD_MIN = 0.1;
/** A spread beyond so many times the size says nothing. */
export const SPREAD_SAYS_NOTHING = 0.6;
/** Below so many states too little has been seen. */
export const ESTIMATE_STATES_MIN = 2000;

// Short runs and explanations ------------------------------------------------------------------

/** Preemptions that nearly all reports can be had with: one in README's examples. */
export const NEAR_PREEMPTIONS = 1;
/** Preemptions up to which they are proved to be the fewest, unless told. */
export const PROVED_PREEMPTIONS = 3;
/** States to visit for that; flag --minimise-max. */
export const MINIMISE_NODES_MAX = 60_000;
/** How much larger each layer is than those before it: 4 to 6 on boards. */
export const LAYER_GROWTH = 6;
/** Blocks of a run that are tried to be merged. A run has up to 644. */
export const ATTEMPTS_MAX = 4_000;
/** Steps to spend on the pair and on the window of one finding, unless told; counted: 779,785. */
export const EXPLAIN_MAX = 4_000_000;
/** States of a graph for exact odds, unless told: that of README's first example has 164,913. */
export const GRAPH_MAX = 250_000;
/** States of a circle in it at most: so many equations take 216 million steps to solve. */
export const CIRCLE_MAX = 600;
/** Steps of an order that is tried to its end. Generic worlds have up to 644. */
export const ORDER_STEPS_MAX = 20_000;
/** Steps that others take while one waits: for the end of a window, for a pair; 495 and 468. */
export const WINDOW_HELD_MAX = 20_000;
export const PAIR_HELD_MAX = 5_000;
/** Walks from the start, and from where a point of no return is tried, and steps of each. */
export const WALKS = 100;
export const WALKS_FEW = 10;
export const WALK_STEPS_MAX = 2000;
