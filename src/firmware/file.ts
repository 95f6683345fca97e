// SPDX-License-Identifier: GPL-2.0-only
// Firmware files from disk; apart from the readers, which also run in a browser.
import { readFileSync, statSync } from 'node:fs';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';

/** Bytes a firmware file may have. */
export const fileBytesMax = 128 * 1024 * 1024;

/** How large an input may be, and what that limit is called. */
export interface BytesLimit {
  readonly name: string;
  readonly max: number;
}

const ofFirmware: BytesLimit = { name: 'fileBytesMax', max: fileBytesMax };

/** The bytes of a firmware file, or of another up to @limit. Errors have the codes RW001-RW003. */
export function readFirmwareFile(
  path: string,
  limit: BytesLimit = ofFirmware,
): Result<Uint8Array, UserError> {
  try {
    // Asked before it is opened: opening a pipe would wait for somebody to write.
    const stat = statSync(path);
    if (!stat.isFile()) {
      const what = stat.isDirectory() ? 'a directory' : 'not a regular file';
      return fail('RW002', `${path} is ${what}`, 'give the .dtb file of one board');
    }
    if (stat.size > limit.max) {
      return fail(
        'RW003',
        `${path} has ${stat.size} bytes; limit ${limit.name} is ${limit.max}`,
        'give the .dtb file of one board, not an image of a disk',
      );
    }
    return ok(new Uint8Array(readFileSync(path)));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return fail('RW001', `${path} cannot be read (${code})`, 'check the path and its permissions');
  }
}
