// SPDX-License-Identifier: GPL-2.0-only
// racewindow source setup, source check and conform: the kernel's own C of the user's tree.

import { readFileSync } from 'node:fs';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { plural, printable, wrap } from '#base/text';
import { buildProgress, coded } from '#cli/coded';
import type { Io } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import { countOption } from '#cli/values';
import { packageVersion } from '#cli/version';
import { findRevision } from '#kernel/index';
import { SourceError } from '#realc/build/errors';
import type { BuildOptions } from '#realc/build/image';
import type { PatchInput } from '#realc/build/patch';
import { type ExitCode, exitCodes } from '#report/exit';
import { type CheckArguments, runCheck } from './check.ts';

/** Options of the source commands, as text, beside those of check. */
export interface SourceArguments extends CheckArguments {
  readonly tree: string;
  readonly patch?: readonly string[];
  readonly revert?: readonly string[];
  readonly cc?: string;
  readonly world?: string;
  readonly samples?: string;
  readonly bound?: string;
}

/** The patches in files. */
export function readPatches(names: readonly string[] | undefined): PatchInput[] {
  return (names ?? []).map((name) => {
    try {
      return { name, text: readFileSync(name, 'latin1') };
    } catch {
      throw new SourceError('RW306', `${name} cannot be read`, 'give a .diff or .mbox file');
    }
  });
}

function buildOptions(args: SourceArguments, io: Io): BuildOptions {
  return {
    patches: readPatches(args.patch),
    reverts: readPatches(args.revert),
    cc: args.cc ?? null,
    onProgress: buildProgress(io),
    onLeftOut: (paths) => io.err(leftOutText(paths)),
  };
}

/** Which files of the patches had no part in the answer. */
export function leftOutText(paths: readonly string[]): string {
  const said = `without ${plural(paths.length, 'file')} that this tree does not hold: `;
  return `${wrap(printable(`${said}${paths.join(', ')}`), { rest: '  ' }).join('\n')}\n`;
}

/** racewindow source setup */
export async function runSourceSetup(io: Io): Promise<Result<ExitCode, UserError>> {
  return coded(async () => {
    const { setupToolchain, defaultCacheDir } = await import('#realc/build/toolchain');
    const done = await setupToolchain(defaultCacheDir(), (line) => io.err(`${line}\n`));
    io.out(done.installed ? `installed in ${done.dir}\n` : 'the toolchain is there\n');
    return ok(exitCodes.holds);
  });
}

/** racewindow source check TREE [FIRMWARE] */
export async function runSourceCheck(
  args: SourceArguments,
  io: Io,
  pipeline: Pipeline,
): Promise<Result<ExitCode, UserError>> {
  const { strategy = 'bound=1' } = args;
  if (!/^(bound=\d+|source|source-dpor)$/.test(strategy)) {
    const hint = "the kernel's own C is searched with bound=0, bound=1, ..., or source-dpor";
    return fail('RW064', `--strategy ${strategy}: this is for the model`, hint);
  }
  return coded(async () => {
    const { checkSource } = await import('#realc/check');
    const build = buildOptions(args, io);
    const real: Pipeline = {
      ...pipeline,
      chooseKernel: () =>
        ok({
          name: args.tree,
          check: (platform, check, onWorld) =>
            checkSource(args.tree, platform, {
              ...build,
              check,
              world: args.world ?? null,
              version: packageVersion(),
              onWorld,
            }),
        }),
    };
    return runCheck({ ...args, strategy }, io, real);
  });
}

/** The model that stands for a tree: of the stable series where it is one, null without any. */
function modelFor(version: { major: number; minor: number; text: string }) {
  const series = `${version.major}.${version.minor}`;
  const names = version.text.endsWith('.0') ? [series] : [`${series}.y`, series];
  for (const name of names) {
    const found = findRevision(name);
    if (found.ok) return found.value;
  }
  return null;
}

/** racewindow conform TREE */
export async function runConform(
  args: SourceArguments,
  io: Io,
): Promise<Result<ExitCode, UserError>> {
  const samples = countOption('--samples', args.samples, 0, 1e6);
  if (!samples.ok) return samples;
  const bound = countOption('--bound', args.bound, 0, 4);
  if (!bound.ok) return bound;
  const seconds = countOption('--time-max', args.timeMax, 1, 1e6);
  if (!seconds.ok) return seconds;
  const states = countOption('--states-max', args.statesMax, 1, 1e9);
  if (!states.ok) return states;
  return coded(async () => {
    const { buildTree, conform, sourceWorlds } = await import('#realc/index');
    const image = await buildTree(args.tree, buildOptions(args, io));
    const { text } = image.version;
    const revision = modelFor(image.version);
    if (!revision) {
      throw new SourceError('RW309', `there is no model of ${text}`, 'conform knows 6.12 and 7.2');
    }
    const { worlds, differences } = conform(image, revision, {
      worlds: sourceWorlds.filter((w) => args.world === undefined || w.name === args.world),
      bound: bound.value ?? 2,
      samples: samples.value ?? 1000,
      timeMaxMs: (seconds.value ?? 20) * 1000,
      statesMax: states.value ?? 150_000,
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
