// SPDX-License-Identifier: GPL-2.0-only
// Who may import whom: the table of ARCHITECTURE.md, "Folders", in full.
import { expect, test } from 'vitest';
import { type Import, importsOf, moduleOf } from './modules.ts';
import { programs } from './sources.ts';

/** What a folder of src/ may import. */
interface Column {
  /** Other folders, whole. */
  readonly folders: readonly string[];
  /** Single modules of other folders. */
  readonly modules?: readonly string[];
  /** Folders of which it may import types only. */
  readonly types?: readonly string[];
  /** Packages, `node:` for Node's own. */
  readonly packages?: readonly string[];
  /**
   * Its own folders, each with those of its own that it may import, types or not. Files that
   * stand beside them may import all of them, and none of these may import such a file.
   */
  readonly rooms?: Readonly<Record<string, readonly string[]>>;
}

const columns: Readonly<Record<string, Column>> = {
  base: { folders: [] },
  firmware: { folders: ['base'], packages: ['node:fs', 'node:path'] },
  platform: { folders: ['base', 'firmware'] },
  log: { folders: ['base'] },
  env: { folders: [] },
  finding: { folders: [], types: ['env'] },
  kernel: { folders: ['base', 'env'] },
  checker: {
    folders: ['base', 'finding'],
    modules: ['env/op', 'env/frames'],
    rooms: {
      tables: [],
      program: [],
      machine: ['program', 'tables'],
      reduce: ['machine', 'program', 'tables'],
      dpor: ['program'],
      search: ['dpor', 'machine', 'program', 'reduce', 'tables'],
      detect: ['machine', 'program', 'reduce', 'search', 'tables'],
      explain: ['machine', 'program', 'reduce', 'search', 'tables'],
      strategies: ['detect', 'dpor', 'machine', 'program', 'reduce', 'search'],
    },
  },
  worlds: { folders: ['base', 'env', 'kernel', 'platform'] },
  properties: {
    folders: ['base'],
    modules: ['kernel/index', 'env/events'],
    types: ['checker', 'env', 'finding', 'worlds'],
  },
  windows: {
    folders: ['base', 'properties', 'worlds'],
    modules: ['kernel/index', 'env/events'],
    types: ['checker', 'env'],
  },
  run: {
    folders: ['base', 'checker', 'env', 'finding', 'kernel', 'properties', 'windows', 'worlds'],
    packages: ['piscina', 'node:'],
  },
  questions: {
    folders: [
      'base',
      'checker',
      'finding',
      'kernel',
      'platform',
      'properties',
      'run',
      'windows',
      'worlds',
    ],
  },
  diagnosis: {
    folders: ['base', 'kernel', 'log', 'platform', 'run', 'windows', 'worlds'],
    types: ['finding'],
  },
  realc: {
    folders: [
      'base',
      'checker',
      'env',
      'finding',
      'properties',
      'questions',
      'run',
      'windows',
      'worlds',
    ],
    types: ['kernel', 'platform'],
    packages: ['node:', '@yowasp/clang', 'diff'],
    rooms: {
      build: [],
      machine: ['build'],
      search: ['build', 'machine'],
      conform: ['build', 'machine', 'search'],
    },
  },
  queue: {
    folders: ['base', 'run'],
    packages: ['node:', 'pg-boss'],
  },
  reproduce: {
    folders: [
      ...['base', 'checker', 'env', 'finding', 'firmware', 'kernel', 'log', 'platform'],
      ...['properties', 'run'],
    ],
    types: ['worlds'],
    packages: ['node:'],
  },
  report: {
    folders: ['base', 'finding'],
    modules: ['platform/index', 'env/events'],
    types: ['env'],
    packages: ['ajv', 'node:'],
  },
  view: {
    folders: ['base', 'checker', 'finding', 'kernel', 'properties', 'report', 'run', 'windows'],
    types: ['platform', 'worlds'],
    packages: ['lit-html', 'node:'],
    rooms: {
      model: [],
      engine: ['model'],
      page: ['engine', 'model'],
    },
  },
  cli: {
    folders: [
      'base',
      'checker',
      'diagnosis',
      'finding',
      'firmware',
      'kernel',
      'log',
      'platform',
      'properties',
      'questions',
      'queue',
      'realc',
      'report',
      'reproduce',
      'run',
      'view',
      'windows',
      'worlds',
    ],
    packages: ['commander', 'esbuild', 'node:'],
  },
};

/** Imports against the table, as "file: specifier", for as long as they last. */
const exceptions: readonly string[] = [];

/**
 * Imports by which files come back to themselves, types counted, each with why: without them none
 * does, and by value none does anyhow. Functions of the kernel call each other across its files;
 * here each call goes through a table that a fix may change, and the type of the table is theirs.
 */
const closing: Readonly<Record<string, string>> = {
  'kernel/kernel -> kernel/functions': 'a kernel has the table, and each function takes a kernel',
  'kernel/types -> kernel/kernel': 'a driver has functions that take a kernel, and it has drivers',
};

/** What is wrong with an import, or null. */
function fault(each: Import): string | null {
  const { from, specifier, typeOnly } = each;
  const own = from.split('/')[1]!;
  const column = columns[own];
  if (!column) return `${from}: src/${own} is not in the table`;
  const target = moduleOf(each);
  if (target === null) {
    const known = (column.packages ?? []).some((p) => specifier === p || inside(specifier, p));
    return known || typeOnly ? null : `${from}: ${specifier}`;
  }
  const folder = target.split('/')[0]!;
  if (folder === own) return mayEnter(column, from, target) ? null : `${from}: ${specifier}`;
  if (column.folders.includes(folder) || column.modules?.includes(target)) return null;
  return typeOnly && column.types?.includes(folder) ? null : `${from}: ${specifier}`;
}

/** `machine` for `checker/machine/code`, '' for `checker/check`. */
const roomIn = (name: string): string => (name.split('/').length > 2 ? name.split('/')[1]! : '');

/** May a file import another one of its folder, as far as rooms go? */
function mayEnter(column: Column, from: string, target: string): boolean {
  if (!column.rooms) return true;
  const room = roomIn(from.slice('src/'.length));
  const other = roomIn(target);
  // The limits of a folder stand beside its rooms, in one list, and import nothing.
  if (target === `${target.split('/')[0]}/limits`) return true;
  return room === other || room === '' || (column.rooms[room]?.includes(other) ?? false);
}

function inside(specifier: string, name: string): boolean {
  return name.endsWith(':') ? specifier.startsWith(name) : specifier.startsWith(`${name}/`);
}

const imports = programs
  .filter((p) => /^src\/[^/]+\//.test(p.name))
  .flatMap((p) => importsOf(p.name, p.text));

test('a folder imports only what stands below it', () => {
  expect(imports.length).toBeGreaterThan(100);
  const faults = imports.flatMap((i) => fault(i) ?? []);
  expect(faults.filter((f) => !exceptions.includes(f))).toEqual([]);
  // An exception that nobody needs any more has to go.
  expect(exceptions.filter((e) => !faults.includes(e))).toEqual([]);
});

test('the limits beside rooms import nothing', () => {
  const roomy = Object.keys(columns).filter((own) => columns[own]?.rooms);
  const files = imports.filter(({ from }) => roomy.some((own) => from === `src/${own}/limits.ts`));
  expect(files.map(({ from, specifier }) => `${from}: ${specifier}`)).toEqual([]);
});

test('the table has nothing that nobody imports', () => {
  const used = new Set<string>();
  for (const each of imports) {
    const target = moduleOf(each);
    if (target === null) continue;
    const [own, folder] = [each.from.split('/')[1]!, target.split('/')[0]!];
    used.add(`${own} ${folder}`);
    if (own === folder) used.add(`${roomOf(each.from.slice('src/'.length))} ${roomOf(target)}`);
  }
  const idle = Object.entries(columns).flatMap(([own, column]) => [
    ...[...column.folders, ...(column.types ?? [])]
      .filter((f) => !used.has(`${own} ${f}`))
      .map((f) => `${own} -> ${f}`),
    ...Object.entries(column.rooms ?? {}).flatMap(([room, others]) =>
      others
        .filter((o) => !used.has(`${own}/${room} ${own}/${o}`))
        .map((o) => `${own}/${room} -> ${o}`),
    ),
  ]);
  expect(idle).toEqual([]);
});

/** `checker/machine/code` -> `checker/machine`. */
const roomOf = (name: string): string => name.split('/').slice(0, 2).join('/');

test('the table lets nobody come back to where he began', () => {
  const arrows = new Map(
    Object.entries(columns).map(([own, column]) => [
      own,
      [
        ...column.folders,
        ...(column.types ?? []),
        ...(column.modules ?? []).map((m) => m.split('/')[0]!),
      ],
    ]),
  );
  expect(circlesOf(arrows)).toEqual([]);
  for (const column of Object.values(columns)) {
    expect(circlesOf(new Map(Object.entries(column.rooms ?? {})))).toEqual([]);
  }
});

/** Who imports whom among @some, but for the arrows in @left. */
function graphOf(some: readonly Import[], left: readonly string[] = []): Map<string, string[]> {
  const arrows = new Map<string, string[]>();
  for (const each of some) {
    const target = moduleOf(each);
    const from = each.from.slice('src/'.length).replace(/\.ts$/, '');
    if (target === null || left.includes(`${from} -> ${target}`)) continue;
    arrows.set(from, [...(arrows.get(from) ?? []), target]);
  }
  return arrows;
}

test('files do not import each other in a circle, by value', () => {
  expect(circlesOf(graphOf(imports.filter((i) => !i.typeOnly)))).toEqual([]);
});

test('nor by type, but for what closes the one circle of the kernel', () => {
  const names = Object.keys(closing);
  expect(circlesOf(graphOf(imports, names))).toEqual([]);
  // Each of them does close one, and nothing but the kernel stands in it.
  for (const name of names) {
    const others = names.filter((other) => other !== name);
    const circles = circlesOf(graphOf(imports, others)).flatMap((circle) => circle.split(' '));
    expect(circles).toEqual(expect.arrayContaining(name.split(' -> ')));
    expect(circles.filter((file) => !file.startsWith('kernel/'))).toEqual([]);
  }
});

/** Those that can come back to themselves, each circle as its members in order. */
function circlesOf(arrows: ReadonlyMap<string, readonly string[]>): string[] {
  const reach = (from: string): Set<string> => {
    const seen = new Set<string>();
    const next = [from];
    for (let at = next.pop(); at !== undefined; at = next.pop()) {
      for (const to of arrows.get(at) ?? []) {
        if (!seen.has(to)) next.push(to);
        seen.add(to);
      }
    }
    return seen;
  };
  const all = new Map([...arrows.keys()].map((name) => [name, reach(name)]));
  const circles = new Set<string>();
  for (const [name, seen] of all) {
    if (!seen.has(name)) continue;
    circles.add(
      [...seen]
        .filter((s) => all.get(s)?.has(name))
        .sort()
        .join(' '),
    );
  }
  return [...circles].sort();
}

test('a circle is found', () => {
  const arrows = new Map([
    ['a', ['b', 'c']],
    ['b', ['d']],
    ['d', ['b', 'c']],
    ['c', []],
  ]);
  expect(circlesOf(arrows)).toEqual(['b d']);
});

test('an import that climbs is found', () => {
  const climbing = (from: string, text: string): string[] =>
    importsOf(from, text).flatMap((i) => fault(i) ?? []);
  expect(climbing('src/checker/a.ts', "import { x } from '#kernel/index';")).toHaveLength(1);
  expect(climbing('src/checker/a.ts', "import { x } from '../kernel/index.ts';")).toHaveLength(1);
  expect(climbing('src/env/a.ts', "await import('#checker/check');")).toHaveLength(1);
  expect(climbing('src/base/a.ts', "import fs from 'node:fs';")).toHaveLength(1);
  expect(climbing('src/finding/a.ts', "import type { X } from '#env/op';")).toEqual([]);
  expect(climbing('src/finding/a.ts', "import { x } from '#env/op';")).toHaveLength(1);
  expect(climbing('src/finding/a.ts', "import type { X } from '#checker/index';")).toHaveLength(1);
  expect(climbing('src/checker/a.ts', "import { load } from '#env/op';")).toEqual([]);
  const code = 'src/checker/machine/code.ts';
  expect(climbing(code, "import type { X } from '#checker/program/program';")).toEqual([]);
  expect(climbing(code, "import type { X } from '../reduce/discipline.ts';")).toHaveLength(1);
  expect(climbing(code, "import type { X } from '#checker/check';")).toHaveLength(1);
  expect(climbing('src/checker/new/a.ts', "import { x } from './b.ts';")).toEqual([]);
  expect(climbing('src/checker/new/a.ts', "import { x } from '../check.ts';")).toHaveLength(1);
});
