// SPDX-License-Identifier: GPL-2.0-only
// What the documents say stands somewhere stands there.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root, texts } from './sources.ts';

const documents = texts.filter(
  (t) => t.name.endsWith('.md') && !/CHANGELOG|docs\/findings/.test(t.name),
);

const place = '`((?:src|test|scripts|bench|schema|examples)/[\\w./-]*)`';

/** What @pattern finds of paths in the documents, as "document: path". */
function named(pattern: string): string[] {
  return documents.flatMap((d) =>
    [...d.text.matchAll(new RegExp(pattern, 'g'))].map((m) => `${d.name}: ${m[1]}`),
  );
}

const isThere = (each: string): boolean => existsSync(path.join(root, each.split(': ')[1]!));

test('every path that a document names is there, but for files that the reader is to make', () => {
  const made = named(`New file ${place}`);
  const all = named(place).filter((each) => !made.includes(each));
  expect(all.length).toBeGreaterThan(40);
  expect(all.filter((each) => !isThere(each))).toEqual([]);
  expect(made.filter(isThere)).toEqual([]);
});

test('every name that is said to be in a file is exported by it', () => {
  const said = documents.flatMap((d) =>
    [...d.text.matchAll(/((?:`\w+`(?:,| and)? )+)in `(src\/[\w./-]+\.ts)`/g)].flatMap((m) =>
      [...m[1]!.matchAll(/`(\w+)`/g)].map((name) => ({ name: name[1]!, file: m[2]! })),
    ),
  );
  expect(said.length).toBeGreaterThan(20);
  const wrong = said.filter(({ name, file }) => {
    const text = texts.find((t) => t.name === file)?.text ?? '';
    return !new RegExp(`^export .*\\b${name}\\b`, 'm').test(text);
  });
  expect(wrong).toEqual([]);
});
