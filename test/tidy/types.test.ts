// SPDX-License-Identifier: GPL-2.0-only
// A type name means one thing: no two files export types of one name.
import { expect, test } from 'vitest';
import { programs } from './sources.ts';

/** Names of types that several of @files export, each with these files. */
function sharedNames(files: readonly { readonly name: string; readonly text: string }[]): string[] {
  const places = new Map<string, string[]>();
  for (const { name, text } of files) {
    const types = text.matchAll(
      /^export (?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)/gm,
    );
    for (const [, type = ''] of types) {
      const module = name.replace(/^src\/|\.ts$/g, '');
      places.set(type, [...(places.get(type) ?? []), module]);
    }
  }
  const shared = [...places].filter(([, where]) => where.length > 1);
  return shared.map(([type, where]) => `${type}: ${where.sort().join(' ')}`).sort();
}

test('a type name means one thing', () => {
  const files = programs.filter((p) => p.name.startsWith('src/'));
  expect(files.length).toBeGreaterThan(100);
  expect(sharedNames(files)).toEqual([]);
});

test('a name with two meanings is found', () => {
  const files = [
    { name: 'src/a/b.ts', text: 'export interface Cell {}\n' },
    { name: 'src/c.ts', text: "export type { X } from './x.ts';\nexport class Cell {}\n" },
    { name: 'src/d.ts', text: 'interface Cell {}\n' },
  ];
  expect(sharedNames(files)).toEqual(['Cell: a/b c']);
});
