// SPDX-License-Identifier: GPL-2.0-only
// racewindow explain: a boot log in; which race window it shows, or why it shows none, out.

import path from 'node:path';
import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { readInput } from '#cli/files';
import { readFirmware } from '#cli/input';
import { type Io, paintFor } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import { type BoardOfLog, diagnose } from '#diagnosis/diagnose';
import { type KernelOfLog, kernelOf } from '#diagnosis/kernel-of';
import type { Diagnosis } from '#finding/diagnosis';
import { findRevision } from '#kernel/index';
import { type LogStory, readLog, storyOf } from '#log/index';
import { diagnosisJson, diagnosisText } from '#report/diagnosis';
import { type ExitCode, exitCodes } from '#report/exit';

/** The options of the command line, as text. */
export interface ExplainArguments {
  readonly log: string;
  readonly board?: string;
  readonly kernel: string;
  readonly format: 'text' | 'json';
}

/** Run the command. */
export async function runExplain(
  args: ExplainArguments,
  io: Io,
  pipeline: Pick<Pipeline, 'readBoard' | 'windows'>,
): Promise<Result<ExitCode, UserError>> {
  const story = readStory(args.log);
  if (!story.ok) return story;
  const kernel = kernelFor(args.kernel, story.value);
  if (!kernel.ok) return kernel;
  const board = readBoardOf(args.board, pipeline);
  if (!board.ok) return board;
  const diagnosis = diagnose(story.value, kernel.value, board.value);
  print(diagnosis, args, io, pipeline);
  return ok(exitOf(diagnosis));
}

/** The log that the user named, by subject; `-` is standard input. */
function readStory(name: string): Result<LogStory, UserError> {
  const hint = 'give a boot log: a file of dmesg or journalctl -k, or - for standard input';
  const input = readInput(name, hint);
  if (!input.ok) return input;
  const log = readLog(input.value, name === '-' ? 'standard input' : path.basename(name));
  return log.ok ? ok(storyOf(log.value)) : log;
}

/** The kernel that @name says; `auto`: the one that the log names. */
function kernelFor(name: string, story: LogStory): Result<KernelOfLog, UserError> {
  if (name === 'auto') return ok(kernelOf(story.release));
  const found = findRevision(name);
  if (!found.ok) return found;
  return ok({ revision: found.value, exact: true, because: `--kernel says ${name}` });
}

/** The board that the user named; null for none. */
function readBoardOf(
  file: string | undefined,
  pipeline: Pick<Pipeline, 'readBoard'>,
): Result<BoardOfLog | null, UserError> {
  const input = readFirmware({ firmware: file });
  if (!input.ok) return input;
  if (input.value === null) return ok(null);
  const platform = pipeline.readBoard(input.value.firmware);
  if (!platform.ok) return platform;
  return ok({ file: input.value.basename, platform: platform.value });
}

function print(
  diagnosis: Diagnosis,
  { log, format }: ExplainArguments,
  io: Io,
  pipeline: Pick<Pipeline, 'windows'>,
): void {
  if (format === 'json') {
    io.out(diagnosisJson(diagnosis));
    return;
  }
  const titles = new Map(pipeline.windows().map((w) => [w.id, w.title]));
  const name = log === '-' ? 'standard input' : path.basename(log);
  io.out(diagnosisText(diagnosis, { paint: paintFor(io), name, titles }));
}

/** 0 where there is no race, 1 where there is one, 3 where the log does not tell. */
function exitOf({ verdict }: Diagnosis): ExitCode {
  if (verdict === 'race') return exitCodes.violated;
  return verdict === 'no race' ? exitCodes.holds : exitCodes.bounded;
}
