// SPDX-License-Identifier: GPL-2.0-only
// Who writes a finding: this program's version, and a hash of its model and its checker.
//
// The hash is that of the sources, however the program is run: a build notes it in dist/model.json
// (scripts/model-hash.mjs), and from the sources it is computed when it is first asked for.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Producer } from '#finding/finding';

/** What decides how a schedule runs and what it breaks. */
const folders = ['base', 'checker', 'env', 'kernel', 'properties', 'run', 'windows', 'worlds'];

let known: Producer | undefined;

/** This program. */
export function producer(): Producer {
  known ??= { name: 'racewindow', version: version(), model: noted() ?? modelHash() };
  return known;
}

/** `unknown` where this module was bundled into another program. */
function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  if (!existsSync(file)) return 'unknown';
  const of = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
  return of.name === 'racewindow' && of.version ? of.version : 'unknown';
}

/** The hash that the build has noted; null where the sources run themselves. */
function noted(): string | null {
  const file = new URL('../model.json', import.meta.url);
  if (!existsSync(file)) return null;
  return (JSON.parse(readFileSync(file, 'utf8')) as { model: string }).model;
}

/** The hash of the sources under @src; null where they are not there (in a bundle). */
export function modelHash(src = new URL('../', import.meta.url)): string | null {
  if (!folders.every((folder) => existsSync(new URL(`${folder}/`, src)))) return null;
  const hash = createHash('sha256');
  for (const folder of folders) {
    const names = readdirSync(new URL(`${folder}/`, src), { recursive: true }).map(String);
    for (const name of names.filter((n) => n.endsWith('.ts')).sort()) {
      const path = `${folder}/${name.replaceAll('\\', '/')}`;
      hash
        .update(`${path}\0`)
        .update(readFileSync(new URL(path, src)))
        .update('\0');
    }
  }
  return hash.digest('hex').slice(0, 16);
}
