// SPDX-License-Identifier: GPL-2.0-only
// What the commands that take --queue share: hands behind a queue, for as long as they are needed.

import { wrap } from '#base/text';
import type { Address } from '#queue/address';
import type { JobQueue } from '#queue/job-queue';
import type { Hands } from '#run/hands';
import type { Io } from './io.ts';

/** What --queue is read as. */
export interface QueueArguments {
  readonly queue?: Address;
}

/** The queue at @address, for this program. */
export async function openQueue(address: Address, io: Io): Promise<JobQueue> {
  const [{ openPgBoss }, { pause }, { thisProgram }] = await Promise.all([
    import('#queue/pg-boss'),
    import('#queue/job-queue'),
    import('#queue/wire'),
  ]);
  const onTrouble = (text: string): void => io.err(`queue: ${text}\n`);
  return openPgBoss(address, thisProgram(), { pause, onTrouble });
}

/**
 * Run @run with the hands behind --queue; with none of its own where there is no such option.
 * Ctrl-C takes back what nobody does yet, unless the command @stops and tells what it has.
 */
export async function withQueue<T>(
  { queue: address }: QueueArguments,
  io: Io,
  run: (hands: Hands | undefined) => Promise<T>,
  stops = false,
): Promise<T> {
  if (address === undefined) return run(undefined);
  const [{ queueHands }, { pause }, { programText, thisProgram }] = await Promise.all([
    import('#queue/hands'),
    import('#queue/job-queue'),
    import('#queue/wire'),
  ]);
  const queue = await openQueue(address, io);
  const onIdle = (): void => {
    const text = `nobody takes tasks at ${queue.where}; racewindow worker --queue URL does,
      if it is ${programText(thisProgram())}`;
    io.err(`${wrap(text.replace(/\s+/g, ' '), { first: 'queue: ', rest: '  ' }).join('\n')}\n`);
  };
  const hands = queueHands(queue, { pause, onIdle });
  const onStop = (): void => {
    const again = (): void => void process.kill(process.pid, 'SIGINT');
    void hands.close().finally(again);
  };
  if (!stops) process.once('SIGINT', onStop);
  try {
    return await run(hands);
  } finally {
    process.removeListener('SIGINT', onStop);
    await queue.close();
  }
}
