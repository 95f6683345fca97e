// SPDX-License-Identifier: GPL-2.0-only
// Nothing is shipped that nobody uses: each file is reached from a command, the exports of the
// package or a worker, and each export is named by another file.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { importsOf, moduleOf } from './modules.ts';
import { programs, root, type SourceFile } from './sources.ts';

/** Files that scripts and tests alone use, for as long as they do; a test makes the man page. */
const forScripts: readonly string[] = ['cli/man', 'questions/commit-effects-search'];

const sources = programs.filter((p) => p.name.startsWith('src/'));
const nameOf = (file: SourceFile): string => file.name.slice('src/'.length).replace(/\.ts$/, '');

/** Where the program and its users come in: the command, the exports, the workers, the pages. */
function entries(): string[] {
  const manifest = readFileSync(path.join(root, 'package.json'), 'utf8');
  const shipped = [...manifest.matchAll(/"(?:\.\/)?dist\/([\w/-]+)\.js"/g)].map((m) => m[1]!);
  const workers = sources.flatMap((file) =>
    [...file.text.matchAll(/new URL\('\.\/([\w/-]+)\.js', import\.meta\.url\)/g)].map((m) =>
      path.posix.join(path.posix.dirname(nameOf(file)), m[1]!),
    ),
  );
  const bundler = readFileSync(path.join(root, 'scripts/build-page.mjs'), 'utf8');
  const page = [...bundler.matchAll(/join\(page, '(\w+)\.ts'\)/g)].map((m) => `view/page/${m[1]}`);
  return [...shipped, ...workers, ...page];
}

/** Modules that can be come to from @from. */
function reached(from: readonly string[], files: readonly SourceFile[]): Set<string> {
  const text = new Map(files.map((f) => [nameOf(f), f]));
  const seen = new Set<string>();
  const next = [...from];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    const file = text.get(at);
    if (seen.has(at) || file === undefined) continue;
    seen.add(at);
    next.push(...importsOf(file.name, file.text).flatMap((i) => moduleOf(i) ?? []));
  }
  return seen;
}

test('each file is reached from where the program is entered', () => {
  const from = entries();
  expect(from.length).toBeGreaterThan(8);
  const seen = reached(from, sources);
  const missed = sources.filter((f) => f.name.endsWith('.ts')).map(nameOf);
  expect(missed.filter((name) => !seen.has(name))).toEqual(forScripts);
});

test('a file that nobody imports is found', () => {
  const file = (name: string, text: string): SourceFile => ({ name, text, lines: [] });
  const files = [
    file('src/a/main.ts', "import { b } from './b.ts';\nawait import('#c/d');"),
    file('src/a/b.ts', ''),
    file('src/c/d.ts', ''),
    file('src/c/e.ts', "import { d } from './d.ts';"),
  ];
  expect([...reached(['a/main'], files)].sort()).toEqual(['a/b', 'a/main', 'c/d']);
});

const value = 'export (?:abstract )?(?:async )?(?:const|let|function\\*?|class|enum) (\\w+)';
const exported = new RegExp(`^${value}|^export (?:interface|type) (\\w+)`, 'gm');

/** Modules that @file reads: by an import, or by their path in quotes, as scripts do. */
function modulesOf(file: SourceFile): Set<string> {
  const quoted = [
    ...file.text.matchAll(/'(?:[./]*(?:dist|src)\/)?([\w-]+(?:\/[\w-]+)+)(?:\.[jt]s)?'/g),
  ];
  const imported = importsOf(file.name, file.text).flatMap((i) => moduleOf(i) ?? []);
  return new Set([...imported, ...quoted.map((m) => m[1]!)]);
}

/** Exports of @files that no file of @all names which reads their module. */
function unnamed(files: readonly SourceFile[], all: readonly SourceFile[]): string[] {
  const readers = new Map<string, Set<string>[]>();
  for (const file of all) {
    const words = new Set(file.text.match(/\w+/g) ?? []);
    for (const module of modulesOf(file)) {
      readers.set(module, [...(readers.get(module) ?? []), words]);
    }
  }
  return files.flatMap((file) =>
    [...file.text.matchAll(exported)].flatMap((m) => {
      const name = (m[1] ?? m[2])!;
      const isNamed = readers.get(nameOf(file))?.some((words) => words.has(name)) ?? false;
      return isNamed ? [] : [`${file.name}: ${name}`];
    }),
  );
}

test('each export is named by another file', () => {
  // The functions of the kernel are gathered from their modules, whole (kernel/functions.ts), and
  // so are those of env (env/index.ts): of these two, types alone are looked at.
  const isGathered = (line: string): boolean => /^src\/(kernel|env)\/.*: [a-z_]\w*$/.test(line);
  expect(unnamed(sources, programs).filter((line) => !isGathered(line))).toEqual([]);
});

test('an export that nobody names is found', () => {
  const file = (name: string, text: string): SourceFile => ({ name, text, lines: [] });
  const a = file(
    'src/x/a.ts',
    'export const one = 1;\nexport function two(): Three {}\n' +
      'export type Three = 3;\nexport type Four = 4;\nexport const five = 5;',
  );
  const b = file('src/x/b.ts', "import { two } from './a.ts';");
  // It names one of another module, or of none.
  const c = file('src/x/c.ts', "import { one } from '../y/a.ts';\nconst five = 5;");
  const script = file('scripts/d.mjs', "const { five } = await load('x/a');");
  const dead = ['src/x/a.ts: one', 'src/x/a.ts: Three', 'src/x/a.ts: Four'];
  expect(unnamed([a], [a, b, c])).toEqual([...dead, 'src/x/a.ts: five']);
  expect(unnamed([a], [a, b, script])).toEqual(dead);
});
