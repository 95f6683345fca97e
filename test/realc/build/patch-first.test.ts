// SPDX-License-Identifier: GPL-2.0-only
// Whether patches apply is known before anything is compiled, or a compiler is looked for.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { defaultCheck } from '#questions/check';
import type { SourceError } from '#realc/build/errors';
import { buildTree, patchTree } from '#realc/build/image';
import { trySource } from '#realc/try';

const tree = mkdtempSync(path.join(tmpdir(), 'racewindow-tree-'));
afterAll(() => rmSync(tree, { recursive: true }));
mkdirSync(path.join(tree, 'drivers/iommu'), { recursive: true });
writeFileSync(path.join(tree, 'Makefile'), 'VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL = 0\n');
writeFileSync(path.join(tree, 'drivers/iommu/iommu.c'), 'int a;\n');

const patch = (from: string, to: string, name = 'drivers/iommu/iommu.c') => ({
  name: 'fix.diff',
  text: `--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-int ${from};\n+int ${to};\n`,
});
/** No compiler is here. */
const how = { cacheDir: path.join(tree, 'no-cache'), cc: path.join(tree, 'no-clang') };
const check = {
  ...defaultCheck,
  strategy: { kind: 'bound', preemptions: 1 },
} as const;

const codeOf = (of: Promise<unknown>) => of.then(String, (e: SourceError) => e.code);

test('a patch that does not apply is refused first', async () => {
  const options = { ...how, check, world: null, below: [] };
  const misfit = trySource(tree, null, { ...options, patches: [patch('b', 'c')] });
  expect(await codeOf(misfit)).toBe('RW305');
  const fits = trySource(tree, null, { ...options, patches: [patch('a', 'c')] });
  expect(await codeOf(fits)).toBe('RW300');
  expect(await codeOf(buildTree(tree, { ...how, patches: [patch('b', 'c')] }))).toBe('RW305');
  expect(await codeOf(buildTree(tree, { ...how, reverts: [patch('a', 'c')] }))).toBe('RW305');
});

test('a folder that is no kernel is told before its patches are', async () => {
  const none = path.join(tree, 'drivers');
  expect(await codeOf(buildTree(none, { patches: [patch('b', 'c')] }))).toBe('RW302');
});

test('files that the tree does not hold are told to the caller', async () => {
  const outside = patch('a', 'b', 'arch/arm/iommu.c');
  const series = { name: 'fix.diff', text: outside.text + patch('a', 'c').text };
  expect(patchTree(tree, { patches: [series] }).leftOut).toEqual(['arch/arm/iommu.c']);
  const told: string[] = [];
  const onLeftOut = (paths: readonly string[]) => void told.push(...paths);
  await codeOf(buildTree(tree, { ...how, patches: [series], onLeftOut }));
  expect(told).toEqual(['arch/arm/iommu.c']);
});
