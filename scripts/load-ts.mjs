// SPDX-License-Identifier: GPL-2.0-only
// Import a TypeScript file of this checkout: bundled into a temporary file, sources as they are.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The exports of @path, which is relative to the root of the checkout. */
export async function loadTs(path) {
  const dir = await mkdtemp(join(tmpdir(), 'racewindow-'));
  try {
    const outfile = join(dir, 'bundle.mjs');
    await bundle(outfile, { entryPoints: [join(root, path)] });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
