// SPDX-License-Identifier: GPL-2.0-only
// The form of an entry of the catalogue of race windows.

/** A race window: what happens, when, what is seen, and which commits opened and closed it. */
export interface Window {
  /** `C09`; never reused. */
  readonly id: string;
  /** Kebab-case, stable. */
  readonly name: string;
  /** A few words. */
  readonly title: string;
  /** What happens, in a few sentences. */
  readonly text: string;
  /** Who takes part, as roles: walk, second walk, bind, device_add, device_del, unregister, ... */
  readonly threads: readonly string[];
  readonly precondition: string;
  /** What is seen on a real machine; null if nothing is. */
  readonly symptom: string | null;
  /** Ids of the commits that opened or exposed it (candidate Fixes: lines). */
  readonly opened: readonly string[];
  /** Ids of the commits that close it; none while it is open. */
  readonly closed: readonly string[];
  readonly links: readonly string[];
  /** How sure the catalogue is that it can happen, before anything is computed: 0..1. */
  readonly confidence: number;
  /** race: needs an interleaving; sequential: a trace shows it; precondition: an axis of worlds. */
  readonly kind: 'race' | 'sequential' | 'precondition';
}
