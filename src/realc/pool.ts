// SPDX-License-Identifier: GPL-2.0-only
// Searches worlds one after the other here, or several at once in worker threads; same results.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CheckOptions } from '#finding/report';
import { SourceError } from '#realc/build/errors';
import type { ImageRef, KernelImage } from '#realc/build/image';
import type { World } from '#worlds/world';
import { type SourceFinding, searchWorld, type WorldSearch } from './search-world.ts';

/** A world to search. */
export interface SourceTask {
  readonly world: World;
  readonly check: Pick<CheckOptions, 'strategy' | 'timeMaxMs' | 'statesMax' | 'properties'>;
}

/** What a worker thread is sent. */
export interface SentTask {
  readonly ref: ImageRef;
  readonly task: SourceTask;
}

/** What a world comes to. */
export interface WorldAnswer {
  readonly search: WorldSearch | null;
  readonly findings: readonly SourceFinding[];
  /** Why the world could not be run, if it could not. */
  readonly refused: string | null;
}

/** Search one world; one that cannot be built is refused by name. */
export function runWorldTask(image: KernelImage, task: SourceTask): WorldAnswer {
  try {
    return { ...searchWorld(image, task.world, task.check), refused: null };
  } catch (e) {
    if (!(e instanceof SourceError) || e.code !== 'RW309') throw e;
    return { search: null, findings: [], refused: e.message };
  }
}

/** The answers of @tasks, in their order. @jobs: worker threads; with one there are none. */
export async function runWorldTasks(
  image: KernelImage,
  tasks: readonly SourceTask[],
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
  const { ref } = image;
  const queue = longestFirst(tasks);
  const work = async (worker: Worker): Promise<void> => {
    for (let i = queue.shift(); i !== undefined; i = queue.shift()) {
      const answer = await ask(worker, { ref, task: tasks[i]! });
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

/** Numbers of the tasks: worlds with more threads and devices first, so that all end together. */
function longestFirst(tasks: readonly SourceTask[]): number[] {
  const weight = ({ world }: SourceTask): number =>
    world.threads.length * 100 + world.devices.length;
  return [...tasks.keys()].sort((a, b) => weight(tasks[b]!) - weight(tasks[a]!));
}

function ask(worker: Worker, task: SentTask): Promise<WorldAnswer> {
  return new Promise((done, failed) => {
    worker.once('error', failed);
    worker.once('message', (answer: WorldAnswer) => {
      worker.off('error', failed);
      done(answer);
    });
    worker.postMessage(task);
  });
}
