// SPDX-License-Identifier: GPL-2.0-only
// racewindow matrix: which windows which kernels have, computed, as text, JSON or HTML.

import { availableParallelism } from 'node:os';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import type { Io } from '#cli/io';
import { progressLine } from '#cli/progress';
import { type QueueArguments, withQueue } from '#cli/queue';
import type { KernelSpec } from '#finding/finding';
import { findRevision, revisionNames } from '#kernel/index';
import { computeMatrix, matrixExplore } from '#questions/matrix';
import { type ExitCode, exitCodes } from '#report/exit';
import { matrixHtml, matrixMarkdown } from '#report/matrix';
import { specOf } from '#run/kernel-spec';
import { makeExplorer } from '#run/world-pool';
import { windows } from '#windows/index';
import { genericWorlds } from '#worlds/generic';

/** The options of the command line; lists are separated by commas. */
interface MatrixArguments extends QueueArguments {
  readonly windows?: string;
  readonly kernels?: string;
  readonly statesMax?: number;
  readonly jobs?: number;
  readonly format: 'md' | 'json' | 'html';
}

/** Run the command; it asks what is there, so that finding windows is no failure. */
export async function runMatrix(
  args: MatrixArguments,
  io: Io,
): Promise<Result<ExitCode, UserError>> {
  const wanted = windowsOf(args.windows);
  if (!wanted.ok) return wanted;
  const kernels = kernelsOf(args.kernels);
  if (!kernels.ok) return kernels;

  const { format, statesMax = matrixExplore.statesMax, jobs = availableParallelism() } = args;
  const progress = progressLine(io);
  const options = { ...matrixExplore, statesMax };
  let done = 0;
  const show = (kernel: string, world: string): void =>
    progress.show({
      worldsDone: done++,
      worldsTotal: 0,
      world: `${kernel} ${world}`,
      states: 0,
      findings: 0,
    });
  const question = {
    worlds: genericWorlds(),
    kernels: kernels.value,
    windows: wanted.value,
    options,
  };
  const matrix = await withQueue(args, io, async (hands) => {
    const explorer = await makeExplorer(jobs, hands);
    return computeMatrix(question, explorer, show).finally(explorer.close);
  }).finally(progress.end);
  if (format === 'json') io.out(`${JSON.stringify(matrix, null, 1)}\n`);
  else {
    const titles = new Map(windows.map((w) => [w.id, w.title]));
    io.out(format === 'md' ? matrixMarkdown(matrix, titles) : matrixHtml(matrix, titles));
  }
  return ok(exitCodes.holds);
}

function windowsOf(text: string | undefined): Result<string[], UserError> {
  const all = windows.map((w) => w.id);
  const wanted = text === undefined ? all : text.toUpperCase().split(',');
  for (const id of wanted) {
    if (!all.includes(id)) {
      return fail('RW063', `${id}: no such window`, didYouMean(id, all, 'window'));
    }
  }
  return ok(wanted);
}

function kernelsOf(text: string | undefined): Result<KernelSpec[], UserError> {
  const specs: KernelSpec[] = [];
  for (const name of text === undefined ? revisionNames() : text.split(',')) {
    const found = findRevision(name);
    if (!found.ok) return found;
    specs.push(specOf(found.value, []));
  }
  return ok(specs);
}
