// SPDX-License-Identifier: GPL-2.0-only
// The checker, the model and what a finding is run in a browser: they ask nothing of Node.
import { expect, test } from 'vitest';
import { importsOf, moduleOf } from './modules.ts';
import { programs } from './sources.ts';

const FOLDERS = [
  'base',
  'checker',
  'env',
  'finding',
  'kernel',
  'platform',
  'properties',
  'view/engine',
  'view/model',
  'view/page',
  'windows',
  'worlds',
];

/** Names of Node's that are there without an import. */
const GLOBALS = /\b(?:Buffer|process|require|__dirname|__filename|setImmediate)\b(?=[.([])/g;

/** What a file of this @name with this @text asks of Node. */
function asksOfNode(name: string, text: string): string[] {
  const modules = importsOf(name, text).filter(
    // What draws a page is bundled into it.
    ({ specifier }) => /^node:|^[a-z@]/.test(specifier) && !/^lit-html(\/|$)/.test(specifier),
  );
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const globals = [...code.matchAll(GLOBALS)].map(([global]) => global);
  return [...modules.map((m) => m.specifier), ...globals];
}

/** Files of these folders, and all that they import, by name. */
function reached(): string[] {
  const texts = new Map(programs.map(({ name, text }) => [name, text]));
  const names = [...texts.keys()];
  const todo = names.filter((name) => FOLDERS.some((f) => name.startsWith(`src/${f}/`)));
  const seen = new Set(todo);
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    for (const each of importsOf(name, texts.get(name)!)) {
      const target = each.typeOnly ? null : moduleOf(each);
      const file = `src/${target}.ts`;
      if (target === null || seen.has(file) || !texts.has(file)) continue;
      seen.add(file);
      todo.push(file);
    }
  }
  return [...seen];
}

test('nothing of Node is asked for', () => {
  const files = reached();
  expect(files.length).toBeGreaterThan(200);
  const texts = new Map(programs.map(({ name, text }) => [name, text]));
  const faults = files.flatMap((name) =>
    asksOfNode(name, texts.get(name)!).map((what) => `${name}: ${what}`),
  );
  expect(faults).toEqual([]);
});

test.each([
  ["import { rmSync } from 'node:fs';"],
  ["import type { Stats } from 'node:fs';"],
  ["const fs = await import('node:fs');"],
  ["import ajv from 'ajv';"],
  ['const b = Buffer.alloc(8);'],
  ['if (process.argv[2]) x();'],
])('%s is found', (text) => expect(asksOfNode('src/checker/a.ts', text)).toHaveLength(1));

test('a word in a comment is not taken for a use', () => {
  expect(asksOfNode('src/checker/a.ts', '// Buffer.alloc(8) is not\n/* process.exit() */')).toEqual(
    [],
  );
});
