// SPDX-License-Identifier: GPL-2.0-only
// Errors of the source part that a user can mend: a code, one sentence, a hint.

import { type ErrorCode, formatUserError } from '#base/errors';

/** The codes of this part. */
export type SourceErrorCode = Extract<ErrorCode, `RW3${string}`>;

/** A coded error; `message` is one sentence, `hint` says what to do next. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;
  readonly hint: string;
  constructor(code: SourceErrorCode, message: string, hint: string) {
    super(message);
    this.name = 'SourceError';
    this.code = code;
    this.hint = hint;
  }
  /** As any error of a user is printed. */
  format(): string {
    return formatUserError(this);
  }
}
