// SPDX-License-Identifier: GPL-2.0-only
// racewindow conform: the model held against the kernel's own C of the user's tree.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { coded } from '#cli/coded';
import type { Io } from '#cli/io';
import { withQueue } from '#cli/queue';
import { type BuildArguments, buildOptions } from '#cli/tree';
import { revisionOfTree } from '#kernel/index';
import { SourceError } from '#realc/build/errors';
import { type ExitCode, exitCodes } from '#report/exit';
import { threadsOf } from '#run/hands';
import { specOf } from '#run/kernel-spec';

/** Options of the command. */
interface ConformArguments extends BuildArguments {
  readonly bound: number;
  readonly samples: number;
  /** Milliseconds. */
  readonly timeMax: number;
  readonly statesMax: number;
}

/** racewindow conform TREE */
export async function runConform(
  args: ConformArguments,
  io: Io,
): Promise<Result<ExitCode, UserError>> {
  const build = buildOptions(args, io);
  if (!build.ok) return build;
  return coded(async () => {
    const { buildTree, conformWorlds, sourceWorlds } = await import('#realc/index');
    const image = await buildTree(args.tree, build.value);
    const { text } = image.version;
    const revision = revisionOfTree(text);
    if (!revision) {
      const hint = 'racewindow kernels lists those that there are models of';
      throw new SourceError('RW309', `there is no model of ${text}`, hint);
    }
    const chosen = sourceWorlds.filter((w) => args.world === undefined || w.name === args.world);
    const { bound, samples, timeMax: timeMaxMs, statesMax } = args;
    const options = { bound, samples, timeMaxMs, statesMax };
    const kernel = specOf(revision, []);
    const worlds = await withQueue(args, io, (hands = threadsOf(1)) =>
      conformWorlds(image, chosen, kernel, options, hands, (w) => {
        const model = `${w.outcomesModel}${w.modelComplete ? '' : ' (bounded)'}`;
        const said = `real ${w.outcomesReal} outcomes in ${w.realRuns} runs, model ${model}`;
        io.out(`${w.world}: ${said}, ${w.differences.length} differences\n`);
        for (const key of w.led) io.out(`  ${key}: shown along a run of the model\n`);
        if (w.untold > 0) io.out(`  not decided: ${w.untold} of ${w.stories} orders of events\n`);
        for (const d of w.differences)
          io.out(`  ${d.kind}: ${d.text.replaceAll('\n', '\n    ')}\n`);
      }),
    );
    const differences = worlds.flatMap((w) => w.differences);
    const runs = worlds.reduce((sum, w) => sum + w.realRuns + w.samples, 0);
    const sampled = worlds.reduce((sum, w) => sum + w.samples, 0);
    const deeds = worlds.reduce((sum, w) => sum + w.deeds, 0);
    io.out(`${worlds.length} worlds, ${runs} runs, ${sampled} of them sampled; `);
    io.out(`${deeds} deeds alike: ${differences.length} differences\n`);
    return ok(differences.length === 0 ? exitCodes.holds : exitCodes.violated);
  });
}
