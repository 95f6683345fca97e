// SPDX-License-Identifier: GPL-2.0-only
// racewindow conform: the model held against the kernel's own C of the user's tree.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { coded } from '#cli/coded';
import type { Io } from '#cli/io';
import { type BuildArguments, buildOptions } from '#cli/tree';
import { findRevision } from '#kernel/index';
import { SourceError } from '#realc/build/errors';
import { type ExitCode, exitCodes } from '#report/exit';

/** The model that stands for a tree: of the stable series where it is one, null without any. */
export function modelFor(version: { major: number; minor: number; text: string }) {
  const series = `${version.major}.${version.minor}`;
  const names = version.text.endsWith('.0') ? [series] : [`${series}.y`, series];
  for (const name of names) {
    const found = findRevision(name);
    if (found.ok) return found.value;
  }
  return null;
}

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
    const { buildTree, conform, sourceWorlds } = await import('#realc/index');
    const image = await buildTree(args.tree, build.value);
    const { text } = image.version;
    const revision = modelFor(image.version);
    if (!revision) {
      throw new SourceError('RW309', `there is no model of ${text}`, 'conform knows 6.12 and 7.2');
    }
    const { worlds, differences } = conform(image, revision, {
      worlds: sourceWorlds.filter((w) => args.world === undefined || w.name === args.world),
      bound: args.bound,
      samples: args.samples,
      timeMaxMs: args.timeMax,
      statesMax: args.statesMax,
      onWorld(w) {
        const model = `${w.outcomesModel}${w.modelComplete ? '' : ' (bounded)'}`;
        const said = `real ${w.outcomesReal} outcomes in ${w.realRuns} runs, model ${model}`;
        io.out(`${w.world}: ${said}, ${w.differences.length} differences\n`);
        for (const key of w.led) io.out(`  ${key}: shown along a run of the model\n`);
        if (w.untold > 0) io.out(`  not decided: ${w.untold} of ${w.stories} orders of events\n`);
        for (const d of w.differences)
          io.out(`  ${d.kind}: ${d.text.replaceAll('\n', '\n    ')}\n`);
      },
    });
    const runs = worlds.reduce((sum, w) => sum + w.realRuns + w.samples, 0);
    const sampled = worlds.reduce((sum, w) => sum + w.samples, 0);
    io.out(`${worlds.length} worlds, ${runs} runs, ${sampled} of them sampled: `);
    io.out(`${differences.length} differences\n`);
    return ok(differences.length === 0 ? exitCodes.holds : exitCodes.violated);
  });
}
