// SPDX-License-Identifier: GPL-2.0-only
// What the source tests share: finding a kernel tree, making small patches, saying what is skipped.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PatchInput } from '#realc/build/patch';
import { defaultCacheDir, findToolchain } from '#realc/build/toolchain';

/** So that no search of a test is cut off by a busy machine. */
export const NO_LIMIT_MS = Number.MAX_SAFE_INTEGER;

/** A native clang may stand in for the packaged one, to save time: RACEWINDOW_CC=clang-19. */
export const cc: string | null = process.env['RACEWINDOW_CC'] ?? null;

/** Where a series is unpacked, or null. */
export function treeOf(series: '6.1' | '6.12' | '7.2' | '7.3'): string | null {
  const given = process.env[`RACEWINDOW_LINUX_${series.replace('.', '_')}`];
  const tree = given ?? join(defaultCacheDir(), 'linux', series);
  return existsSync(join(tree, 'drivers/iommu/iommu.c')) ? tree : null;
}

const toolchain = await findToolchain(cc, defaultCacheDir()).catch(() => null);

/** The tree to test with; null with a line that says what is not covered. */
export function treeOrSkip(series: '6.12' | '7.2', what: string): string | null {
  const tree = treeOf(series);
  if (tree && toolchain) return tree;
  const why = tree ? 'the toolchain is not installed' : `no tree of Linux ${series}`;
  process.stderr.write(`NOT COVERED: ${what}: ${why}\n`);
  return null;
}

/** A one-hunk patch: @old lines, from @offset lines after the one with @marker, become @lines. */
export function edit(
  tree: string,
  path: string,
  marker: string,
  lines: readonly string[],
  old = 1,
  offset = 0,
): PatchInput {
  const all = readFileSync(join(tree, path), 'latin1').split('\n');
  const at = all.findIndex((l) => l.includes(marker)) + offset;
  if (at < 1) throw new Error(`${path} has no line with ${marker}`);
  const body = [
    ` ${all[at - 1]}`,
    ...all.slice(at, at + old).map((l) => `-${l}`),
    ...lines.map((l) => `+${l}`),
    ` ${all[at + old]}`,
  ];
  const header = `@@ -${at},${old + 2} +${at},${lines.length + 2} @@`;
  const text = [`--- a/${path}`, `+++ b/${path}`, header, ...body, ''].join('\n');
  return { name: `edit of ${path}`, text };
}
