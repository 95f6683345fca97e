// SPDX-License-Identifier: GPL-2.0-only
// What a page asks of its worker, and how that answers; every answer bears the number of its
// question, so that one that is no longer wanted is let drop.

import type { Finding } from '#finding/finding';
import type {
  Comparison,
  ExploredAgain,
  Fork,
  OtherKernel,
  Reasons,
  RunStory,
} from '#view/model/data';
import { Session } from './session.ts';

/** A question of a page. */
export type PageAsks =
  | { readonly ask: 'open'; readonly id: number; readonly finding: Finding }
  | { readonly ask: 'story' | 'reasons'; readonly id: number; readonly forks: readonly Fork[] }
  | { readonly ask: 'scheduled'; readonly id: number; readonly schedule: string }
  | { readonly ask: 'kernels'; readonly id: number }
  | {
      readonly ask: 'compare' | 'explore' | 'reasonsUnder';
      readonly id: number;
      readonly kernel: string;
    };

/** An answer. */
export type PageAnswer =
  | { readonly ask: 'open'; readonly id: number; readonly refused: string | null }
  | {
      readonly ask: 'story' | 'scheduled';
      readonly id: number;
      readonly story: RunStory | null;
    }
  | {
      readonly ask: 'reasons' | 'reasonsUnder';
      readonly id: number;
      readonly reasons: Reasons | null;
    }
  | { readonly ask: 'kernels'; readonly id: number; readonly kernels: readonly OtherKernel[] }
  | { readonly ask: 'compare'; readonly id: number; readonly comparison: Comparison | null }
  | { readonly ask: 'explore'; readonly id: number; readonly explored: ExploredAgain | null };

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
      case 'scheduled':
        return { ask: 'scheduled', id, story: this.session?.scheduled(asked.schedule) ?? null };
      case 'reasons':
        return { ask: 'reasons', id, reasons: this.session?.reasons(asked.forks) ?? null };
      case 'reasonsUnder': {
        const reasons = this.session?.reasonsUnder(asked.kernel) ?? null;
        return { ask: 'reasonsUnder', id, reasons };
      }
      case 'kernels':
        return { ask: 'kernels', id, kernels: this.session?.kernels() ?? [] };
      case 'compare':
        return { ask: 'compare', id, comparison: this.session?.compare(asked.kernel) ?? null };
      case 'explore':
        return { ask: 'explore', id, explored: this.session?.explore(asked.kernel) ?? null };
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
