// SPDX-License-Identifier: GPL-2.0-only
// The URL of a queue: what is none, and what may be told of one. Passwords are never told.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';

/** Where a queue is. */
export interface Address {
  /** With everything in it; not to be printed. */
  readonly url: string;
  /** Host, port and database. */
  readonly where: string;
}

const hint = 'write postgres://USER@HOST/DATABASE; in a password, / is %2F, @ is %40, # is %23';

/** Read @text. Nothing of a text that cannot be read is told: it may have a password anywhere. */
export function readAddress(text: string): Result<Address, UserError> {
  if (!URL.canParse(text)) return fail('RW121', 'the URL of the queue cannot be read', hint);
  const { protocol, host, pathname, hash, search } = new URL(text);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    const kinds = 'it is not one of PostgreSQL';
    return fail('RW121', `the URL of the queue cannot be used: ${kinds}`, hint);
  }
  // A password with such a character ends where nobody looks for one.
  const isTorn = /[@/]/.test(pathname.slice(1)) || hash !== '' || search.includes('@');
  if (isTorn) return fail('RW121', 'the URL of the queue has / @ or # in an odd place', hint);
  return ok({ url: text, where: `${host === '' ? 'this machine' : host}${pathname}` });
}
