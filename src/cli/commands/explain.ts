// SPDX-License-Identifier: GPL-2.0-only
// racewindow explain: a boot log in; which race window it shows, or why it shows none, out.

import { must } from '#base/assert';
import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { type Io, paintFor } from '#cli/io';
import { kernelFor, nameOfLog, readBoardOf, readStories } from '#cli/log-input';
import type { Pipeline } from '#cli/pipeline';
import { askModel, rulesOutOf } from '#diagnosis/ask-model';
import { type BoardOfLog, diagnose } from '#diagnosis/diagnose';
import type { KernelOfLog } from '#diagnosis/kernel-of';
import type { Diagnosis, WeighedWindow } from '#finding/diagnosis';
import type { LogStory } from '#log/index';
import { diagnosisJson, diagnosisText } from '#report/diagnosis';
import { type ExitCode, exitCodes } from '#report/exit';
import { raceTable } from '#report/table';

/** The options of the command line, as text. */
interface ExplainArguments {
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
  const stories = readStories(args.log);
  if (!stories.ok) return stories;
  const board = args.board === undefined ? ok(null) : readBoardOf(args.board, pipeline);
  if (!board.ok) return board;
  const found = worstBoot(stories.value, args.kernel, board.value);
  if (!found.ok) return found;
  const { story, kernel, plain } = found.value;
  const { revision, exact } = kernel;
  // A window that takes no race needs no order of events, which is what the model is asked for.
  const isDecided = plain.verdict === 'no race' && plain.windows.some(isCauseOf(plain));
  const asked =
    board.value === null || revision === null || isDecided
      ? []
      : askModel(story, board.value.platform, revision);
  const model = asked.map(({ answer, finding }) => {
    return { ...answer, table: finding ? raceTable(finding) : [] };
  });
  const diagnosis =
    asked.length === 0
      ? plain
      : { ...diagnose(story, kernel, board.value, rulesOutOf(asked, exact)), model };
  print(diagnosis, nameOfLog(args.log, story), args, io, pipeline);
  return ok(exitOf(diagnosis));
}

function isCauseOf({ cause }: Diagnosis): (w: WeighedWindow) => boolean {
  return ({ window }) => window === cause;
}

interface DiagnosedBoot {
  readonly story: LogStory;
  readonly kernel: KernelOfLog;
  readonly plain: Diagnosis;
}

/** Of several boots the last that shows most: a race, what cannot be told, another trouble. */
function worstBoot(
  stories: readonly LogStory[],
  name: string,
  board: BoardOfLog | null,
): Result<DiagnosedBoot, UserError> {
  let worst: DiagnosedBoot | null = null;
  for (const [i, story] of stories.entries()) {
    const own = kernelFor(name, story);
    if (!own.ok) return own;
    const kernel = stories.length === 1 ? own.value : ofBoot(own.value, story, i, stories.length);
    const plain = diagnose(story, kernel, board);
    if (worst === null || badness(plain) >= badness(worst.plain)) worst = { story, kernel, plain };
  }
  return ok(must(worst, 'a log has a boot'));
}

function ofBoot(kernel: KernelOfLog, { log }: LogStory, i: number, count: number): KernelOfLog {
  const line = log.events[0]?.line ?? 1;
  return {
    ...kernel,
    because: `${kernel.because}; this is boot ${i + 1} of ${count} in the log, from line ${line}`,
  };
}

function badness({ verdict, cause }: Diagnosis): number {
  if (verdict === 'race') return 3;
  if (verdict === 'can not tell') return 2;
  return cause === 'healthy' ? 0 : 1;
}

function print(
  diagnosis: Diagnosis,
  name: string,
  { format }: ExplainArguments,
  io: Io,
  pipeline: Pick<Pipeline, 'windows'>,
): void {
  if (format === 'json') {
    io.out(diagnosisJson(diagnosis));
    return;
  }
  const titles = new Map(pipeline.windows().map((w) => [w.id, w.title]));
  io.out(diagnosisText(diagnosis, { paint: paintFor(io), name, titles }));
}

/** 0 where there is no race, 1 where there is one, 3 where the log does not tell. */
function exitOf({ verdict }: Diagnosis): ExitCode {
  if (verdict === 'race') return exitCodes.violated;
  return verdict === 'no race' ? exitCodes.holds : exitCodes.bounded;
}
