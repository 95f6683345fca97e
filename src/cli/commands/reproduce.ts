// SPDX-License-Identifier: GPL-2.0-only
// racewindow reproduce: a finding forced upon a kernel that boots, or the module that does it.

import { join } from 'node:path';
import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { readFindings, replayOne } from '#cli/commands/replay';
import { type OutputFile, writeFiles } from '#cli/files';
import type { Io } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import type { Reproduction } from '#finding/reproduction';
import { type ExitCode, exitCodes } from '#report/exit';
import { reproductionJson, reproductionText } from '#report/reproduction';
import { moduleDocument } from '#reproduce/document';
import { guestFile, moduleFiles } from '#reproduce/machine';
import { argumentsFor, reproduce } from '#reproduce/reproduce';
import { sceneOf } from '#reproduce/scene';
import { revisionOf } from '#run/kernel-spec';

/** The options of the command line. */
interface ReproduceArguments {
  readonly file: string;
  readonly id: string;
  readonly kernel: string;
  readonly out: string;
  /** Prove the waits, and boot nothing. */
  readonly plan?: boolean;
  /** Write the module there instead. */
  readonly module?: string;
  readonly format: 'text' | 'json';
}

/** Run the command. */
export async function runReproduce(
  args: ReproduceArguments,
  io: Io,
  pipeline: Pick<Pipeline, 'replay'>,
): Promise<Result<ExitCode, UserError>> {
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
    write: (files: readonly OutputFile[]) => writeFiles(join(args.out, 'build'), files),
  };
  const done = await reproduce(finding, revision.value, {
    kernel: args.kernel,
    scene: scene.value,
    out: what === 'boot' ? out : null,
  });
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

function codeOf({ boot }: Reproduction): ExitCode {
  if (boot === null || boot.word === 'reproduced') return exitCodes.holds;
  return boot.word === 'inconclusive' ? exitCodes.bounded : exitCodes.violated;
}
