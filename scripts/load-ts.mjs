// SPDX-License-Identifier: GPL-2.0-only
// Import a TypeScript file of this checkout: bundled into a temporary file, sources as they are.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The exports of @path, which is relative to the root of the checkout. */
export async function loadTs(path) {
  const dir = await mkdtemp(join(tmpdir(), 'racewindow-'));
  try {
    const outfile = join(dir, 'bundle.mjs');
    await build({
      entryPoints: [join(root, path)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['racewindow-src'],
      logLevel: 'warning',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
