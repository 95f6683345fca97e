// SPDX-License-Identifier: GPL-2.0-only
// What is kept of a commit that changes something.

/** A world that comes to something else once a commit is taken away. */
export interface CommitEffect {
  /** Names of the kernels in whose stacks it does, with blanks between them. */
  readonly kernels: string;
  /** Kind of client and name of the world. */
  readonly world: string;
  /** Rules that break and windows, what happens in some run, or data races. */
  readonly aspect: 'breaks' | 'happens' | 'races';
  /** There with the commit, and gone without it; and the other way round. */
  readonly gone: readonly string[];
  readonly come: readonly string[];
}
