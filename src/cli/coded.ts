// SPDX-License-Identifier: GPL-2.0-only
// What the commands that build a kernel tree share: coded errors as values, and a progress bar.

import { CodedError, type UserError } from '#base/errors';
import { err, type Result } from '#base/result';
import type { Io } from './io.ts';

/** Turn a coded error that was thrown into a value; anything else is our fault and goes on up. */
export async function coded<T>(
  run: () => Promise<Result<T, UserError>>,
): Promise<Result<T, UserError>> {
  try {
    return await run();
  } catch (e) {
    if (!(e instanceof CodedError)) throw e;
    return err(e.told);
  }
}

/** Says on standard error how far a build has come. */
export function buildProgress(io: Io): (done: number, total: number, what: string) => void {
  let shown = '';
  return (done, total, what) => {
    const bar = '#'.repeat(Math.round((20 * done) / total)).padEnd(20, '.');
    const line = `build [${bar}] ${done}/${total} ${what}`;
    if (line !== shown) io.err(`${line}\n`);
    shown = line;
  };
}
