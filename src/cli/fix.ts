// SPDX-License-Identifier: GPL-2.0-only
// A user's own fix out of a TypeScript file: bundled with what it imports into one script.

import { createHash } from 'node:crypto';
import path from 'node:path';
import type { BuildFailure } from 'esbuild';
import { fail, type UserError } from '#base/errors';
import { type Err, ok, type Result } from '#base/result';
import { readText } from '#cli/files';
import type { KernelSpec } from '#finding/finding';

/** A fix as findings carry it: name, hash, and a script that stands alone. */
export type BundledFix = KernelSpec['userFixes'][number];

/** True where a value of --with names a file and not a commit. */
export function namesFile(value: string): boolean {
  return /\.[cm]?[jt]s$/.test(value);
}

/** True where a value names a patch or a mail, which the model cannot take. */
export function namesPatch(value: string): boolean {
  return /\.(diff|eml|mbox|patch)$/i.test(value);
}

/** The error for a patch where a commit or a fix of the model is wanted. */
export function patchError(what: string, value: string): Err<UserError> {
  const hint = `racewindow try --tree TREE --patch ${value} judges it there`;
  return fail('RW064', `${what} ${value}: a patch is for the kernel's own C`, hint);
}

/**
 * Bundle the fix in @file. Imports of racewindow/* stay imports and are answered by this program
 * when the fix is loaded; everything else is taken in, so that a finding carries all of it.
 */
export async function bundleFix(
  file: string,
  load: () => Promise<Pick<typeof import('esbuild'), 'build'>> = () => import('esbuild'),
): Promise<Result<BundledFix, UserError>> {
  const full = path.resolve(file);
  const there = readText(file, fixHint);
  if (!there.ok) return there;
  // Nothing else needs it, so an installation without it does all else.
  const esbuild = await load().catch(() => null);
  if (esbuild === null) {
    return fail('RW055', `${file}: esbuild, which bundles it, is not there`, 'npm install esbuild');
  }
  try {
    const result = await esbuild.build({
      entryPoints: [path.basename(full)],
      absWorkingDir: path.dirname(full),
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'neutral',
      target: 'node20',
      external: ['racewindow', 'racewindow/*'],
      logLevel: 'silent',
      legalComments: 'none',
      charset: 'ascii',
      tsconfigRaw: '{}',
    });
    const source = result.outputFiles[0]!.text;
    const sha256 = createHash('sha256').update(source).digest('hex');
    return ok({ name: path.basename(full), sha256, source });
  } catch (error) {
    return fail('RW055', `${file}: ${buildErrorText(error)}`, fixHint);
  }
}

const fixHint = 'see examples/fixes/ for fixes that load; Trying a fix in the guide tells how';

function buildErrorText(error: unknown): string {
  const first = (error as Partial<BuildFailure>).errors?.[0];
  if (!first) return 'cannot be bundled';
  const { location, text } = first;
  return location ? `line ${location.line}: ${text}` : text;
}

/** What --with adds: ids of known commits as they are, fixes of the user's own as bundles. */
export async function addedBy(
  values: readonly string[],
): Promise<Result<(string | BundledFix)[], UserError>> {
  const added: (string | BundledFix)[] = [];
  for (const value of values) {
    if (namesPatch(value)) return patchError('--with', value);
    if (!namesFile(value)) {
      added.push(value);
      continue;
    }
    const fix = await bundleFix(value);
    if (!fix.ok) return fix;
    added.push(fix.value);
  }
  return ok(added);
}
