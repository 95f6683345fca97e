// SPDX-License-Identifier: GPL-2.0-only
// TypeScript of this checkout as one file for Node: the sources as they are, not what is built.
import { build } from 'esbuild';

/** Bundle into @outfile what @what names: `entryPoints` or `stdin`, as esbuild has them. */
export async function bundle(outfile, what) {
  await build({
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['racewindow-src'],
    logLevel: 'warning',
    ...what,
  });
}
