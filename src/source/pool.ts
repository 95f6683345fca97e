// SPDX-License-Identifier: GPL-2.0-only
// Searches worlds one after the other here, or several at once in worker threads; same results.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CheckOptions } from '#report/report';
import type { WorldFinding } from '#worlds/run-world';
import type { World } from '#worlds/world';
import type { BuildOptions, KernelImage } from './build.ts';
import { SourceError } from './errors.ts';
import type { SearchResult } from './search.ts';
import { searchWorld } from './world.ts';

/** A world to search, and how to come by the image. */
export interface WorldTask {
  readonly tree: string;
  readonly build: Pick<BuildOptions, 'patches' | 'reverts' | 'cc' | 'cacheDir'>;
  readonly world: World;
  readonly check: Pick<CheckOptions, 'strategy' | 'timeMaxMs' | 'statesMax' | 'properties'>;
}

/** What a world comes to. */
export interface WorldAnswer {
  readonly search: SearchResult | null;
  readonly findings: readonly WorldFinding[];
  /** Switch points that a replay must be told of. */
  readonly points: readonly number[];
  /** Why the world could not be run, if it could not. */
  readonly refused: string | null;
}

/** Search one world; one that cannot be built is refused by name. */
export function runWorldTask(image: KernelImage, task: WorldTask): WorldAnswer {
  try {
    return { ...searchWorld(image, task.world, task.check), refused: null };
  } catch (e) {
    if (!(e instanceof SourceError) || e.code !== 'RW309') throw e;
    return { search: null, findings: [], points: [], refused: e.message };
  }
}

/** The answers of @tasks, in their order. @jobs: worker threads; with one there are none. */
export async function runWorldTasks(
  image: KernelImage,
  tasks: readonly WorldTask[],
  jobs: number,
  onDone: (index: number, answer: WorldAnswer) => void,
): Promise<WorldAnswer[]> {
  const threads = Math.min(jobs, tasks.length, availableParallelism());
  if (threads <= 1 || !import.meta.url.endsWith('.js')) {
    const answers: WorldAnswer[] = [];
    for (const [i, task] of tasks.entries()) {
      const answer = runWorldTask(image, task);
      answers.push(answer);
      onDone(i, answer);
      // Let progress be drawn between worlds.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return answers;
  }
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./worker.js', import.meta.url)),
  );
  const answers: WorldAnswer[] = [];
  let next = 0;
  const work = async (worker: Worker): Promise<void> => {
    for (let i = next++; i < tasks.length; i = next++) {
      const answer = await ask(worker, tasks[i]!);
      answers[i] = answer;
      onDone(i, answer);
    }
  };
  try {
    await Promise.all(workers.map(work));
    return answers;
  } finally {
    await Promise.all(workers.map((w) => w.terminate()));
  }
}

function ask(worker: Worker, task: WorldTask): Promise<WorldAnswer> {
  return new Promise((done, failed) => {
    worker.once('error', failed);
    worker.once('message', (answer: WorldAnswer) => {
      worker.off('error', failed);
      done(answer);
    });
    worker.postMessage(task);
  });
}
