// SPDX-License-Identifier: GPL-2.0-only
// All firmware below some folders: device trees file by file, ACPI tables folder by folder.

import {
  closeSync,
  type Dirent,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { type Content, contentOf } from '#firmware/content';
import { isTreeFolder } from '#firmware/dtb/folder';

/** A file or folder that is the firmware of a board. */
interface BoardFile {
  /** For readers: below the folder that was given. */
  readonly name: string;
  readonly file: string;
  /** Why it cannot even be told what it is. */
  readonly error?: UserError;
}

/** Where a file was met on the way. */
interface MetFile extends BoardFile {
  readonly isLink: boolean;
}

/** Bytes by which the kind of a file is told here. */
const headBytes = 64;

/** What is below @folders, in order of its names; what is there under two names is taken once. */
export function boardsBelow(folders: readonly string[]): Result<BoardFile[], UserError> {
  const wrong = folders.find((f) => !existsSync(f) || !statSync(f).isDirectory());
  if (wrong !== undefined) {
    return fail('RW002', `${wrong} is no folder`, 'name a folder with firmware below it');
  }
  const met: MetFile[] = [];
  const names = tellingNames(folders);
  for (const [i, folder] of folders.entries()) {
    collect(folder, folders.length === 1 ? '' : `${names[i]}/`, met);
  }
  const found = eachOnce(met);
  if (found.length > 0) return ok(found);
  const hint = 'scripts/fetch-boards brings the device trees of the boards that Debian knows';
  return fail('RW002', `there is no firmware below ${folders.join(', ')}`, hint);
}

/** The ends of the paths of @folders, as long as it takes to tell them apart. */
function tellingNames(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => path.resolve(folder).split(path.sep).filter(Boolean));
  const endsOf = (length: number) => paths.map((parts) => parts.slice(-length).join('/'));
  const apart = new Set(endsOf(Number.POSITIVE_INFINITY)).size;
  let length = 1;
  while (new Set(endsOf(length)).size < apart) length++;
  return endsOf(length);
}

/** @met without what is in it already; a file goes before the links to it. */
function eachOnce(met: readonly MetFile[]): BoardFile[] {
  const taken = new Map<string, MetFile>();
  for (const isLink of [false, true]) {
    for (const board of met.filter((b) => b.isLink === isLink)) {
      const place = realpathSync(board.file);
      if (!taken.has(place)) taken.set(place, board);
    }
  }
  const kept = new Set(taken.values());
  return met.filter((board) => kept.has(board));
}

function collect(folder: string, prefix: string, met: MetFile[]): void {
  const own = {
    name: prefix.replace(/\/$/, '') || path.basename(path.resolve(folder)),
    file: folder,
    isLink: false,
  };
  const entries = entriesOf(folder);
  if (!entries.ok) {
    met.push({ ...own, error: entries.error });
    return;
  }
  if (isTreeFolder(folder)) {
    met.push(own);
    return;
  }
  let hasTables = false;
  for (const entry of entries.value) {
    const file = path.join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    // Links to folders may lead in circles.
    if (entry.isDirectory()) collect(file, `${name}/`, met);
    else if (isFile(entry, file)) {
      const kind = kindOf(file);
      const board = { name, file, isLink: entry.isSymbolicLink() };
      if (!kind.ok) met.push({ ...board, error: kind.error });
      else if (isBoard(entry.name, kind.value)) met.push(board);
      hasTables ||= kind.ok && kind.value === 'acpi';
    }
  }
  if (hasTables) met.push(own);
}

/** Whether this is the firmware of a board by itself; an overlay is none. */
function isBoard(name: string, kind: Content): boolean {
  if (/\.dtb$/i.test(name)) return true;
  return !/\.dtbo$/i.test(name) && (kind === 'dtb' || kind === 'acpidump');
}

function entriesOf(folder: string): Result<Dirent[], UserError> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return ok(entries.sort((a, b) => (a.name < b.name ? -1 : 1)));
  } catch (error) {
    return unread(folder, error);
  }
}

/** A file, or a link to one; a link to nothing is nothing. */
function isFile(entry: Dirent, file: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function kindOf(file: string): Result<Content, UserError> {
  try {
    const handle = openSync(file, 'r');
    try {
      const head = new Uint8Array(headBytes);
      return ok(contentOf(head.subarray(0, readSync(handle, head))));
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return unread(file, error);
  }
}

function unread(file: string, error: unknown): Result<never, UserError> {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return fail('RW001', `${file} cannot be read (${code})`, 'check its permissions');
}
