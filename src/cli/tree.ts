// SPDX-License-Identifier: GPL-2.0-only
// What the commands that build a kernel tree take: the tree, patches, a compiler.

import { readFileSync } from 'node:fs';
import { plural, printable, wrap } from '#base/text';
import { buildProgress } from '#cli/coded';
import type { CheckArguments } from '#cli/commands/check';
import type { Io } from '#cli/io';
import { SourceError } from '#realc/build/errors';
import type { BuildOptions } from '#realc/build/image';
import type { PatchInput } from '#realc/build/patch';

/** Options of the source commands, as text, beside those of check. */
export interface SourceArguments extends Omit<CheckArguments, 'kernel'> {
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

/** How to build the tree that @args name; throws a SourceError where a patch cannot be read. */
export function buildOptions(args: SourceArguments, io: Io): BuildOptions {
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
