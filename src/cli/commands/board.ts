// SPDX-License-Identifier: GPL-2.0-only
// racewindow board: how a board was understood.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { type FirmwareArguments, readFirmware } from '#cli/input';
import type { Io } from '#cli/io';
import { machineLines } from '#cli/machine';
import type { Pipeline } from '#cli/pipeline';
import { type ExitCode, exitCodes } from '#report/exit';

/** racewindow board [FIRMWARE] */
export function runBoard(
  args: FirmwareArguments,
  io: Io,
  pipeline: Pick<Pipeline, 'readBoard' | 'boardText'>,
): Result<ExitCode, UserError> {
  const input = readFirmware(args);
  if (!input.ok) return input;
  if (input.value === null) {
    return fail('RW060', 'there is no board to print', 'name its FIRMWARE, or --live');
  }
  const { firmware, machine } = input.value;
  const platform = pipeline.readBoard(firmware);
  if (!platform.ok) return platform;
  io.out(pipeline.boardText(platform.value));
  if (machine) io.out(`\n${machineLines(machine, platform.value).join('\n')}\n`);
  return ok(exitCodes.holds);
}
