// SPDX-License-Identifier: GPL-2.0-only
// Runs tasks one after the other here, or several at once in worker threads; same results.

import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { runWorld, type WorldOutcome, type WorldTask } from './run-world.ts';

/**
 * The outcomes of @tasks, in their order. @jobs: worker threads; with one there are none, and with
 * more the compiled entry is used, since worker threads load no TypeScript.
 */
export async function runTasks(
  tasks: readonly WorldTask[],
  jobs: number,
  onDone: (index: number, outcome: WorldOutcome) => void,
): Promise<WorldOutcome[]> {
  const entry = new URL('./worker.js', import.meta.url);
  const threads = Math.min(jobs, tasks.length, availableParallelism());
  if (threads <= 1 || !import.meta.url.endsWith('.js')) return runHere(tasks, onDone);
  const pool = new Piscina({
    filename: entry.href,
    minThreads: threads,
    maxThreads: threads,
    execArgv: [],
  });
  try {
    return await Promise.all(
      tasks.map(async (task, i) => {
        const outcome = (await pool.run(task)) as WorldOutcome;
        onDone(i, outcome);
        return outcome;
      }),
    );
  } finally {
    await pool.destroy();
  }
}

async function runHere(
  tasks: readonly WorldTask[],
  onDone: (index: number, outcome: WorldOutcome) => void,
): Promise<WorldOutcome[]> {
  const outcomes: WorldOutcome[] = [];
  for (const [i, task] of tasks.entries()) {
    const outcome = runWorld(task);
    outcomes.push(outcome);
    onDone(i, outcome);
    // Let progress be drawn between worlds.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return outcomes;
}
