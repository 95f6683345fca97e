// SPDX-License-Identifier: GPL-2.0-only
// One run of the command line: arguments in, text and an exit code out, never a stack trace.

import { CodedError, formatUserError } from '#base/errors';
import { inColumns, printable, reportColumns } from '#base/text';
import { exitCodes } from '#report/exit';
import type { Io } from './io.ts';
import { dispatch } from './parse.ts';
import type { Pipeline } from './pipeline.ts';

/** Run one command line and return its exit code. */
export async function runCli(
  argv: readonly string[],
  io: Io,
  pipeline: () => Promise<Pipeline>,
): Promise<number> {
  try {
    const width = io.outIsTerminal ? (io.outColumns ?? reportColumns) : reportColumns;
    const result = await inColumns(width, () => dispatch(argv, io, pipeline));
    if (result.ok) return result.value;
    io.err(`${formatUserError(result.error)}\n`);
    return exitCodes.usage;
  } catch (error) {
    if (error instanceof CodedError) {
      io.err(`${error.format()}\n`);
      return exitCodes.usage;
    }
    const said = error instanceof Error ? error.message : String(error);
    const message = `a fault in racewindow: ${printable(said.split('\n')[0] ?? '')}`;
    const hint = 'please report it with the command line; RACEWINDOW_DEBUG=1 adds a stack';
    io.err(`${formatUserError({ code: 'RW999', message, hint })}\n`);
    if (io.env['RACEWINDOW_DEBUG'] === '1' && error instanceof Error) io.err(`${error.stack}\n`);
    return exitCodes.usage;
  }
}
