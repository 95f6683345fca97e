// SPDX-License-Identifier: GPL-2.0-only
// Checkpoints of one search: written every few seconds, so that a kill costs no more than these.
//
// A file is a line that says what it is, a line that says for which question, the length and a
// checksum of the rest, and the rest: how the machine came to know what it knows
// (machine-history.ts), then all that the search has (object-graph.ts). It is written beside
// the old one and takes its name when it is whole. A search that goes on from it does what it would
// have done without the break, step by step, and comes to the same counts.
//
// Writing stops the search, so the more there is to write the longer it goes on in between: at
// least two seconds, and eight times as long as writing took: a ninth of the time at most.

import { closeSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Machine } from '#checker/machine/machine';
import { Lockset } from '#checker/reduce/discipline';
import { Stratum } from '#checker/search/estimate-states';
import { linksOf, type MachineHistory, relive, storyOf } from './machine-history.ts';
import { Misfit, readInto, written } from './object-graph.ts';

const FORMAT = 'racewindow/checkpoint@1';
const EVERY_MS = 2000;
const TIMES = 8;
const STEPS = 1023;
const HEADER = 16;
const CLASSES = new Map<string, object>([Lockset, Stratum].map((c) => [c.name, c.prototype]));
const NOTHING = { name: () => null, find: () => ({}) };

/** Where a search is kept, and which question it answers. */
export interface CheckpointFile {
  readonly file: string;
  /** Of all that the result depends on: another question's checkpoint is not read. */
  readonly digest: string;
  /** Milliseconds between two checkpoints; unless told, as the head of this file says. */
  readonly everyMs?: number;
}

/** Keeps one search of one machine, which must be fresh. */
export class Keeper {
  /** True once a checkpoint was gone on from. */
  resumed = false;
  private readonly machine: Machine;
  private readonly where: CheckpointFile;
  private readonly extra: object;
  private readonly edges: number;
  private readonly values: number;
  private steps = 0;
  private next: number;
  /** The file holds the search of another question: it stays as it is. */
  private foreign = false;

  /** @extra: what else has to be kept with the search. */
  constructor(machine: Machine, where: CheckpointFile, extra: object) {
    this.machine = machine;
    this.where = where;
    this.extra = extra;
    this.edges = machine.automaton.edges.length;
    this.values = machine.values.values.length;
    this.next = performance.now() + (where.everyMs ?? EVERY_MS);
  }

  /** Asked at each step: is it time to save()? */
  due(): boolean {
    if ((this.steps++ & STEPS) !== STEPS || this.foreign) return false;
    return performance.now() >= this.next;
  }

  /** Write @search down. */
  save(search: object): void {
    const begun = performance.now();
    const { machine, where, extra } = this;
    const story = written(storyOf(machine, this.edges, this.values), NOTHING);
    const rest = written({ machine: machine.parts(), search, extra }, linksOf(machine));
    const length = Buffer.alloc(8);
    length.writeDoubleLE(story.reduce((sum, part) => sum + part.length, 0));
    writeCheckpoint(where, [length, ...story, ...rest]);
    const took = performance.now() - begun;
    this.next = begun + took + (where.everyMs ?? Math.max(EVERY_MS, took * TIMES));
  }

  /**
   * Bring machine, @search and extra to where they were when it was saved; false if there is
   * nothing for this question; what another question has left is kept. Throws a Misfit where it
   * can not be; then all of them are void.
   */
  load(search: object): boolean {
    const { machine, where, extra } = this;
    const kept = readCheckpoint(where.file);
    if (kept === null) return false;
    this.foreign = kept.digest !== where.digest;
    if (this.foreign) return false;
    const { payload } = kept;
    const end = 8 + payload.readDoubleLE(0);
    try {
      const story = {} as MachineHistory;
      readInto(story, payload.subarray(8, end), NOTHING, CLASSES);
      relive(machine, story);
      const root = { machine: machine.parts(), search, extra };
      readInto(root, payload.subarray(end), linksOf(machine), CLASSES);
    } catch (error) {
      // Threads that do something else than they did may fail in any way.
      throw new Misfit(`${where.file} does not fit`, { cause: error });
    }
    this.resumed = true;
    return true;
  }
}

function writeCheckpoint({ file, digest }: CheckpointFile, parts: readonly Buffer[]): void {
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

/** What is in @file, or null if there is none. Throws a Misfit if it is no whole checkpoint. */
function readCheckpoint(file: string): { digest: string; payload: Buffer } | null {
  let data: Buffer;
  try {
    data = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const first = data.indexOf(10);
  const second = data.indexOf(10, first + 1);
  if (first < 0 || data.subarray(0, first).toString() !== FORMAT) throw new Misfit('no checkpoint');
  const payload = data.subarray(second + 1 + HEADER);
  const isWhole = second > 0 && data.length >= second + 1 + HEADER;
  if (!isWhole || data.readDoubleLE(second + 1) !== payload.length) throw new Misfit('cut off');
  if (data.readUInt32LE(second + 9) !== crc32(payload)) throw new Misfit('damaged');
  return { digest: data.subarray(first + 1, second).toString(), payload };
}
