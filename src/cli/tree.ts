// SPDX-License-Identifier: GPL-2.0-only
// What the commands that build a kernel tree take: the tree, patches, a compiler.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { plural, printable, wrap } from '#base/text';
import { buildProgress } from '#cli/coded';
import type { CheckArguments } from '#cli/commands/check';
import { inputName, readLatin1 } from '#cli/files';
import type { Io } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import type { QueueArguments } from '#cli/queue';
import type { BuildOptions } from '#realc/build/image';
import type { PatchInput } from '#realc/build/patch';

/** A tree, and what is built of it. */
export interface BuildArguments extends QueueArguments {
  readonly tree: string;
  readonly patch?: readonly string[];
  readonly revert?: readonly string[];
  readonly cc?: string;
  readonly world?: string;
}

/** Options of source check. */
export interface SourceArguments extends BuildArguments, Omit<CheckArguments, 'kernel'> {}

/** The patches in files. */
export function readPatches(names: readonly string[] = []): Result<PatchInput[], UserError> {
  const inputs: PatchInput[] = [];
  for (const name of names) {
    const text = readLatin1(name, 'give a .diff or .mbox file');
    if (!text.ok) return text;
    inputs.push({ name: inputName(name), text: text.value });
  }
  return ok(inputs);
}

/** How to build the tree that @args name. */
export function buildOptions(args: BuildArguments, io: Io): Result<BuildOptions, UserError> {
  const patches = readPatches(args.patch);
  if (!patches.ok) return patches;
  const reverts = readPatches(args.revert);
  if (!reverts.ok) return reverts;
  return ok({
    patches: patches.value,
    reverts: reverts.value,
    cc: args.cc ?? null,
    onProgress: buildProgress(io),
    onLeftOut: (paths) => io.err(leftOutText(paths)),
  });
}

/** @pipeline, whose devices without a board are those of the worlds that the C is run in. */
export async function withSourceClients(pipeline: Pipeline): Promise<Pipeline> {
  const { sourceWorlds } = await import('#realc/worlds');
  const names = [...new Set(sourceWorlds.flatMap((world) => world.focus))].sort();
  return {
    ...pipeline,
    clientNames: (platform) => (platform === null ? names : pipeline.clientNames(platform)),
  };
}

/** Which files of the patches had no part in the answer. */
export function leftOutText(paths: readonly string[]): string {
  const said = `without ${plural(paths.length, 'file')} that this tree does not hold: `;
  return `${wrap(printable(`${said}${paths.join(', ')}`), { rest: '  ' }).join('\n')}\n`;
}
