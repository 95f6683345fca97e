// SPDX-License-Identifier: GPL-2.0-only
// What a page asks of its worker, and how that answers; every answer bears the number of its
// question, so that one that is no longer wanted is let drop.

import type { Finding } from '#finding/finding';
import type { Chance, Fork, RunStory } from '#view/model/data';
import { Session } from './session.ts';

/** A question of a page. */
export type PageAsks =
  | { readonly ask: 'open'; readonly id: number; readonly finding: Finding }
  | { readonly ask: 'story' | 'chance'; readonly id: number; readonly forks: readonly Fork[] };

/** An answer. */
export type PageAnswer =
  | { readonly ask: 'open'; readonly id: number; readonly refused: string | null }
  | { readonly ask: 'story'; readonly id: number; readonly story: RunStory | null }
  | { readonly ask: 'chance'; readonly id: number; readonly chance: Chance | null };

/** Answers one question after another. */
export class Answerer {
  private session: Session | null = null;

  answer(asked: PageAsks): PageAnswer {
    const { id } = asked;
    switch (asked.ask) {
      case 'open': {
        const opened = openSafely(asked.finding);
        this.session = typeof opened === 'string' ? null : opened;
        return { ask: 'open', id, refused: typeof opened === 'string' ? opened : null };
      }
      case 'story':
        return { ask: 'story', id, story: this.session?.story(asked.forks) ?? null };
      case 'chance':
        return { ask: 'chance', id, chance: this.session?.chance(asked.forks) ?? null };
    }
  }
}

/** A world out of a file may be any data of the right shape; whatever it makes fail is told. */
function openSafely(finding: Finding): Session | string {
  try {
    return Session.open(finding);
  } catch (error) {
    return `it can not be run: ${error instanceof Error ? error.message : String(error)}`;
  }
}
