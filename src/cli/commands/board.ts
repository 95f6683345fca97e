// SPDX-License-Identifier: GPL-2.0-only
// racewindow board: how a board was understood.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { readFirmware } from '#cli/files';
import type { Io } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import { type ExitCode, exitCodes } from '#report/exit';

/** racewindow board FIRMWARE */
export function runBoard(
  file: string,
  io: Io,
  pipeline: Pick<Pipeline, 'readBoard' | 'boardText'>,
): Result<ExitCode, UserError> {
  const input = readFirmware(file);
  if (!input.ok) return input;
  const platform = pipeline.readBoard(input.value.bytes);
  if (!platform.ok) return platform;
  io.out(pipeline.boardText(platform.value));
  return ok(exitCodes.holds);
}
