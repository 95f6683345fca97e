// SPDX-License-Identifier: GPL-2.0-only
// racewindow completion: the script for a shell, and the words that it then asks for.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import { complete, completionScript, type Known, shells } from '#cli/complete';
import { readFirmware } from '#cli/input';
import type { Io } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import type { CommandEntry } from '#cli/table';
import { type ExitCode, exitCodes } from '#report/exit';

/** Run the command: SHELL, or `words` and the words so far. */
export async function runCompletion(
  [what = '', ...words]: readonly (string | undefined)[],
  commands: readonly CommandEntry[],
  io: Io,
  pipeline: () => Promise<Pipeline>,
): Promise<Result<ExitCode, UserError>> {
  if (what === 'words') {
    const given = words.map((word) => word ?? '');
    const found = await complete(given, commands, knownTo(pipeline));
    io.out(found.map((word) => `${word}\n`).join(''));
    return ok(exitCodes.holds);
  }
  const shell = shells.find((name) => name === what);
  if (shell === undefined) {
    return fail(
      'RW064',
      `${what}: no completion for this shell`,
      didYouMean(what, shells, 'shell'),
    );
  }
  if (words.length > 0) {
    const hint = `run it once for each: racewindow completion ${shell}`;
    return fail('RW060', `completion takes one shell, and ${words.length + 1} are named`, hint);
  }
  io.out(completionScript(shell));
  return ok(exitCodes.holds);
}

function knownTo(pipeline: () => Promise<Pipeline>): Known {
  return {
    commit: async () => {
      const kernels = (await pipeline()).kernels();
      return [...new Set(kernels.flatMap((k) => k.commits.map((c) => c.id)))].sort();
    },
    device: async (firmware) => {
      const { clientNames, readBoard } = await pipeline();
      // Standard input is the shell's, so it is left alone.
      const read = firmware === '-' ? ok(null) : readFirmware({ firmware });
      if (!read.ok) return [];
      if (read.value === null) return clientNames(null);
      const board = readBoard(read.value.firmware);
      return board.ok ? clientNames(board.value) : [];
    },
    kernel: async () => (await pipeline()).kernels().map((k) => k.name),
    rule: async () => (await pipeline()).properties().map((p) => p.id),
    window: async () => (await pipeline()).windows().map((w) => w.id),
  };
}
