// SPDX-License-Identifier: GPL-2.0-only
// Reading input files and writing output files; whatever can go wrong has a code.

import { appendFileSync, readSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fail, type UserError } from '#base/errors';
import { err, mapResult, ok, type Result } from '#base/result';
import { type BytesLimit, fileBytesMax, readFirmwareFile } from '#firmware/file';
import { makeFolder } from '#run/folder';

/** True if @name can be written to; it is made if it is not there. */
export function isWritable(name: string): boolean {
  try {
    appendFileSync(name, '');
    return true;
  } catch {
    return false;
  }
}

function reason(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOTDIR':
      return 'a part of its path is no directory';
    case 'EEXIST':
      return 'a file stands in the way';
    case 'ENOSPC':
      return 'no space left';
    case 'EROFS':
      return 'the file system is read-only';
    default:
      return typeof code === 'string' ? code : 'unknown error';
  }
}

/** What the input that the user named is called in a report. */
export function inputName(name: string): string {
  return name === '-' ? 'standard input' : path.basename(name);
}

/**
 * A report has some 300 kB for each finding: one of all generic worlds is larger than any firmware.
 * No text of Node can have more than half a GiB.
 */
export const reportBytes: BytesLimit = { name: 'reportBytesMax', max: 500 * 1024 * 1024 };

/** The bytes of a file that the user named, or of standard input for `-`; @hint on what to give. */
export function readInput(
  name: string,
  hint?: string,
  limit?: BytesLimit,
): Result<Uint8Array, UserError> {
  if (name === '-') standardInput ??= readStandardInput(limit);
  const read = name === '-' ? standardInput! : readFirmwareFile(name, limit);
  return read.ok || hint === undefined ? read : err({ ...read.error, hint });
}

/** What standard input has held: it can be read once, and be asked for again. */
let standardInput: Result<Uint8Array, UserError> | undefined;

function readStandardInput(
  { name, max }: BytesLimit = { name: 'fileBytesMax', max: fileBytesMax },
): Result<Uint8Array, UserError> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const part = new Uint8Array(64 * 1024);
    let got = 0;
    try {
      got = readSync(0, part);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') {
        sleep(5);
        continue;
      }
      if (code !== 'EOF') {
        const message = `standard input cannot be read (${reason(error)})`;
        return fail('RW001', message, 'pipe a file into it');
      }
    }
    if (got === 0) return ok(new Uint8Array(Buffer.concat(parts)));
    length += got;
    if (length > max) {
      const message = `standard input has more than ${max} bytes; limit ${name}`;
      return fail('RW003', message, 'give the firmware of one board, not an image of a disk');
    }
    parts.push(part.subarray(0, got));
  }
}

/** Wait so many milliseconds for whoever writes into a pipe that does not make us wait. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Read a text file that the user named; @hint says what kind of file it should be. */
export function readText(
  name: string,
  hint: string,
  limit?: BytesLimit,
): Result<string, UserError> {
  return mapResult(readInput(name, hint, limit), (bytes) => new TextDecoder().decode(bytes));
}

/** As readText(), with one character for each byte. */
export function readLatin1(name: string, hint: string): Result<string, UserError> {
  return mapResult(readInput(name, hint), (bytes) => Buffer.from(bytes).toString('latin1'));
}

/** A file to be written into a directory. */
export interface OutputFile {
  readonly name: string;
  readonly text: string | Uint8Array;
}

/**
 * Write files into @dir, which is made where it is missing. Each file appears whole or not at
 * all: it is written beside its place and then renamed. @option has named @dir.
 */
export async function writeFiles(
  dir: string,
  files: readonly OutputFile[],
  option = '--out',
): Promise<Result<readonly string[], UserError>> {
  const written: string[] = [];
  try {
    makeFolder(path.resolve(dir));
    for (const file of files) {
      const target = path.join(dir, file.name);
      const beside = `${target}.${process.pid}.tmp`;
      try {
        await fs.writeFile(beside, file.text, { flag: 'wx' });
        await fs.rename(beside, target);
      } catch (error) {
        await fs.rm(beside, { force: true });
        throw error;
      }
      written.push(target);
    }
    return ok(written);
  } catch (error) {
    return fail('RW065', `${dir}: ${reason(error)}`, `name another directory with ${option}`);
  }
}
