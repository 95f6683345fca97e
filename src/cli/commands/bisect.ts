// SPDX-License-Identifier: GPL-2.0-only
// racewindow bisect and backport: which commits open and close a window, and what to carry back.

import { availableParallelism } from 'node:os';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { columns, plural, printable, wrap } from '#base/text';
import type { Io } from '#cli/io';
import { progressLine } from '#cli/progress';
import { didYouMean } from '#cli/suggest';
import { countOption } from '#cli/values';
import { type Commit, commitLine, findRevision, type Revision } from '#kernel/index';
import {
  type Asking,
  type BackportResult,
  backport,
  bisect,
  chosenFor,
  type Step,
  turns,
} from '#questions/bisect';
import { isJudged, smallFirst } from '#questions/matrix';
import { tryFix } from '#questions/try';
import { type ExitCode, exitCodes } from '#report/exit';
import { cutWords } from '#report/words';
import { defaultExplore } from '#run/explore';
import { makeExplorer } from '#run/explore-pool';
import { specOf } from '#run/kernel-spec';
import { reusing } from '#run/reuse';
import { has, windowById, windows } from '#windows/index';
import { genericWorlds } from '#worlds/generic';
import { changeLines } from './try.ts';

/** The options of the command line, as text. */
export interface BisectArguments {
  readonly window: string;
  readonly from?: string;
  readonly to: string;
  readonly worldsMax?: string;
  readonly statesMax?: string;
  readonly jobs?: string;
}

/**
 * Worlds for each stack, flag --worlds-max, and states of each, flag --states-max. What a backport
 * closes, it closes in all.
 */
const standards = {
  bisect: { worldsMax: 8, statesMax: 250_000 },
  backport: { worldsMax: 1000, statesMax: defaultExplore.statesMax },
};

/** Run `bisect`: exit 0 where the window is closed at the end, 1 where it is open. */
export async function runBisect(
  args: BisectArguments,
  io: Io,
): Promise<Result<ExitCode, UserError>> {
  const from = findRevision(args.from ?? '6.0');
  if (!from.ok) return from;
  return await withAsking(args, io, standards.bisect, async (asking, to) => {
    const steps = await bisect(asking, from.value, to);
    const { opens, closes } = turns(steps);
    const rows = steps.map((s) => [
      s.commit?.sha ?? from.value.name,
      s.answer,
      cutWords(printable(s.commit?.subject ?? 'as it is'), 48),
    ]);
    io.out(`${columns(rows).join('\n')}\n\n`);
    io.out(`${askedLines(asking, steps).join('\n')}\n`);
    const first = steps[0]?.answer === 'found' ? [`open in ${from.value.name} already`] : [];
    const told = [
      ...first,
      ...opens.map((c) => `opened by ${lineOf(c)}`),
      ...closes.map((c) => `closed by ${lineOf(c)}`),
      ...smmuLines(steps),
    ];
    if (told.length === 0) told.push(`never found between ${from.value.name} and ${to.name}`);
    io.out(`${told.flatMap((line) => wrap(printable(line), { rest: '  ' })).join('\n')}\n`);
    const last = steps[steps.length - 1]?.answer;
    if (last === 'found') return exitCodes.violated;
    return last === 'bounded' ? exitCodes.bounded : exitCodes.holds;
  });
}

/** In which worlds, and what `not seen` is. */
function askedLines(asking: Asking, steps: readonly Step[]): string[] {
  const count = plural(chosenFor(asking).length, 'world');
  const lines = [`asked in ${count}, those first that are known to show it, then small ones`];
  if (steps.some(({ answer }) => answer === 'not seen')) {
    lines.push('not seen: not found, and the largest of these worlds were not explored in full');
  }
  return lines.flatMap((line) => wrap(line, { rest: '  ' }));
}

/** Where the driver of an SMMU opens or closes the window at another commit than the core does. */
function smmuLines(steps: readonly Step[]): string[] {
  const core = turns(steps);
  const smmu = turns(steps, 'behindSmmu');
  const other = (a: readonly Commit[], b: readonly Commit[]) => a.filter((c) => !b.includes(c));
  return [
    ...other(smmu.opens, core.opens).map((c) => `behind an SMMU opened by ${lineOf(c)}`),
    ...other(smmu.closes, core.closes).map((c) => `behind an SMMU closed by ${lineOf(c)}`),
  ];
}

/** Run `backport`: exit 0 where a set of commits closes the window, or it is not there. */
export async function runBackport(
  args: BisectArguments,
  io: Io,
): Promise<Result<ExitCode, UserError>> {
  return await withAsking(args, io, standards.backport, async (asking, to) => {
    const result = await backport(asking, to);
    io.out(`${backportLines(args.window, to, result).join('\n')}\n`);
    const { best } = result;
    if (!best) return result.before === 'found' ? exitCodes.violated : exitCodes.holds;
    const pair = { base: specOf(to, []), fixed: specOf(best.revision, []) };
    const worlds = smallFirst(asking.worlds).slice(0, asking.worldsMax);
    const trial = await tryFix(worlds, pair, reusing(asking.explorer), asking.options);
    for (const [what, list] of [
      ['closes', trial.closes],
      ['opens', trial.opens],
    ] as const) {
      io.out(`\n${list.length === 0 ? `${what} nothing` : what}\n`);
      for (const change of list) io.out(`${changeLines(change, false).join('\n')}\n`);
    }
    return best.answer === 'bounded' ? exitCodes.bounded : exitCodes.holds;
  });
}

function backportLines(window: string, to: Revision, result: BackportResult): string[] {
  const { before, best, asked, refused } = result;
  const tried = `${plural(asked, 'set')} tried, ${refused} cannot stand there`;
  if (before !== 'found') {
    return [
      `${window} in ${to.name}: ${before}; nothing to carry back`,
      ...openerLines(window, to).flatMap((line) => wrap(printable(line), { rest: '  ' })),
      `racewindow matrix --kernels ${to.name} says which windows are there`,
    ];
  }
  if (!best) {
    return [
      `${window} in ${to.name}: no set of known commits closes it (${tried})`,
      'racewindow try judges a fix of your own: see examples/fixes/',
    ];
  }
  const by = plural(best.commits.length, 'commit');
  return [
    `${window} in ${to.name} is closed (${best.answer}) by ${by}`,
    `(${tried}):`,
    ...best.commits.flatMap((c) => wrap(printable(`  ${lineOf(c)}`), { rest: '    ' })),
  ];
}

/** Which of the commits that opened @window the kernel has. */
function openerLines(window: string, to: Revision): string[] {
  const ways = windowById(window.toUpperCase())?.ways ?? [];
  const opened = [...new Set(ways.flatMap((way) => way.opened ?? []))];
  return opened.map((sha) => {
    const verb = has(to.commits, sha) ? 'has' : 'has not';
    return `opened by ${commitLine(sha)}, which ${to.name} ${verb}`;
  });
}

async function withAsking(
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
  const to = findRevision(args.to);
  if (!to.ok) return to;
  const statesMax = countOption('--states-max', args.statesMax, 1, 1e9);
  if (!statesMax.ok) return statesMax;
  const worldsMax = countOption('--worlds-max', args.worldsMax, 1, 1000);
  if (!worldsMax.ok) return worldsMax;
  const jobs = countOption('--jobs', args.jobs, 1, 256);
  if (!jobs.ok) return jobs;
  const threads = jobs.value ?? availableParallelism();
  const explorer = await makeExplorer(threads);
  const progress = progressLine(io);
  const options = { ...defaultExplore, statesMax: statesMax.value ?? standard.statesMax };
  const onStep = (revision: string, step: string): void =>
    progress.show({
      worldsDone: 0,
      worldsTotal: 0,
      world: `${revision} ${step}`,
      states: 0,
      findings: 0,
    });
  const asking: Asking = {
    window: window.id,
    worlds: genericWorlds(),
    worldsMax: worldsMax.value ?? standard.worldsMax,
    explorer,
    jobs: threads,
    options,
    onStep,
  };
  const code = await run(asking, to.value).finally(async () => {
    progress.end();
    await explorer.close();
  });
  return ok(code);
}

function lineOf(commit: Commit): string {
  return `${commit.sha} ("${commit.subject}")`;
}
