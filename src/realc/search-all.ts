// SPDX-License-Identifier: GPL-2.0-only
// Searches worlds one after the other here, or several at once in worker threads; same results.

import type { CheckOptions } from '#finding/report';
import { SourceError } from '#realc/build/errors';
import type { ImageRef, KernelImage } from '#realc/build/image';
import { heaviestFirst, openPool, runAll } from '#run/pool';
import type { World } from '#worlds/world';
import { type SourceFinding, searchWorld, type WorldSearch } from './search-world.ts';

/** A world to search. */
interface SourceTask {
  readonly world: World;
  readonly check: Pick<
    CheckOptions,
    'strategy' | 'timeMaxMs' | 'statesMax' | 'properties' | 'windows'
  >;
}

/** What a worker thread is sent. */
export interface ImageTask {
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
  const { ref } = image;
  const here = ({ task }: ImageTask): WorldAnswer => runWorldTask(image, task);
  const entry = new URL('./worker.js', import.meta.url);
  const pool = openPool({ here, entry }, { jobs, most: tasks.length });
  const sent = tasks.map((task) => ({ ref, task }));
  // Worlds with more threads and devices take longer.
  const order = heaviestFirst(tasks, ({ world }) => {
    return world.threads.length * 100 + world.devices.length;
  });
  try {
    return await runAll(pool, sent, onDone, order);
  } finally {
    await pool.close();
  }
}
