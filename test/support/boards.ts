// SPDX-License-Identifier: GPL-2.0-only
// The bundled board and kernels, for tests.

import { readFileSync } from 'node:fs';
import { findRevision, type Revision, withCommits } from '#kernel/index';
import { type Platform, readPlatform } from '#platform/index';

/** The laptop of examples/. */
export function laptop(): Platform {
  const bytes = readFileSync(new URL('../../examples/boards/laptop.dtb', import.meta.url));
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

export const axes = { asyncProbe: false, strictDevlink: false };
