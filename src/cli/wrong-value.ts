// SPDX-License-Identifier: GPL-2.0-only
// The one wording for a value that an option cannot have.

import { fail, type UserError } from '#base/errors';
import type { Err } from '#base/result';

/** The error for a value that @flag cannot have: @why, and a @hint to what it can. */
export function wrongValue(flag: string, text: string, why: string, hint: string): Err<UserError> {
  return fail('RW064', `${flag} ${text}: ${why}`, hint);
}
