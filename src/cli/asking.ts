// SPDX-License-Identifier: GPL-2.0-only
// What bisect and backport are asked: which window, in which worlds, how far.

import { availableParallelism } from 'node:os';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import type { Io } from '#cli/io';
import { progressLine } from '#cli/progress';
import { type Commit, findRevision, type Revision } from '#kernel/index';
import type { Asking } from '#questions/bisect';
import type { ExitCode } from '#report/exit';
import { defaultExplore } from '#run/explore';
import { makeExplorer } from '#run/world-pool';
import { isJudged, windowById, windows } from '#windows/index';
import { genericWorlds } from '#worlds/generic';

/** The options of the command line. */
export interface BisectArguments {
  readonly window: string;
  readonly from?: string;
  readonly to: string;
  readonly worldsMax?: number;
  readonly statesMax?: number;
  readonly jobs?: number;
}

/** What one window needs, and what all of them need. */
type Common = Omit<Asking, 'window'>;

/** Ask @run what @args say, with @standard where they say nothing. */
export async function withAsking(
  args: BisectArguments,
  io: Io,
  standard: { readonly worldsMax: number; readonly statesMax: number },
  run: (asking: Asking, to: Revision) => Promise<ExitCode>,
): Promise<Result<ExitCode, UserError>> {
  const window = windowById(args.window.toUpperCase());
  if (!window) {
    const ids = windows.map((w) => w.id);
    return fail('RW063', `${args.window}: no such window`, didYouMean(args.window, ids, 'window'));
  }
  if (!isJudged(window.id)) {
    const hint = 'racewindow matrix says for each window whether it can be told';
    return fail('RW063', `${window.id}: no run of the model can tell this window`, hint);
  }
  return await withExplorer(args, io, standard, (common, to) =>
    run({ ...common, window: window.id }, to),
  );
}

/** The same without a window. */
export async function withExplorer(
  args: Omit<BisectArguments, 'window'>,
  io: Io,
  standard: { readonly worldsMax: number; readonly statesMax: number },
  run: (common: Common, to: Revision) => Promise<ExitCode>,
): Promise<Result<ExitCode, UserError>> {
  const to = findRevision(args.to);
  if (!to.ok) return to;
  const { worldsMax, statesMax } = { ...standard, ...args };
  const { jobs = availableParallelism() } = args;
  const explorer = await makeExplorer(jobs);
  const progress = progressLine(io);
  const options = { ...defaultExplore, statesMax };
  const onStep = (revision: string, step: string): void =>
    progress.show({
      worldsDone: 0,
      worldsTotal: 0,
      world: `${revision} ${step}`,
      states: 0,
      findings: 0,
    });
  const worlds = genericWorlds();
  const common: Common = { worlds, worldsMax, explorer, jobs, options, onStep };
  const code = await run(common, to.value).finally(async () => {
    progress.end();
    await explorer.close();
  });
  return ok(code);
}

/** A commit as lists name it. */
export function lineOf(commit: Commit): string {
  return `${commit.sha} ("${commit.subject}")`;
}
