// SPDX-License-Identifier: GPL-2.0-only
// What a build takes of a kernel tree, and the digest under which its kernel is kept.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyPart, digestOf, type KernelTree, overlayPart, readPart } from '#reproduce/tree';

let dir: string;
const put = (path: string, text: string): void => {
  mkdirSync(join(dir, dirname(path)), { recursive: true });
  writeFileSync(join(dir, path), text);
};

const needed = [
  'Makefile',
  'arch/arm64/Kconfig',
  'arch/x86/Kconfig',
  'arch/x86/entry/syscalls/syscall_32.tbl',
  'drivers/gpu/Kconfig',
  'drivers/gpu/drm/Makefile',
  'drivers/iommu/iommu.c',
];
const unneeded = ['.git/config', 'arch/x86/kernel/head.S', 'drivers/gpu/drm/big.c', 'sound/core.c'];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'racewindow-tree-'));
  for (const path of [...needed, ...unneeded]) put(path, path);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const treeOf = (overlay: KernelTree['overlay'] = new Map()): KernelTree => ({
  ...{ dir, version: '7.2.0', overlay },
});

function partOf(): readonly string[] {
  const part = readPart(treeOf());
  if (!part.ok) throw new Error(part.error.message);
  return part.value;
}

test('a build takes what it reads, and of other folders what describes them', () => {
  expect(partOf()).toEqual(needed);
});

test('a digest is of the part, of what patches make of it, and of nothing else', () => {
  const digest = (tree = treeOf(), further: readonly string[] = []) =>
    digestOf(tree, partOf(), further);
  const before = digest();
  put('sound/core.c', 'another');
  expect(digest()).toBe(before);
  const patched = treeOf(new Map([['drivers/iommu/iommu.c', Buffer.from('patched')]]));
  const gone = treeOf(new Map([['drivers/iommu/iommu.c', null]]));
  const all = [before, digest(patched), digest(gone), digest(treeOf(), ['gcc 12'])];
  put('drivers/iommu/iommu.c', 'another');
  expect(new Set([...all, digest()]).size).toBe(5);
  // With the patch in the file itself it is the same kernel.
  put('drivers/iommu/iommu.c', 'patched');
  expect(digest()).toBe(all[1]);
});

test('a copy has the part as it is, and then what patches make of it', () => {
  const to = join(dir, 'copy');
  const overlay = new Map([
    ['drivers/iommu/iommu.c', Buffer.from('patched')],
    ['drivers/iommu/new.c', Buffer.from('new')],
    ['arch/x86/Kconfig', null],
  ]);
  copyPart(treeOf(), partOf(), to);
  expect(readFileSync(join(to, 'drivers/iommu/iommu.c'), 'utf8')).toBe('drivers/iommu/iommu.c');
  expect(existsSync(join(to, 'drivers/gpu/drm/big.c'))).toBe(false);
  overlayPart(treeOf(overlay), to);
  expect(readFileSync(join(to, 'drivers/iommu/iommu.c'), 'utf8')).toBe('patched');
  expect(readFileSync(join(to, 'drivers/iommu/new.c'), 'utf8')).toBe('new');
  expect(existsSync(join(to, 'arch/x86/Kconfig'))).toBe(false);
  expect(readFileSync(join(dir, 'drivers/iommu/iommu.c'), 'utf8')).toBe('drivers/iommu/iommu.c');
});

test('a tree that is not whole, or was built in, is refused', () => {
  put('.config', '');
  expect(readPart(treeOf())).toMatchObject({ ok: false, error: { code: 'RW504' } });
  rmSync(join(dir, '.config'));
  rmSync(join(dir, 'arch/arm64'), { recursive: true });
  expect(readPart(treeOf())).toMatchObject({ ok: false, error: { code: 'RW504' } });
});
