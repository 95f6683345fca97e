// SPDX-License-Identifier: GPL-2.0-only
// A lock file that names its owner, from Node's own modules only: set-up and downloads take one.
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** A lock file is made empty and filled at once; one that stays empty has lost its owner. */
const emptyMsMax = 5_000;
const pollMs = 100;

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** True if the process that made the lock file may still want it. */
function isHeld(path) {
  try {
    const owner = Number(readFileSync(path, 'utf8'));
    return owner > 0 ? isAlive(owner) : Date.now() - statSync(path).mtimeMs < emptyMsMax;
  } catch {
    return false;
  }
}

/**
 * Take a lock away whose owner is gone. Whoever renames it first has it; if a new owner came
 * between the look and the rename, the lock is put back.
 */
function takeAway(path) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (isHeld(aside)) linkSync(aside, path);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true, recursive: true });
  }
}

/**
 * Take the lock file @path, waiting for at most @waitMsMax for another owner to let it go.
 * Returns what lets it go, or null after so much waiting. Throws where it cannot be written.
 */
export function takeLock(path, waitMsMax) {
  const until = Date.now() + waitMsMax;
  for (;;) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isHeld(path)) takeAway(path);
    else if (Date.now() >= until) return null;
    else sleep(pollMs);
  }
}
