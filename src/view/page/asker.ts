// SPDX-License-Identifier: GPL-2.0-only
// Questions to the worker, which is made of the text that stands in the page.

import type { Finding } from '#finding/finding';
import type { PageAnswer, PageAsks } from '#view/engine/protocol';
import type {
  Comparison,
  ExploredAgain,
  Fork,
  OtherKernel,
  Reasons,
  RunStory,
} from '#view/model/data';

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

  async scheduled(schedule: string): Promise<RunStory | null> {
    const answer = await this.ask({ ask: 'scheduled', id: this.next++, schedule });
    return answer.ask === 'scheduled' ? answer.story : null;
  }

  async reasons(forks: readonly Fork[]): Promise<Reasons | null> {
    const answer = await this.ask({ ask: 'reasons', id: this.next++, forks });
    return answer.ask === 'reasons' ? answer.reasons : null;
  }

  async reasonsUnder(kernel: string): Promise<Reasons | null> {
    const answer = await this.ask({ ask: 'reasonsUnder', id: this.next++, kernel });
    return answer.ask === 'reasonsUnder' ? answer.reasons : null;
  }

  async kernels(): Promise<readonly OtherKernel[]> {
    const answer = await this.ask({ ask: 'kernels', id: this.next++ });
    return answer.ask === 'kernels' ? answer.kernels : [];
  }

  async compare(kernel: string): Promise<Comparison | null> {
    const answer = await this.ask({ ask: 'compare', id: this.next++, kernel });
    return answer.ask === 'compare' ? answer.comparison : null;
  }

  async explore(kernel: string): Promise<ExploredAgain | null> {
    const answer = await this.ask({ ask: 'explore', id: this.next++, kernel });
    return answer.ask === 'explore' ? answer.explored : null;
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
