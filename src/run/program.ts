// SPDX-License-Identifier: GPL-2.0-only
// Which program this is, so closely that two which are the same have the same results.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A digest of Node's version and all files that this program is made of. */
export function programDigest(): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const hash = createHash('sha256').update(process.version);
  for (const name of (readdirSync(root, { recursive: true }) as string[]).sort()) {
    if (/\.d\.ts$/.test(name) || !/\.[jt]s$/.test(name)) continue;
    hash.update(`${name}\0`).update(readFileSync(path.join(root, name)));
  }
  return hash.digest('hex');
}
