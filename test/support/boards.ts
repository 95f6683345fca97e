// SPDX-License-Identifier: GPL-2.0-only
// The bundled board and kernels, for tests.

import { readFileSync } from 'node:fs';
import { findRevision, type Revision, withCommits } from '#kernel/index';
import { classesOf, type Platform, readPlatform } from '#platform/index';
import { type DerivedWorld, type WorldAxes, worldsForClass } from '#worlds/derive';
import { distinctWorlds, fullestOfKinds } from '#worlds/generic';

/** The laptop of examples/. */
export function laptop(): Platform {
  return board('laptop');
}

/** A board of examples/ that is a device tree. */
export function board(name: string): Platform {
  const bytes = readFileSync(new URL(`../../examples/boards/${name}.dtb`, import.meta.url));
  const platform = readPlatform(bytes);
  if (!platform.ok) throw new Error(platform.error.message);
  return platform.value;
}

/** A kernel by name, with commits taken away. */
export function kernel(name: string, without: readonly string[] = []): Revision {
  const base = findRevision(name);
  if (!base.ok) throw new Error(base.error.message);
  const changed = withCommits(base.value, { without });
  if (!changed.ok) throw new Error(changed.error.message);
  return changed.value;
}

/**
 * The worlds of the laptop's kinds of client, each once: for each kind the class whose client
 * stands between two others, where there is one. @more: what they have beside, or have not.
 */
export function laptopWorlds(more: Partial<WorldAxes> = {}): DerivedWorld[] {
  const board = laptop();
  const classes = fullestOfKinds(classesOf(board));
  return distinctWorlds(classes.flatMap((c) => worldsForClass(board, { ...axes, ...more }, c)));
}

export const axes = { asyncProbe: false, strictDevlink: false };
