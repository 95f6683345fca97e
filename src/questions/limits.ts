// SPDX-License-Identifier: GPL-2.0-only
// How far worlds are searched for questions about many kernels. None of these makes an answer more
// than it is: what was not searched in full is `bounded` or `not seen`. So they decide how long an
// answer takes, and were not measured but where it says so.

/**
 * A matrix: states of a world when it is explored for the first time. What is cut off there is
 * explored again if nothing smaller decides its cell (test/windows/narrow.test.ts).
 */
export const FIRST_STATES = 400_000;

/** A bisection: states up to which a world is explored for every stack. */
export const FIRST_LOOK = 100_000;

/**
 * A bisection: states that worlds which show nothing get for stacks between; after that they are
 * left out.
 */
export const SPENT_MAX = 1_000_000;

/** A bisection: what it takes to begin with a world, in states that are searched meanwhile. */
export const BEGINNING = 4_000;

/** What a commit changes: states of one world. All 178 effects that are written down show in it. */
export const NEEDED_STATES = 30_000;

/** A way to what was not reached: runs drawn of a world. */
export const DRAWN_RUNS = 20;

/** A way to what was not reached: states of a world in which no drawn run came to it. */
export const WAY_STATES = 20_000;

/** Such a way: worlds that are searched where no drawn run came to it. */
export const WAYS_SEARCHED = 12;
