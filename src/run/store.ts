// SPDX-License-Identifier: GPL-2.0-only
// Outcomes of worlds, kept by what they depend on: the same question is explored once, ever.
//
// A folder with a file for each outcome. Its name is a digest of all that the outcome depends on:
// the shape of the world, the commits, the rules, the strategy and its limits, and the program
// itself, file by file. Files are written beside their place and renamed, so a kill leaves a whole
// one or none; one that is damaged all the same is as good as none.

import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Broken } from '#finding/key';
import { shapeOf } from '#worlds/shape';
import type { WorldOutcome } from './check-world.ts';
import { makeFolder } from './folder.ts';
import { programDigest } from './program.ts';
import type { CheckTask } from './run-world.ts';

/** What is kept of an outcome: all that verdicts go by, under no names. */
export interface KeptOutcome extends Pick<WorldOutcome, 'states' | 'bounded' | 'seen'> {
  readonly detected: readonly Pick<WorldOutcome['detected'][number], 'kind'>[];
  readonly findings: readonly Broken[];
}

const FORMAT = 'racewindow/outcome@1';

/** What is kept of @outcome. */
export function keptOf({ states, bounded, seen, detected, findings }: WorldOutcome): KeptOutcome {
  return {
    ...{ states, bounded, seen },
    detected: detected.map(({ kind }) => ({ kind })),
    findings: findings.map(({ property, window }) => ({ property, window })),
  };
}

/** Outcomes in a folder. */
export class OutcomeStore {
  private readonly folder: string;
  private readonly program: string;
  private written = 0;

  /** @program: a digest of the program that makes the outcomes. */
  constructor(folder: string, program = programDigest()) {
    this.folder = folder;
    this.program = program;
  }

  /** Whether anything can be kept: to be asked before it is explored. */
  probe(): Result<void, UserError> {
    return this.refusing(() => {
      makeFolder(path.resolve(this.folder));
      const beside = path.join(this.folder, `${process.pid}.${this.written++}.new`);
      writeFileSync(beside, '', { flag: 'wx' });
      rmSync(beside);
    });
  }

  /** The name of what comes out of @task: equal where only names of its world differ. */
  keyOf(task: CheckTask): string {
    const { world, ...asked } = task;
    return createHash('sha256')
      .update(JSON.stringify([FORMAT, this.program, shapeOf(world), asked]))
      .digest('hex');
  }

  /** What is kept under @key; null for nothing. */
  get(key: string): KeptOutcome | null {
    try {
      const { format, crc, outcome } = JSON.parse(readFileSync(this.fileOf(key), 'utf8'));
      const isWhole = format === FORMAT && crc === crc32(JSON.stringify([key, outcome]));
      return isWhole ? outcome : null;
    } catch {
      return null;
    }
  }

  /** Keep @outcome under @key. */
  put(key: string, outcome: KeptOutcome): Result<void, UserError> {
    const file = this.fileOf(key);
    const beside = `${file}.${process.pid}.${this.written++}.new`;
    return this.refusing(() => {
      makeFolder(path.resolve(path.dirname(file)));
      const crc = crc32(JSON.stringify([key, outcome]));
      try {
        writeFileSync(beside, JSON.stringify({ format: FORMAT, crc, outcome }), { flag: 'wx' });
        renameSync(beside, file);
      } catch (error) {
        rmSync(beside, { force: true });
        throw error;
      }
    });
  }

  /** Do @write; what the system says against it gets a code. */
  private refusing(write: () => void): Result<void, UserError> {
    try {
      write();
      return ok(undefined);
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      const hint = 'name another folder with --store';
      return fail('RW065', `${this.folder}: results cannot be kept there (${code})`, hint);
    }
  }

  private fileOf(key: string): string {
    return path.join(this.folder, key.slice(0, 2), `${key.slice(2)}.json`);
  }
}
