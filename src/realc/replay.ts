// SPDX-License-Identifier: GPL-2.0-only
// A finding of the kernel's own C made anew: its tree and its schedule in, what then happens out.

import { createHash } from 'node:crypto';
import { AssertionError } from '#base/assert';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { type Replayed, replay } from '#checker/index';
import type { Finding, FindingSource } from '#finding/finding';
import { breaksTheSame } from '#finding/key';
import { propertyOf, ruleBroken } from '#properties/index';
import { SourceError } from '#realc/build/errors';
import { type BuildOptions, buildTree, type KernelImage } from '#realc/build/image';
import type { PatchInput } from '#realc/build/patch';
import { SourceProgram } from '#realc/search/program';
import type { World } from '#worlds/world';
import { foundIn } from './finding.ts';
import { addUnlearned } from './search-world.ts';

/** The tree to replay in, and how to build it; patches come from the finding. */
export interface ReplayOptions extends Omit<BuildOptions, 'patches' | 'reverts'> {
  readonly tree: string;
}

/** Findings of one report share their image. */
const images = new Map<string, Promise<KernelImage>>();

function imageOf(opt: ReplayOptions, build: Build): Promise<KernelImage> {
  const key = JSON.stringify([opt.tree, opt.cc ?? null, opt.cacheDir ?? null, build]);
  const image = images.get(key) ?? buildTree(opt.tree, { ...opt, ...build });
  images.set(key, image);
  return image;
}

type Build = Required<Pick<BuildOptions, 'patches' | 'reverts'>>;

/** The patches that @finding carries; refused where one was edited. */
function patchesOf(finding: Finding, { reverts }: FindingSource): Result<Build, UserError> {
  const inputs: PatchInput[] = [];
  for (const { name, sha256 } of finding.revision.userFixes) {
    const text = finding.code?.find((c) => c.sha256 === sha256 && c.name === name)?.source;
    if (text === undefined || createHash('sha256').update(text).digest('hex') !== sha256) {
      const what = text === undefined ? 'is not in the file' : 'has another sha256';
      const hint = 'it was edited; check the tree again';
      return fail('RW073', `${finding.id}: the patch ${name} ${what}`, hint);
    }
    inputs.push({ name, text });
  }
  return ok({ reverts: inputs.slice(0, reverts), patches: inputs.slice(reverts) });
}

/** Throws RW312 where a file that the run of @finding passed through is another one now. */
function compareFiles(finding: Finding, source: FindingSource, image: KernelImage): void {
  const other = Object.entries(source.files).filter(([path, sha]) => image.fileHash(path) !== sha);
  if (other.length === 0) return;
  const { name, userFixes } = finding.revision;
  const patched = userFixes.length > 0 ? `, with ${userFixes.map((f) => f.name).join(', ')}` : '';
  throw new SourceError(
    'RW312',
    `${finding.id} was found in other sources: ${other.map(([path]) => path).join(', ')}`,
    `it was found in ${name}${patched}; name that tree, or check this one`,
  );
}

function programOf(finding: Finding, source: FindingSource, image: KernelImage): SourceProgram {
  const program = new SourceProgram(image, finding.world as World);
  if (image.key === source.image) addUnlearned(program.runner, source.points);
  program.reset();
  return program;
}

/** Run the schedule of @finding in the C of a tree. */
export async function replaySource(
  finding: Finding,
  opt: ReplayOptions,
): Promise<Result<Finding, UserError>> {
  const { source } = finding;
  if (!source) {
    const hint = 'replay it without --tree';
    return fail('RW073', `${finding.id}: it was found in the model, not in a tree`, hint);
  }
  const patches = patchesOf(finding, source);
  if (!patches.ok) return patches;
  const image = await imageOf(opt, patches.value);
  compareFiles(finding, source, image);
  const hint =
    image.key === source.image
      ? 'it was edited, or written by another version; check the tree again'
      : `it was built by "${source.compiler}", this tree by "${image.compiler}"; see --cc`;
  try {
    const program = programOf(finding, source, image);
    const replayed = replay(program, finding.schedule);
    if (!replayed.ok) {
      const { code, message } = replayed.error;
      return fail(code, `${finding.id}: ${message}`, hint);
    }
    return remade(finding, program, replayed.value, hint);
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    return fail('RW073', `${finding.id}: its world makes no sense: ${error.message}`, hint);
  }
}

function remade(
  finding: Finding,
  program: SourceProgram,
  { trace, reports, preemptions }: Replayed,
  hint: string,
): Result<Finding, UserError> {
  const all = reports.map((r) => r.report);
  const ofRule = all.filter((r) => propertyOf(r.property) === finding.property);
  const same = ofRule.find(
    (r) => breaksTheSame(ruleBroken(r), finding) && r.subject === finding.witness.subject,
  );
  const report = same ?? ofRule[0] ?? all[0];
  if (!report) return fail('RW074', `${finding.id}: the replay breaks no rule`, hint);
  return ok({ ...finding, ...foundIn(program, trace, report), preemptions });
}
