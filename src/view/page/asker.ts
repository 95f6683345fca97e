// SPDX-License-Identifier: GPL-2.0-only
// Questions to the worker, which is made of the text that stands in the page.

import type { Finding } from '#finding/finding';
import type { PageAnswer, PageAsks } from '#view/engine/protocol';
import type { Chance, Fork, RunStory } from '#view/model/data';

/** Asks the worker; a question that a newer one of its kind has overtaken is never answered. */
export class Asker {
  private readonly worker: Worker;
  private readonly wanted = new Map<number, (answer: PageAnswer) => void>();
  private next = 1;

  constructor(source: string) {
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    this.worker = new Worker(url);
    this.worker.addEventListener('message', ({ data }: MessageEvent<PageAnswer>) => {
      this.wanted.get(data.id)?.(data);
      this.wanted.delete(data.id);
    });
  }

  /** Open @finding; what is said where it can not be run, or null. */
  async open(finding: Finding): Promise<string | null> {
    const answer = await this.ask({ ask: 'open', id: this.next++, finding });
    return answer.ask === 'open' ? answer.refused : null;
  }

  async story(forks: readonly Fork[]): Promise<RunStory | null> {
    const answer = await this.ask({ ask: 'story', id: this.next++, forks });
    return answer.ask === 'story' ? answer.story : null;
  }

  async chance(forks: readonly Fork[]): Promise<Chance | null> {
    const answer = await this.ask({ ask: 'chance', id: this.next++, forks });
    return answer.ask === 'chance' ? answer.chance : null;
  }

  end(): void {
    this.worker.terminate();
  }

  private ask(asked: PageAsks): Promise<PageAnswer> {
    return new Promise((resolve) => {
      this.wanted.set(asked.id, resolve);
      this.worker.postMessage(asked);
    });
  }
}
