// SPDX-License-Identifier: GPL-2.0-only
// Where modelled functions stand in kernel trees; with a tree that was fetched, read again.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { placesOf, revisionNames } from '#kernel/index';
import names from '../../scripts/names.json' with { type: 'json' };

const known: readonly string[] = ['6.1.y', '6.12.y', '7.2.y', '7.3'];
const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');

test('are known of kernels whose source was read, and of no other', () => {
  for (const name of revisionNames()) {
    expect(placesOf(name) !== null, name).toBe(known.includes(name));
  }
});

describe.each(known)('of %s', (kernel) => {
  const { release, functions } = placesOf(kernel)!;
  const series = kernel.replace('.y', '') as keyof typeof names;
  const tree = path.join(cache, 'racewindow/linux', series);

  test('are those of functions that the model has of it', () => {
    expect(release.startsWith(`${series}.`)).toBe(true);
    expect(functions.size).toBeGreaterThan(60);
    for (const name of functions.keys()) expect(names[series], name).toContain(name);
  });

  test.skipIf(!existsSync(tree))('are where the tree has them', () => {
    const sublevel = /^SUBLEVEL = (\d+)$/m.exec(readFileSync(path.join(tree, 'Makefile'), 'utf8'));
    // Another release of the series has other lines.
    if (release !== `${series}.${sublevel?.[1]}`) return;
    for (const [name, { file, line }] of functions) {
      const lines = readFileSync(path.join(tree, file), 'utf8').split('\n');
      expect(lines[line - 1], `${file}:${line}`).toMatch(new RegExp(`\\b${name}\\s*\\(`));
    }
  });
});
