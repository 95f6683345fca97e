// SPDX-License-Identifier: GPL-2.0-only
// racewindow reproduce: a finding forced upon a kernel that boots, or the module that does it.

import { join, resolve } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { coded } from '#cli/coded';
import { readFindings, replayOne } from '#cli/commands/replay';
import { type OutputFile, writeFiles } from '#cli/files';
import { addedBy } from '#cli/fix';
import type { Io } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import { leftOutText, readPatches } from '#cli/tree';
import type { Reproduction } from '#finding/reproduction';
import type { Commit } from '#kernel/index';
import { type ExitCode, exitCodes } from '#report/exit';
import { reproductionJson, reproductionText } from '#report/reproduction';
import { moduleDocument } from '#reproduce/document';
import { guestFile, moduleFiles } from '#reproduce/guest-files';
import { argumentsFor, reproduce, type TreeKernel } from '#reproduce/reproduce';
import { sceneOf } from '#reproduce/scene';
import { revisionOf } from '#run/kernel-spec';
import { commitFromScript } from '#run/user-fix';

/** The options of the command line. */
interface ReproduceArguments extends OnArguments {
  readonly file: string;
  readonly id: string;
  readonly out: string;
  /** Prove the waits, and boot nothing. */
  readonly plan?: boolean;
  /** Write the module there instead. */
  readonly module?: string;
  readonly format: 'text' | 'json';
}

/** Those that say which kernel is booted. */
interface OnArguments {
  readonly kernel?: string;
  readonly on?: string;
  readonly patch?: readonly string[];
  readonly revert?: readonly string[];
  readonly with?: readonly string[];
  readonly without?: readonly string[];
}

/** Run the command. */
export async function runReproduce(
  args: ReproduceArguments,
  io: Io,
  pipeline: Pick<Pipeline, 'replay'>,
): Promise<Result<ExitCode, UserError>> {
  const on = await kernelOf(args, io);
  if (!on.ok) return on;
  const read = readFindings(args);
  if (!read.ok) return read;
  const finding = read.value.findings[0]!;
  const what = args.module !== undefined ? 'module' : args.plan === true ? 'plan' : 'boot';
  const scene = sceneOf(finding, what);
  if (!scene.ok) return scene;
  const again = await replayOne(finding, pipeline, null);
  if (!again.ok) return again;
  const revision = revisionOf({ ...finding.revision, userFixes: [] });
  if (!revision.ok) return revision;
  const out = {
    dir: args.out,
    write: (folder: string, files: readonly OutputFile[]) =>
      writeFiles(join(args.out, folder), files),
    say: (line: string) => io.err(`${line}\n`),
  };
  const options = { on: on.value, scene: scene.value, out: what === 'boot' ? out : null };
  const done = await reproduce(finding, revision.value, options);
  if (!done.ok) return done;
  if (args.module !== undefined && scene.value !== null) {
    const words = ['go=1', ...argumentsFor(scene.value, done.value.waits)];
    const page = { name: 'README', text: moduleDocument(done.value, words) };
    const files = moduleFiles.map((name) => ({ name, text: guestFile(name) }));
    const written = await writeFiles(args.module, [...files, page], '--module');
    if (!written.ok) return written;
  }
  io.out(args.format === 'json' ? reproductionJson(done.value) : reproductionText(done.value));
  return ok(codeOf(done.value));
}

/** The kernel that is booted: the name of a series, or a tree with patches and their model. */
async function kernelOf(
  args: OnArguments,
  io: Io,
): Promise<Result<string | TreeKernel, UserError>> {
  const { on, patch = [], revert = [], with: added = [], without = [] } = args;
  if (on === undefined) {
    const [idle] = [...patch, ...revert, ...added, ...without];
    if (idle === undefined) return ok(args.kernel ?? '7.2');
    return fail('RW060', `${idle} is for a kernel that is built`, 'name its tree with --on TREE');
  }
  if (args.kernel !== undefined) {
    return fail('RW060', '--kernel and --on name two kernels', 'leave out --kernel');
  }
  const [patches, reverts] = [readPatches(patch), readPatches(revert)];
  if (!patches.ok) return patches;
  if (!reverts.ok) return reverts;
  const commits = await commitsOf(added);
  if (!commits.ok) return commits;
  const isTold = added.length + without.length > 0 || patch.length + revert.length === 0;
  return coded(async () => {
    const { applyPatches } = await import('#realc/build/patch');
    const { kernelVersion } = await import('#realc/build/files');
    const version = kernelVersion(on);
    if (version === null) {
      const hint = 'scripts/fetch-linux 7.2 --whole unpacks one and prints its path';
      return fail('RW504', `${on} is no kernel tree`, hint);
    }
    const { overlay, leftOut } = applyPatches(on, patches.value, reverts.value);
    if (leftOut.length > 0) io.err(leftOutText(leftOut));
    return ok({
      tree: { dir: resolve(on), version: version.text, overlay },
      patches: [...revert.map((name) => `-${name}`), ...patch],
      model: isTold ? { with: commits.value, without } : null,
    });
  });
}

/** Commits by what --with names. */
async function commitsOf(
  values: readonly string[],
): Promise<Result<(string | Commit)[], UserError>> {
  const added = await addedBy(values);
  if (!added.ok) return added;
  const commits: (string | Commit)[] = [];
  for (const one of added.value) {
    const commit = typeof one === 'string' ? ok(one) : commitFromScript(one);
    if (!commit.ok) return commit;
    commits.push(commit.value);
  }
  return ok(commits);
}

function codeOf({ boot }: Reproduction): ExitCode {
  if (boot === null || boot.word === 'reproduced') return exitCodes.holds;
  return boot.word === 'inconclusive' ? exitCodes.bounded : exitCodes.violated;
}
