// SPDX-License-Identifier: GPL-2.0-only
// What the file of a race window says: what happens, how a run shows it, and where to look for it.

import type { Property } from '#properties/index';
import type { World } from '#worlds/world';
import type { LogSign } from './evidence.ts';
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
  /** What of it shows in a boot log; absent: nothing that would tell it. */
  readonly log?: readonly LogSign[];
  /**
   * The rules of which that is what is seen. Of several, each finding shows a part: it says what
   * its rule says, as it does for a rule that is not among them.
   */
  readonly symptomOf: readonly string[];
  /** How bad a breach of a rule is here, where that is not what the rule says. */
  readonly harmOf?: Readonly<Record<string, Property['harm']>>;
  /** The ways in which it comes about; none where it was argued for and is found nowhere. */
  readonly ways: readonly Way[];
  readonly links: readonly string[];
  /** How sure one is that it can happen, before anything is computed: 0..1. */
  readonly confidence: number;
  /** race: needs an interleaving; sequential: a trace shows it; precondition: an axis of worlds. */
  readonly kind: 'race' | 'sequential' | 'precondition';
  /** One of these has to come about in some run before the window can be called absent. */
  readonly needs: readonly PreconditionId[];
  /** The commit since which what it needs comes about at all; absent: always. */
  readonly reachedSince?: string;
  /** Where the window breaks no rule by itself: it is there where this comes about. */
  readonly fact?: PreconditionId;
  /** Worlds that are known to show it. A bisection asks them first; what they show is computed. */
  readonly worlds: readonly LikelyWorld[];
  /** How a run is recognised, by stage; the index says which stage may claim a report first. */
  readonly signatures: Readonly<Partial<Record<SignatureStage, WindowSignature>>>;
}

/** One way in which a window comes about: from one commit on, until one of others. */
export interface Way {
  /** A few words, where a window has several ways. */
  readonly what?: string;
  /** What a world needs for it; absent: nothing of its own. */
  readonly where?: Where;
  /** The commit that opened it; null: it is older than v6.0, the oldest kernel that is known. */
  readonly opened: string | null;
  /** Commits without which the opener opens nothing. */
  readonly besides?: readonly string[];
  /** Each of these closes it. */
  readonly closed: readonly string[];
  /** So does each of these, as a stable tree has it: the commit itself does not. */
  readonly backports?: readonly Backport[];
  /** Why no world tells it, where none does: it is then no reason to expect anything. */
  readonly untold?: string;
}

/** A commit as a stable tree took it over, and the release that has it. */
export interface Backport {
  readonly sha: string;
  readonly landed: string;
}

/** Of a world: any of its clients, or any of its IOMMUs, is such. */
export interface Where {
  readonly bus?: World['devices'][number]['bus'];
  readonly firmware?: World['firmware'];
  /** How the name of the driver of an IOMMU begins. */
  readonly driver?: string;
  /** How the name of none begins. */
  readonly butDriver?: string;
}

/** `main` is all there is but for windows that also explain what nothing else does. */
export type SignatureStage = 'main' | 'again' | 'rest';

/** A world that shows the window under @found, and not under @absent. */
export interface LikelyWorld {
  /** The kind of its class; `KIND: NAME` where one world of several is meant. */
  readonly world: string;
  /** Kernels, and what is added to them: `6.6 +b46064a18810`, `7.2 +c10-settled.ts`. */
  readonly found?: readonly string[];
  readonly absent?: readonly string[];
}
