// SPDX-License-Identifier: GPL-2.0-only
// racewindow admits: is this log one that the model of its kernel can produce on this board?

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { inputName } from '#cli/files';
import type { Io } from '#cli/io';
import { kernelFor, nameOfLog, readBoardOf, readStory } from '#cli/log-input';
import type { Pipeline } from '#cli/pipeline';
import { admits } from '#diagnosis/admits';
import { admissionJson, admissionText } from '#report/admission';
import { type ExitCode, exitCodes } from '#report/exit';

/** The options of the command line. */
interface AdmitsArguments {
  readonly log: string;
  readonly board: string;
  readonly kernel: string;
  readonly format: 'text' | 'json';
}

/** Run the command. */
export function runAdmits(
  args: AdmitsArguments,
  io: Io,
  pipeline: Pick<Pipeline, 'readBoard'>,
): Result<ExitCode, UserError> {
  const story = readStory(args.log);
  if (!story.ok) return story;
  const kernel = kernelFor(args.kernel, story.value);
  if (!kernel.ok) return kernel;
  const { revision, because } = kernel.value;
  if (revision === null) {
    const message = `${inputName(args.log)}: ${because}`;
    return fail('RW050', message, 'name a kernel of the model with --kernel');
  }
  const board = readBoardOf(args.board, pipeline);
  if (!board.ok) return board;
  const admission = admits(story.value, board.value.platform, revision);
  const name = nameOfLog(args.log, story.value);
  const place = { log: name, board: board.value.file, kernel: revision.name };
  io.out(
    args.format === 'json' ? admissionJson(admission, place) : admissionText(admission, place),
  );
  return ok(codes[admission.admits]);
}

const codes = {
  yes: exitCodes.holds,
  no: exitCodes.violated,
  'can not tell': exitCodes.bounded,
} as const;
