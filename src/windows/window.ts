// SPDX-License-Identifier: GPL-2.0-only
// What the file of a race window says: what happens, how a run shows it, and where to look for it.

import type { PreconditionId } from './preconditions.ts';
import type { WindowSignature } from './signature.ts';

/** A race window: one file of this folder. */
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
  /** How sure one is that it can happen, before anything is computed: 0..1. */
  readonly confidence: number;
  /** race: needs an interleaving; sequential: a trace shows it; precondition: an axis of worlds. */
  readonly kind: 'race' | 'sequential' | 'precondition';
  /** One of these has to come about in some run before the window can be called absent. */
  readonly needs: readonly PreconditionId[];
  /** Where the window breaks no rule by itself: it is there where this comes about. */
  readonly fact?: PreconditionId;
  /** Worlds that are known to show it. A bisection asks them first; what they show is computed. */
  readonly worlds: readonly LikelyWorld[];
  /** How a run is recognised, by stage; the index says which stage may claim a report first. */
  readonly signatures: Readonly<Partial<Record<Stage, WindowSignature>>>;
}

/** `main` is all there is but for windows that also explain what nothing else does. */
export type Stage = 'main' | 'again' | 'rest';

/** A world that shows the window under @found, and not under @absent. */
export interface LikelyWorld {
  /** The kind of its class; `KIND: NAME` where one world of several is meant. */
  readonly world: string;
  /** Kernels, and what is added to them: `6.6 +b46064a18810`, `7.2 +c10-settled.ts`. */
  readonly found?: readonly string[];
  readonly absent?: readonly string[];
}
