// SPDX-License-Identifier: GPL-2.0-only
// How to explore: plain data, as options, tasks and reports have it.

/** How to explore; src/checker/strategies has a file for each, docs/checker.md what it covers. */
export type Strategy =
  | { readonly kind: 'exhaustive' }
  | { readonly kind: 'none' }
  | { readonly kind: 'optimal' }
  | { readonly kind: 'source-dpor' }
  /** All runs with at most this many preemptions. */
  | { readonly kind: 'bound'; readonly preemptions: number }
  | { readonly kind: 'delay'; readonly delays: number }
  | { readonly kind: 'sample'; readonly runs: number; readonly seed: number };

/** The strategies of these kinds. */
export type StrategyOf<K extends Strategy['kind']> = Extract<Strategy, { readonly kind: K }>;
