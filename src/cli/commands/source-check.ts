// SPDX-License-Identifier: GPL-2.0-only
// racewindow source check: the rules held against the kernel's own C of the user's tree.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { coded } from '#cli/coded';
import { runCheck } from '#cli/commands/check';
import type { Io } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import { withQueue } from '#cli/queue';
import { buildOptions, type SourceArguments, withSourceClients } from '#cli/tree';
import { packageVersion } from '#cli/version';
import type { ExitCode } from '#report/exit';

/** racewindow source check TREE [FIRMWARE] */
export async function runSourceCheck(
  args: SourceArguments,
  io: Io,
  pipeline: Pipeline,
): Promise<Result<ExitCode, UserError>> {
  const build = buildOptions(args, io);
  if (!build.ok) return build;
  return coded(async () => {
    const { checkSource } = await import('#realc/check');
    const own = await withSourceClients(pipeline);
    // A build takes minutes; whether there is a queue is known at once.
    return withQueue(args, io, async (hands) => {
      const real: Pipeline = {
        ...own,
        chooseKernel: () =>
          ok({
            name: args.tree,
            check: (platform, check, onWorld) =>
              checkSource(args.tree, platform, {
                ...build.value,
                check,
                world: args.world ?? null,
                version: packageVersion(),
                hands,
                onWorld,
              }),
          }),
      };
      return runCheck({ ...args, kernel: args.tree }, io, real);
    });
  });
}
