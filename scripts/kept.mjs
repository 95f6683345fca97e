// SPDX-License-Identifier: GPL-2.0-only
// Long sweeps in parts: what was explored is kept in a file, and a part ends after so many minutes.
//
// A line of the file is a key and a result. The key has the hash of the model, so that nothing is
// taken over from another one; it says nothing of how many threads there were or which part it was.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The time of this part is over before a job could begin. */
export class Late extends Error {}

function hashOf(value) {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

/** Results by key; of a line that was cut off, and all behind it, nothing is taken. */
function readKept(file) {
  const known = new Map();
  if (!existsSync(file)) return known;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    try {
      known.set(...JSON.parse(line));
    } catch {
      break;
    }
  }
  return known;
}

/**
 * An explorer that asks @explorer only for what @file lacks, and throws Late once @minutes are
 * over. Without a file nothing is kept; without minutes there is no end.
 */
export function keeping(explorer, { file, minutes, model }) {
  const known = file === undefined ? new Map() : readKept(file);
  const end = minutes === undefined ? Infinity : performance.now() + minutes * 60_000;
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
  const explore = async (job) => {
    const { derived, spec, options, window } = job;
    const fixes = spec.userFixes.map((fix) => fix.sha256);
    const { world, classKey } = derived;
    const key = hashOf([model, spec.commits, fixes, world, classKey, options, window ?? null]);
    const before = known.get(key);
    if (before !== undefined) return before;
    if (performance.now() > end) throw new Late();
    const result = await explorer.explore(job);
    known.set(key, result);
    if (file !== undefined) appendFileSync(file, `${JSON.stringify([key, result])}\n`);
    return result;
  };
  return { explore, close: () => explorer.close() };
}

/** Call @each with every item, @jobs at a time; how many were left when the time was over. */
export async function inParts(items, jobs, each) {
  const queue = [...items];
  let left = 0;
  const work = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await each(item);
      } catch (error) {
        if (!(error instanceof Late)) throw error;
        left += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return left;
}
