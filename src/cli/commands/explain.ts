// SPDX-License-Identifier: GPL-2.0-only
// racewindow explain: a boot log in; which race window it shows, or why it shows none, out.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { inputName } from '#cli/files';
import { type Io, paintFor } from '#cli/io';
import { kernelFor, readBoardOf, readStory } from '#cli/log-input';
import type { Pipeline } from '#cli/pipeline';
import { askModel, withAnswers } from '#diagnosis/ask-model';
import { diagnose } from '#diagnosis/diagnose';
import type { Diagnosis } from '#finding/diagnosis';
import { diagnosisJson, diagnosisText } from '#report/diagnosis';
import { type ExitCode, exitCodes } from '#report/exit';
import { raceTable } from '#report/table';

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
  const board = args.board === undefined ? ok(null) : readBoardOf(args.board, pipeline);
  if (!board.ok) return board;
  const plain = diagnose(story.value, kernel.value, board.value);
  const { revision, exact } = kernel.value;
  const asked =
    board.value === null || revision === null
      ? []
      : askModel(story.value, board.value.platform, revision);
  const tables = asked.map((a) => ({ ...a, table: a.finding ? raceTable(a.finding) : [] }));
  const diagnosis = withAnswers(plain, tables, exact);
  print(diagnosis, args, io, pipeline);
  return ok(exitOf(diagnosis));
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
  const name = inputName(log);
  io.out(diagnosisText(diagnosis, { paint: paintFor(io), name, titles }));
}

/** 0 where there is no race, 1 where there is one, 3 where the log does not tell. */
function exitOf({ verdict }: Diagnosis): ExitCode {
  if (verdict === 'race') return exitCodes.violated;
  return verdict === 'no race' ? exitCodes.holds : exitCodes.bounded;
}
