// SPDX-License-Identifier: GPL-2.0-only
// Errors of the source part that a user can mend: a code, one sentence, a hint.

import { CodedError, type ErrorCode } from '#base/errors';

/** The codes of this part. */
export type SourceErrorCode = Extract<ErrorCode, `RW3${string}`>;

/** A coded error of this part; `message` is one sentence, `hint` says what to do next. */
export class SourceError extends CodedError {
  constructor(code: SourceErrorCode, message: string, hint: string) {
    super({ code, message, hint });
    this.name = 'SourceError';
  }
}
