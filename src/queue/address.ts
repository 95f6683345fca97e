// SPDX-License-Identifier: GPL-2.0-only
// The URL of a queue: what is none, and what may be told of one. Passwords are never told.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { printable } from '#base/text';

/** Where a queue is. */
export interface Address {
  /** With everything in it, as the driver is to read it; not to be printed. */
  readonly url: string;
  /** Host, port and database. */
  readonly where: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const hint =
  'write postgres://USER@HOST/DATABASE; in a password, / is %2F, @ is %40, # is %23, % is %25';

/**
 * Read @text; what it leaves out is in @env, as for every program of PostgreSQL. Nothing of a text
 * that cannot be read is told: it may have a password anywhere.
 */
export function readAddress(
  text: string,
  env: Environment = process.env,
): Result<Address, UserError> {
  // A % without two digits is meant as it is; the driver then reads other codes wrongly.
  const whole = text.trim().replace(/%(?![0-9a-f]{2})/gi, '%25');
  if (!URL.canParse(whole)) return fail('RW121', 'the URL of the queue cannot be read', hint);
  const url = new URL(whole);
  if (!/^postgres(ql)?:\/\//i.test(whole)) {
    const kinds = 'it is not one of PostgreSQL';
    return fail('RW121', `the URL of the queue cannot be used: ${kinds}`, hint);
  }
  const { username, password, hostname, pathname, searchParams } = url;
  // A password with such a character ends where nobody looks for one.
  const isTorn = /[@/]/.test(pathname.slice(1)) || url.hash !== '' || url.search.includes('@');
  if (isTorn) return fail('RW121', 'the URL of the queue has / @ or # in an odd place', hint);
  if (![username, password, hostname, pathname].every(isText)) {
    return fail('RW121', 'the URL of the queue has a % code that is no character', hint);
  }
  const host = searchParams.get('host') || decodeURIComponent(hostname) || env['PGHOST'] || '';
  const port = searchParams.get('port') || url.port || env['PGPORT'] || '';
  if (port !== '' && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536)) {
    const what = 'the port of the queue, in its URL or in PGPORT, cannot be used';
    return fail('RW121', what, 'give a number from 1 to 65535');
  }
  // The driver takes these for verify-full, and warns of it; where verify-full stands it does not.
  const isLoose = /^(prefer|require|verify-ca)$/.test(searchParams.get('sslmode') ?? '');
  if (isLoose && searchParams.get('uselibpqcompat') !== 'true') {
    searchParams.set('sslmode', 'verify-full');
  }
  // A host that is a path is a socket here.
  const at = host === '' || host.startsWith('/') ? 'this machine' : host;
  const database = decodeURIComponent(pathname.slice(1));
  const where = `${at}${port === '' ? '' : `:${port}`}${database === '' ? '' : `/${database}`}`;
  return ok({ url: url.href, where: printable(where) });
}

function isText(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
