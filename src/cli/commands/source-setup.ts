// SPDX-License-Identifier: GPL-2.0-only
// racewindow source setup: the compiler for the kernel's own C.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { coded } from '#cli/coded';
import type { Io } from '#cli/io';
import { type ExitCode, exitCodes } from '#report/exit';

/** racewindow source setup */
export async function runSourceSetup(io: Io): Promise<Result<ExitCode, UserError>> {
  return coded(async () => {
    const { setupToolchain, defaultCacheDir } = await import('#realc/build/toolchain');
    const done = await setupToolchain(defaultCacheDir(), (line) => io.err(`${line}\n`));
    io.out(done.installed ? `installed in ${done.dir}\n` : 'the toolchain is there\n');
    return ok(exitCodes.holds);
  });
}
