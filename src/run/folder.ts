// SPDX-License-Identifier: GPL-2.0-only
// Folders that are made where they are missing.

import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Like mkdir -p. Node's own recursive mode never returns where the system refuses oddly. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another process may have made it just now.
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    const above = path.dirname(folder);
    if (code !== 'ENOENT' || existsSync(above)) throw error;
    makeFolder(above);
    makeFolder(folder);
  }
}
