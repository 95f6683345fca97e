// SPDX-License-Identifier: GPL-2.0-only
// What is wrong with a scene, thrown: a code, one sentence, and what to do about it.

import { type ErrorCode, fail, formatUserError } from '#base/errors';

/** The codes of what can be wrong with a scene, or with how it is asked about. */
export type SceneErrorCode = Extract<ErrorCode, `RW40${number}`>;

/** A fault in a scene or in the options of a check; the message has the code and the hint. */
export class SceneError extends Error {
  override readonly name = 'SceneError';
  readonly code: SceneErrorCode;
  /** What to do next, without a full stop. */
  readonly hint: string;

  constructor(code: SceneErrorCode, sentence: string, hint: string) {
    const { error } = fail(code, sentence, hint);
    super(formatUserError(error));
    this.code = error.code;
    this.hint = error.hint;
  }
}

/** Refuses @count threads where @what has at most @most in its runs: they are parts of keys. */
export function assertThreads(count: number, most: number, what: string): void {
  if (count <= most) return;
  const hint = 'start fewer threads, or let one do the work of several';
  throw new SceneError('RW406', `${what} has at most ${most} threads in all its runs`, hint);
}
