// SPDX-License-Identifier: GPL-2.0-only
// The pipeline that the commands really use: board, kernel, worlds, checker.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Finding } from '#finding/finding';
import {
  type Commit,
  findRevision,
  neededBy,
  placesOf,
  type Revision,
  revisionNames,
  withCommits,
} from '#kernel/index';
import { clientsOf, type Platform, platformOf } from '#platform/index';
import { properties } from '#properties/index';
import { type CheckedKernel, checkPlatform, reportKernel } from '#questions/check';
import { shownIn, unseen } from '#questions/commit-effects';
import { type Swept, sweepBoards } from '#questions/sweep';
import { renderBoard } from '#report/board';
import { OutcomeStore } from '#run/store';
import { commitFromScript } from '#run/user-fix';
import { windows } from '#windows/index';
import { worldsForPlatform } from '#worlds/derive';
import { genericWorlds } from '#worlds/generic';
import { coded } from './coded.ts';
import type { BundledFix } from './fix.ts';
import type {
  ChosenKernel,
  CommitEntry,
  KernelChoice,
  KernelEntry,
  Pipeline,
  SweepQuestion,
  TreeChoice,
} from './pipeline.ts';
import { rerun } from './rerun.ts';
import { packageVersion } from './version.ts';
import { windowEntry } from './window-entry.ts';

/** Everything behind the command line. */
export function realPipeline(): Pipeline {
  return {
    kernels: () => revisionNames().map(kernelEntry),
    windows: () => windows.map(windowEntry),
    properties: () => properties.map(({ id, name, rule }) => ({ id, name, rule })),
    chooseKernel,
    sweep,
    readBoard: platformOf,
    boardText,
    clientNames,
    replay,
  };
}

async function replay(
  finding: Finding,
  tree: TreeChoice | null,
  trustFixes = false,
  inFull = false,
): Promise<Result<Finding, UserError>> {
  if (tree === null && !finding.source) return rerun(finding, trustFixes, inFull);
  if (tree === null) {
    const message = `${finding.id}: found in the kernel's own C, and there is no --tree`;
    const { name } = finding.revision;
    return fail('RW311', message, `add --tree TREE, the unpacked source of ${name}`);
  }
  return coded(async () => {
    const { replaySource } = await import('#realc/replay');
    return replaySource(finding, tree);
  });
}

function boardText(platform: Platform): string {
  const axes = { asyncProbe: false, strictDevlink: false };
  const scenes = new Map<string, Set<string>>();
  for (const { world, classKey } of worldsForPlatform(platform, axes)) {
    const known = scenes.get(classKey) ?? new Set<string>();
    scenes.set(classKey, known.add(world.name));
  }
  return renderBoard(platform, { scenesOf: (key) => [...(scenes.get(key) ?? [])] });
}

function clientNames(platform: Platform | null): readonly string[] {
  if (platform !== null) return clientsOf(platform).map((d) => d.name);
  return [...new Set(genericWorlds().flatMap((w) => w.devices))].sort();
}

function kernelEntry(name: string): KernelEntry {
  const found = findRevision(name);
  if (!found.ok) throw new Error(`${name} is listed but not there`);
  const { commits } = found.value;
  const read = placesOf(name);
  const how = read === null ? 'inferred from its history' : `read in the source of ${read.release}`;
  return { name, note: how, commits: commits.map((c) => commitEntry(c, found.value)) };
}

function commitEntry({ sha, subject, landed }: Commit, kernel: Revision): CommitEntry {
  return { id: sha, subject, landed, effect: effectOf(sha, kernel) };
}

/** What is known of @kernel without one of its commits; see scripts/shows.mjs. */
function effectOf(sha: string, kernel: Revision): string {
  const needer = neededBy(kernel, sha);
  if (needer !== null) return `needed by ${needer}`;
  const shown = shownIn(kernel.name, sha);
  if (!shown) return `no world shows it: ${unseen(kernel.name, sha) ?? 'not computed'}`;
  const change = (list: readonly string[], one: string, more: string): string[] =>
    list.length === 0 ? [] : [`${list.join(', ')} ${list.length === 1 ? one : more}`];
  const { come, gone } = shown;
  const changes = [...change(come, 'comes', 'come'), ...change(gone, 'goes', 'go')];
  return `without it, in ${shown.world.replace(/ \| .*/, '')}: ${changes.join('; ')}`;
}

async function sweep(question: SweepQuestion): Promise<Result<Swept, UserError>> {
  const kernels: CheckedKernel[] = [];
  for (const choice of question.kernels) {
    const kernel = checkedKernel(choice);
    if (!kernel.ok) return kernel;
    kernels.push(kernel.value);
  }
  const { boards, options, aside } = question;
  const store = new OutcomeStore(question.store);
  return coded(async () => ok(await sweepBoards(boards, kernels, options, store, aside)));
}

function checkedKernel(choice: KernelChoice): Result<CheckedKernel, UserError> {
  const base = findRevision(choice.name);
  if (!base.ok) return base;
  const added: (string | Commit)[] = [];
  const userFixes: BundledFix[] = [];
  for (const item of choice.added) {
    if (typeof item === 'string') {
      added.push(item);
      continue;
    }
    const commit = commitFromScript(item);
    if (!commit.ok) return commit;
    added.push(commit.value);
    userFixes.push(item);
  }
  const changed = withCommits(base.value, { with: added, without: choice.removed });
  if (!changed.ok) return changed;
  return ok({ revision: changed.value, userFixes });
}

function chooseKernel(choice: KernelChoice): Result<ChosenKernel, UserError> {
  const chosen = checkedKernel(choice);
  if (!chosen.ok) return chosen;
  const kernel = chosen.value;
  return ok({
    name: kernel.revision.name,
    report: reportKernel(kernel),
    stops: true,
    check: (platform, options, onProgress, signal) =>
      checkPlatform(platform, kernel, options, packageVersion(), onProgress, signal),
  });
}
