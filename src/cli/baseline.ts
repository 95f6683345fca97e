// SPDX-License-Identifier: GPL-2.0-only
// --baseline and --write-baseline: the file, whose it has to be, and what is kept in it.

import path from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { readText, reportBytes, writeFiles } from '#cli/files';
import {
  type BaselineAsked,
  type BaselineBoard,
  type BaselineFile,
  type Earlier,
  knownOf,
} from '#finding/baseline';
import type { Producer } from '#finding/finding';
import type { CheckReport, ReportKernel } from '#finding/report';
import type { Platform } from '#platform/index';
import { baselineHint, parseBaseline } from '#report/validate';
import { producer } from '#run/producer';

/** A baseline that was read; @file is null where a report or a finding stands for one. */
export interface ReadBaseline extends Earlier {
  readonly file: BaselineFile | null;
}

/** Read the file behind --baseline; null without one. */
export function readBaseline(name: string | undefined): Result<ReadBaseline | null, UserError> {
  if (name === undefined) return ok(null);
  const text = readText(name, baselineHint, reportBytes);
  if (!text.ok) return text;
  const parsed = parseBaseline(text.value, name);
  if (!parsed.ok) return parsed;
  const { file, findings } = parsed.value;
  return ok({ file, findings, asked: file?.asked ?? null });
}

/** The board that @platform was read from. */
export function baselineBoard(
  platform: Platform | null,
  sha256: string | undefined,
): BaselineBoard | null {
  if (platform === null || sha256 === undefined) return null;
  return { name: platform.compatible[0] ?? platform.model, sha256 };
}

/** Refuse a baseline of another board or program: what is new or gone against it means nothing. */
export function refuseOther(
  { file }: ReadBaseline,
  board: BaselineBoard | null,
  now: Producer = producer(),
): Result<void, UserError> {
  if (file === null) return ok(undefined);
  const { producer: then } = file;
  if (then.version !== now.version) {
    return other(`version ${then.version}; this is ${now.version}`);
  }
  if (then.model !== null && now.model !== null && then.model !== now.model) {
    return other(`model ${then.model} of this version; this is ${now.model}`);
  }
  if (!isSameBoard(file.board, board)) {
    return other(`${boardText(file.board)}; this is ${boardText(board)}`);
  }
  return ok(undefined);
}

/** Refuse a baseline of another kernel; fixes of the user's own are told apart by their names. */
export function refuseOtherKernel(
  { file }: ReadBaseline,
  kernel: ReportKernel,
): Result<void, UserError> {
  if (file === null) return ok(undefined);
  const texts = [file.kernel, kernel].map(({ name, commits, userFixes }) =>
    JSON.stringify([name, commits, userFixes]),
  );
  if (texts[0] === texts[1]) return ok(undefined);
  const [then, now] = [file.kernel, kernel].map(kernelText);
  const apart = then === now ? 'with other commits' : `; this is ${now}`;
  return other(`kernel ${then}${then === now ? ' ' : ''}${apart}`);
}

function other(whose: string): Result<never, UserError> {
  const hint =
    'write it anew with --write-baseline, or take a report of --format json in its place';
  return fail('RW079', `the baseline is of ${whose}`, hint);
}

/** A board that changes stays the same board; one without a name is known by its firmware alone. */
function isSameBoard(a: BaselineBoard | null, b: BaselineBoard | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.name === '' || b.name === '') return a.sha256 === b.sha256;
  return a.name === b.name;
}

function boardText(board: BaselineBoard | null): string {
  if (board === null) return 'the generic worlds';
  return `board ${board.name === '' ? board.sha256.slice(0, 12) : board.name}`;
}

function kernelText({ name, userFixes }: ReportKernel): string {
  return userFixes.length === 0 ? name : `${name} with ${userFixes.join(', ')}`;
}

/** Keep the findings of @report in the file @name. */
export async function writeBaseline(
  name: string,
  { kernel, findings }: CheckReport,
  board: BaselineBoard | null,
  asked: BaselineAsked,
): Promise<Result<unknown, UserError>> {
  const file: BaselineFile = {
    format: 'racewindow/baseline@1',
    producer: producer(),
    kernel,
    board,
    asked,
    findings: findings.map(knownOf),
  };
  const text = `${JSON.stringify(file, null, 1)}\n`;
  return writeFiles(path.dirname(name), [{ name: path.basename(name), text }], '--write-baseline');
}
