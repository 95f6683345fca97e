// SPDX-License-Identifier: GPL-2.0-only
// A search kept in a file.
//
// The file is a line that says what it is, a line that says for which question, the length and a
// checksum of the rest, and the rest. It is written beside the old one and takes its name when it
// is whole.

import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { Misfit } from '#base/saved';
import type { CheckpointStore } from '#checker/index';

const FORMAT = 'racewindow/checkpoint@2';
const ANY_FORMAT = /^racewindow\/checkpoint@\d+$/;
/** Bytes of the length and the checksum. */
const HEADER = 16;

/** Where a search is kept, and which question it answers. */
export interface CheckpointFile {
  readonly file: string;
  /** Of all that the result depends on: another question's checkpoint is not read. */
  readonly digest: string;
  /** Milliseconds between two checkpoints; absent: as the search thinks fit. */
  readonly everyMs?: number;
}

/** The store that @where names. Of another question's file nothing is changed. */
export function checkpointStore(where: CheckpointFile): CheckpointStore {
  return {
    everyMs: where.everyMs,
    load: () => {
      const kept = readCheckpoint(where.file);
      if (kept === null) return 'none';
      return kept.format === FORMAT && kept.digest === where.digest ? kept.payload : 'foreign';
    },
    save: (parts) => writeCheckpoint(where, parts),
    drop: () => rmSync(where.file, { force: true }),
  };
}

function writeCheckpoint({ file, digest }: CheckpointFile, parts: readonly Uint8Array[]): void {
  const header = Buffer.alloc(HEADER);
  header.writeDoubleLE(parts.reduce((sum, part) => sum + part.length, 0));
  header.writeUInt32LE(
    parts.reduce((sum, part) => crc32(part, sum), 0),
    8,
  );
  const fresh = `${file}.new`;
  const to = openSync(fresh, 'w');
  try {
    for (const part of [`${FORMAT}\n${digest}\n`, header, ...parts]) writeFileSync(to, part);
  } finally {
    closeSync(to);
  }
  renameSync(fresh, file);
}

/** What is wrong with the checkpoint in @file; null if it is whole, or not there. */
export function checkpointFault(file: string): string | null {
  try {
    readCheckpoint(file);
    return null;
  } catch (error) {
    if (error instanceof Misfit) return error.message;
    throw error;
  }
}

interface Read {
  readonly format: string;
  readonly digest: string;
  readonly payload: Uint8Array;
}

/** What is in @file, or null if there is none. Throws a Misfit if it is no whole checkpoint. */
function readCheckpoint(file: string): Read | null {
  let data: Buffer;
  try {
    data = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const first = data.indexOf(10);
  const second = data.indexOf(10, first + 1);
  const format = data.subarray(0, Math.max(first, 0)).toString();
  if (!ANY_FORMAT.test(format)) throw new Misfit('no checkpoint');
  const payload = data.subarray(second + 1 + HEADER);
  const isWhole = second > 0 && data.length >= second + 1 + HEADER;
  if (!isWhole || data.readDoubleLE(second + 1) !== payload.length) throw new Misfit('cut off');
  if (data.readUInt32LE(second + 9) !== crc32(payload)) throw new Misfit('damaged');
  return { format, digest: data.subarray(first + 1, second).toString(), payload };
}
