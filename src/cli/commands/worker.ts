// SPDX-License-Identifier: GPL-2.0-only
// racewindow worker: takes the tasks that other runs of racewindow have put into a job queue.

import { availableParallelism } from 'node:os';
import { formatUserError, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { plural, wrap } from '#base/text';
import { coded } from '#cli/coded';
import type { Io } from '#cli/io';
import { openQueue } from '#cli/queue';
import type { Address } from '#queue/address';
import { type ExitCode, exitCodes } from '#report/exit';

/** The options of the command line. */
interface WorkerArguments {
  readonly queue: Address;
  readonly jobs?: number;
}

/** Run the command: until it is told to stop. */
export async function runWorker(
  args: WorkerArguments,
  io: Io,
): Promise<Result<ExitCode, UserError>> {
  return coded(async () => {
    const queue = await openQueue(args.queue, io);
    const [{ workOn }, { pause }, { programText, thisProgram }] = await Promise.all([
      import('#queue/work'),
      import('#queue/job-queue'),
      import('#queue/wire'),
    ]);
    const [{ worldKind }, { sourceKind }, { threadsOf }] = await Promise.all([
      import('#run/world-pool'),
      import('#realc/search-all'),
      import('#run/hands'),
    ]);
    const jobs = Math.min(args.jobs ?? availableParallelism(), availableParallelism());
    const stop = new AbortController();
    const onStop = (): void => stop.abort();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onStop);
    const what = `${plural(jobs, 'task')} at once from ${queue.where}, as`;
    const text = `${what} ${programText(thisProgram())}`;
    io.err(`${wrap(text, { first: 'worker: ', rest: '  ' }).join('\n')}\n`);
    try {
      const done = await workOn(queue, {
        kinds: [worldKind(), sourceKind()],
        hands: threadsOf(jobs),
        jobs,
        signal: stop.signal,
        pause,
        onForeign: (error) => io.err(`${formatUserError(error)}\n`),
      });
      io.out(`${plural(done, 'task')} done\n`);
      return ok(exitCodes.holds);
    } finally {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, onStop);
      await queue.close();
    }
  });
}
