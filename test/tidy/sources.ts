// SPDX-License-Identifier: GPL-2.0-only
// The files of this repository, for the tests that read them.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the checkout. */
export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** A text file: its path from the top, with forward slashes, and its text. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
  readonly lines: readonly string[];
}

const skipped = new Set(['node_modules', 'dist', 'out', 'coverage', 'golden', '.git']);
const ignored = /^(package-lock\.json|COPYING)$/;

function walk(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((e) => !skipped.has(e.name) && !e.name.endsWith('.lock'))
    .flatMap((e) => {
      const name = folder === '' ? e.name : `${folder}/${e.name}`;
      return e.isDirectory() ? walk(name) : e.isFile() ? [name] : [];
    })
    .sort();
}

function read(name: string): SourceFile {
  const text = readFileSync(path.join(root, name), 'utf8');
  return { name, text, lines: text.split('\n') };
}

/** Names of all files that are not generated, installed or ignored. */
export const fileNames: readonly string[] = walk('').filter((name) => !ignored.test(name));

/** Programs of this project: TypeScript and scripts. */
export const programs: readonly SourceFile[] = fileNames
  .filter((name) => /\.(ts|mts|mjs|js)$/.test(name))
  .map(read);

const binary = /\.(dtb|wasm|bin|gz|xz|zst|png|ico|dat|aml)$/;

/** Everything that is text. */
export const texts: readonly SourceFile[] = fileNames
  .filter((name) => !binary.test(name))
  .map(read)
  .filter((file) => !file.text.includes('\u0000'));
