// SPDX-License-Identifier: GPL-2.0-only
// Limits and sizes for the kernel's own C, each with what it was measured on.
//
// Where one of the searches ends by its limit, the report says `bounded`. A run that needs more
// room than there is fails with a message, and is no result. "Counted" is the most that runs of 16
// worlds of the C of 7.2 came to, or the search of 11 of them with one preemption. What was not
// measured is called chosen, with what for.

// An image and its memory ----------------------------------------------------------------------

/** Pages of 64 KiB of an image at most: 64 MiB. Counted: the 16 MiB it has from the start. */
export const PAGES_MAX = 1024;
/** Threads of a run. Worlds have up to six, with workers; each has stack, buffer and arena. */
export const THREADS_MAX = 12;
/** Stack of a thread, and room for what asyncify unwinds of it; counted: 744 and 940 bytes. */
export const STACK_BYTES = 64 * 1024;
export const BUFFER_BYTES = 32 * 1024;
/** Heap of the boot, and of each thread, which has addresses of its own; counted: 3,292 bytes. */
export const BOOT_HEAP_BYTES = 1 << 20;
export const ARENA_BYTES = 64 * 1024;
/** Words of the log of accesses, three for each; a run that fills it says so; counted: 2,547. */
export const LOG_WORDS = 3 * 16384;
/** Words touched by a run that are listed, by the order of their first access; counted: 821. */
export const TOUCHED_WORDS = 32768;
/** Locks that a thread holds: RW_HOLDS of scene/state.h, which has to be the same. */
export const HOLDS_MAX = 28;

// Searches -------------------------------------------------------------------------------------

/** Preemptions where the options do not say. */
export const BOUND = 2;
/** Preemptions of the layers that are searched before all classes of runs. */
export const FIRST_BOUND = 1;
/** Milliseconds for one world where the options do not say. */
export const TIME_MAX_MS = 60_000;
/**
 * Switch points between two checkpoints: what a run repeats, against what saving costs
 * (docs/source.md: with two preemptions 120 to 149 us a run, checkpoints included).
 */
export const CHECKPOINT_EVERY = 8;
/** Rounds of learning which words are switch points; counted: two. */
export const LEARN_ROUNDS_MAX = 40;
/** Random runs for what rounds did not meet: at most, counted 452, and without news at the end. */
export const SHAKES_MAX = 4000;
export const SHAKES_CALM = 150;

/** A way to what was not reached: runs of a world where no random run came to it; 0.3 s. */
export const WAY_RUNS = 2000;

// The model held against the C -----------------------------------------------------------------

/** Runs that are made to find one that goes like the model's; 0.6 s. */
export const GUIDED_RUNS_MAX = 4000;
/** How many times as many states stories get. Chosen: with too few no order is compared. */
export const STORY_STATES = 8;
