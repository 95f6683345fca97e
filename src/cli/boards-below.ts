// SPDX-License-Identifier: GPL-2.0-only
// All firmware below some folders: device trees file by file, ACPI tables folder by folder.

import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { contentOf } from '#firmware/content';
import { isTreeFolder } from '#firmware/dtb/folder';

/** A file or folder that is the firmware of a board. */
interface BoardFile {
  /** For readers: below the folder that was given. */
  readonly name: string;
  readonly file: string;
}

/** Bytes by which the kind of a file is told here. */
const headBytes = 64;

/** What is below @folders, in order of its names. */
export function boardsBelow(folders: readonly string[]): Result<BoardFile[], UserError> {
  const found: BoardFile[] = [];
  for (const folder of folders) {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      return fail('RW002', `${folder} is no folder`, 'name a folder with firmware below it');
    }
    const base = path.basename(path.resolve(folder));
    collect(folder, folders.length === 1 ? '' : `${base}/`, found);
  }
  if (found.length > 0) return ok(found);
  const hint = 'scripts/fetch-boards brings the device trees of the boards that Debian knows';
  return fail('RW002', `there is no firmware below ${folders.join(', ')}`, hint);
}

function collect(folder: string, prefix: string, found: BoardFile[]): void {
  if (isTreeFolder(folder)) {
    found.push({ name: prefix.replace(/\/$/, '') || path.basename(folder), file: folder });
    return;
  }
  let hasTables = false;
  const entries = entriesOf(folder);
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    // Links may lead in circles, and to what is here anyway.
    if (entry.isDirectory()) collect(file, `${name}/`, found);
    else if (!entry.isFile()) continue;
    else if (/\.dtb$/i.test(entry.name)) found.push({ name, file });
    else if (!/\.dtbo$/i.test(entry.name)) {
      const kind = headKind(file);
      if (kind === 'dtb' || kind === 'acpidump') found.push({ name, file });
      hasTables ||= kind === 'acpi';
    }
  }
  if (hasTables) {
    found.push({
      name: prefix.replace(/\/$/, '') || path.basename(path.resolve(folder)),
      file: folder,
    });
  }
}

function entriesOf(folder: string) {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function headKind(file: string): ReturnType<typeof contentOf> | null {
  try {
    const handle = openSync(file, 'r');
    try {
      const head = new Uint8Array(headBytes);
      return contentOf(head.subarray(0, readSync(handle, head)));
    } finally {
      closeSync(handle);
    }
  } catch {
    return null;
  }
}
