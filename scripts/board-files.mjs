// SPDX-License-Identifier: GPL-2.0-only
// The blobs of Debian's boards that scripts/fetch-boards has brought into the cache.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './debian.mjs';

/** Directories of the boards of each architecture; those that are not there are left out. */
export function boardDirectories() {
  const cache = cacheDirectory('boards');
  return ['current', 'current-armhf'].flatMap((file) => {
    const current = join(cache, file);
    if (!existsSync(current)) return [];
    const dir = join(cache, readFileSync(current, 'utf8').trim(), 'dtb');
    return existsSync(dir) ? [dir] : [];
  });
}

/** All blobs below @dirs, sorted: name and bytes. */
export function* boardFiles(dirs) {
  for (const dir of dirs) {
    const names = readdirSync(dir, { recursive: true }).filter((f) => f.endsWith('.dtb'));
    for (const name of names.sort()) {
      yield { name, bytes: new Uint8Array(readFileSync(join(dir, name))) };
    }
  }
}
