// SPDX-License-Identifier: GPL-2.0-only
// Who may import whom: the table of ARCHITECTURE.md, "Folders", in full.
import path from 'node:path';
import { expect, test } from 'vitest';
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
}

const columns: Readonly<Record<string, Column>> = {
  base: { folders: [] },
  firmware: { folders: ['base'], packages: ['node:fs'] },
  platform: { folders: ['base', 'firmware'] },
  env: { folders: ['base'] },
  kernel: { folders: ['base', 'env', 'platform'] },
  checker: {
    folders: ['base'],
    modules: ['env/op'],
    // To keep a search in a file.
    packages: ['node:fs', 'node:zlib', 'node:crypto'],
  },
  properties: {
    folders: ['base', 'env'],
    modules: ['kernel/index'],
    types: ['checker', 'kernel', 'worlds'],
  },
  signatures: {
    folders: ['base', 'env', 'properties'],
    types: ['checker', 'kernel', 'worlds'],
  },
  worlds: {
    folders: [
      'base',
      'env',
      'kernel',
      'platform',
      'firmware',
      'properties',
      'signatures',
      'checker',
    ],
    types: ['report'],
    packages: ['piscina', 'node:'],
  },
  source: {
    folders: ['base', 'env', 'checker', 'worlds', 'properties', 'signatures'],
    types: ['kernel', 'platform', 'report'],
    packages: ['node:', '@yowasp/clang', 'binaryen'],
  },
  log: { folders: ['base', 'platform', 'kernel'] },
  report: {
    folders: ['base'],
    modules: ['platform/index'],
    types: ['checker', 'env'],
    packages: ['ajv', 'node:'],
  },
  cli: {
    folders: [
      'base',
      'env',
      'kernel',
      'platform',
      'firmware',
      'properties',
      'signatures',
      'checker',
      'worlds',
      'report',
      'source',
      'log',
    ],
    packages: ['commander', 'esbuild', 'node:'],
  },
};

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const statement = /(?:^|\n)(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^'\n]+)'/g;
const dynamic = /\bimport\(\s*'([^'\n]+)'\s*\)/g;

function importsOf(name: string, text: string): Import[] {
  const fixed = [...text.matchAll(statement)].map((m) => {
    const names =
      /\{([^}]*)\}/
        .exec(m[0])?.[1]
        ?.split(',')
        .map((n) => n.trim()) ?? [];
    const allTypes =
      names.some((n) => n !== '') && names.every((n) => n === '' || /^type /.test(n));
    return { from: name, specifier: m[3]!, typeOnly: m[2] !== undefined || allTypes };
  });
  const late = [...text.matchAll(dynamic)].map((m) => m[1]!);
  return [...fixed, ...late.map((specifier) => ({ from: name, specifier, typeOnly: false }))];
}

/** What is wrong with an import, or null. */
function fault({ from, specifier, typeOnly }: Import): string | null {
  const own = from.split('/')[1]!;
  const column = columns[own];
  if (!column) return `${from}: src/${own} is not in the table`;
  const target = specifier.startsWith('#')
    ? specifier.slice(1)
    : specifier.startsWith('.')
      ? path.posix.relative('src', path.posix.join(path.posix.dirname(from), specifier))
      : null;
  if (target === null) {
    const known = (column.packages ?? []).some((p) => specifier === p || inside(specifier, p));
    return known || typeOnly ? null : `${from}: package ${specifier}`;
  }
  const folder = target.split('/')[0]!;
  if (folder === own || column.folders.includes(folder)) return null;
  if (column.modules?.includes(target.replace(/\.ts$/, ''))) return null;
  if (typeOnly && column.types?.includes(folder)) return null;
  return `${from}: imports ${typeOnly ? 'types of ' : ''}${specifier}`;
}

function inside(specifier: string, name: string): boolean {
  return name.endsWith(':') ? specifier.startsWith(name) : specifier.startsWith(`${name}/`);
}

test('a folder imports only what stands below it', () => {
  const imports = programs
    .filter((p) => /^src\/[^/]+\//.test(p.name))
    .flatMap((p) => importsOf(p.name, p.text));
  expect(imports.length).toBeGreaterThan(100);
  expect(imports.flatMap((i) => fault(i) ?? [])).toEqual([]);
});

test('an import that climbs is found', () => {
  const climbing = (from: string, text: string): string[] =>
    importsOf(from, text).flatMap((i) => fault(i) ?? []);
  expect(climbing('src/checker/a.ts', "import { x } from '#kernel/index';")).toHaveLength(1);
  expect(climbing('src/checker/a.ts', "import { x } from '../kernel/index.ts';")).toHaveLength(1);
  expect(climbing('src/env/a.ts', "await import('#checker/machine');")).toHaveLength(1);
  expect(climbing('src/base/a.ts', "import fs from 'node:fs';")).toHaveLength(1);
  expect(climbing('src/report/a.ts', "import type { X } from '#checker/program';")).toEqual([]);
  expect(climbing('src/checker/a.ts', "import { load } from '#env/op';")).toEqual([]);
});
