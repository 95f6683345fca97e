// SPDX-License-Identifier: GPL-2.0-only
// What the documents say stands somewhere stands there.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root, texts } from './sources.ts';

const documents = texts.filter(
  (t) => t.name.endsWith('.md') && !/CHANGELOG|docs\/findings/.test(t.name),
);

/** Paths of this repository that @text names in backquotes. */
function places(text: string): string[] {
  return [...text.matchAll(/`((?:src|test|scripts|bench|schema|examples)\/[\w./-]*)`/g)].map(
    (m) => m[1]!,
  );
}

test('every path that a document names is there', () => {
  const named = documents.flatMap((d) => places(d.text).map((place) => `${d.name}: ${place}`));
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((n) => !existsSync(path.join(root, n.split(': ')[1]!)))).toEqual([]);
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
