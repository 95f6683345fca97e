// SPDX-License-Identifier: GPL-2.0-only
// racewindow backport: what to carry back to close a window, or as many as known commits close.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { plural, printable, wrap } from '#base/text';
import { type BisectArguments, lineOf, withAsking, withExplorer } from '#cli/asking';
import { type PickState, picksOn } from '#cli/cherry-pick';
import { changeLines } from '#cli/commands/try';
import type { Io } from '#cli/io';
import { type Commit, commitLine, type Revision } from '#kernel/index';
import { type CarryPlan, carryBack, type Declined, type Part } from '#questions/backport-all';
import { type Asking, type BackportResult, backport } from '#questions/bisect';
import { smallFirst } from '#questions/matrix';
import { isHarmful, type Trial, tryFix, windowsOf } from '#questions/try';
import { type ExitCode, exitCodes } from '#report/exit';
import { defaultExplore } from '#run/explore';
import { specOf } from '#run/kernel-spec';
import { reusing } from '#run/reuse';
import { has, windowById } from '#windows/index';

/** As for a bisection, in all worlds: what a backport closes, it closes in all. */
const standard = { worldsMax: 1000, statesMax: defaultExplore.statesMax };

/** The options of the command line. */
interface BackportArguments extends Omit<BisectArguments, 'window'> {
  /** Absent: all windows of the kernel. */
  readonly window: string | undefined;
  /** A git clone of the target, on which it is tried whether the commits apply. */
  readonly tree?: string;
}

/**
 * Run `backport`: exit 0 where a set of commits closes the window, or it is not there; 1 where none
 * does, or the set opens crashes, or what fits no window; 3 where that is not decided. Without a
 * window the same of all that the kernel has: 1 where no set makes it better.
 */
export async function runBackport(
  { window, tree, ...args }: BackportArguments,
  io: Io,
): Promise<Result<ExitCode, UserError>> {
  // A tree that is none is told before minutes are spent.
  const checked = tree === undefined ? ok([]) : picksOn(tree, []);
  if (!checked.ok) return checked;
  if (window === undefined) {
    return await withExplorer(args, io, standard, (asking, to) => ofKernel(asking, to, io, tree));
  }
  return await withAsking({ ...args, window }, io, standard, (asking, to) =>
    ofWindow(asking, to, io, tree),
  );
}

async function ofWindow(
  asking: Asking,
  to: Revision,
  io: Io,
  tree: string | undefined,
): Promise<ExitCode> {
  const result = await backport(asking, to);
  const lines = backportLines(asking.window, to, result);
  const { best } = result;
  if (!best) {
    io.out(`${lines.join('\n')}\n`);
    if (result.before === 'found') return exitCodes.violated;
    return result.before === 'absent' ? exitCodes.holds : exitCodes.bounded;
  }
  const trial = await trialOf(asking, to, best.revision);
  const more = [...pickLines(best.commits, tree), ...trialLines(trial)];
  io.out(`${[...folded(verdictOf(trial)), ...lines, ...more].join('\n')}\n`);
  if (isHarmful(trial)) return exitCodes.violated;
  return best.answer === 'bounded' ? exitCodes.bounded : exitCodes.holds;
}

async function ofKernel(
  asking: Omit<Asking, 'window'>,
  to: Revision,
  io: Io,
  tree: string | undefined,
): Promise<ExitCode> {
  const plan = await carryBack({ ...asking, worlds: worldsOf(asking) }, to);
  const { before, parts, declined, trial } = plan;
  if (parts.length === 0) {
    const lines = [...planLines(plan, to), ...declinedLines(declined)];
    io.out(`${lines.join('\n')}\n`);
    return before.length === 0 ? exitCodes.holds : exitCodes.violated;
  }
  const commits = parts.map((part) => part.commit);
  const lines = [
    ...folded(verdictOf(trial)),
    ...planLines(plan, to),
    ...['', 'commits, in upstream order', ...parts.flatMap(partLines)],
    ...pickLines(commits, tree),
    ...declinedLines(declined),
    ...trialLines(trial),
  ];
  io.out(`${lines.join('\n')}\n`);
  if (isHarmful(trial)) return exitCodes.violated;
  return trial.bounded.length > 0 ? exitCodes.bounded : exitCodes.holds;
}

function worldsOf({ worlds, worldsMax }: Omit<Asking, 'window'>): Asking['worlds'] {
  return smallFirst(worlds).slice(0, worldsMax);
}

/** What a set does in all worlds, explored without a look at what it is for. */
async function trialOf(
  asking: Omit<Asking, 'window'>,
  to: Revision,
  changed: Revision,
): Promise<Trial> {
  const pair = { base: specOf(to, []), fixed: specOf(changed, []) };
  return await tryFix(worldsOf(asking), pair, reusing(asking.explorer), asking.options);
}

/** What a set of commits does to windows, in one line where it fits. */
function verdictOf(trial: Trial): string {
  const { closed, opened, widened } = windowsOf(trial);
  const more = widened.length === 0 ? '' : `; lets more devices or rules into ${listOf(widened)}`;
  return `closes ${listOf(closed)}; opens ${listOf(opened)}${more}`;
}

function backportLines(window: string, to: Revision, result: BackportResult): string[] {
  const { before, best, asked, refused } = result;
  const tried = `${plural(asked, 'set')} tried; ${refused} more do not fit ${to.name}`;
  if (before !== 'found') {
    return [
      `${window} in ${to.name}: ${before}, so there is nothing to backport`,
      ...openerLines(window, to),
      `racewindow matrix --kernels ${to.name} says which windows are there`,
    ].flatMap(folded);
  }
  if (!best) {
    return [
      `${window} in ${to.name}: no set of known commits closes it (${tried})`,
      'racewindow try judges a fix of your own: see examples/fixes/',
    ].flatMap(folded);
  }
  const by = plural(best.commits.length, 'commit');
  return [
    `${window} in ${to.name} is closed (${best.answer}) by ${by}`,
    `(${tried}):`,
    ...best.commits.map((c) => `  ${lineOf(c)}`),
  ].flatMap(folded);
}

/** What the search for a set does not see. */
const greedy =
  'Commits are added one at a time, each with what it requires, what follows up on it and what ' +
  'closes what it opens: two that help only together, with no such tie, are not found.';

/** How many windows there are, and how many are left. */
function planLines(plan: CarryPlan, to: Revision): string[] {
  const { before, after, parts, asked, refused } = plan;
  const tried = `${plural(asked, 'set')} tried; ${refused} more do not fit ${to.name}`;
  if (before.length === 0) return [`${to.name} has no window that a run of the model can tell`];
  if (parts.length === 0) {
    const text =
      `${to.name} has ${plural(before.length, 'window')}; no set of known commits leaves it ` +
      `with less (${tried})`;
    return [text, greedy].flatMap(folded);
  }
  const left = after.filter((o) => before.some((b) => b.window === o.window));
  const text =
    `${to.name} has ${plural(before.length, 'window')}; with ` +
    `${plural(parts.length, 'commit')} ${left.length} of them are left (${tried}): ` +
    listOf(left.map((o) => o.window));
  return [text, greedy].flatMap(folded);
}

function partLines({ commit, closes, requiredBy, fixes }: Part): string[] {
  const why = [
    ...(closes.length === 0 ? [] : [`without it, open: ${listOf(closes)}`]),
    ...(requiredBy.length === 0 ? [] : [`needed by ${listOf(requiredBy)}`]),
    ...(fixes.length === 0 ? [] : [`follows up on ${listOf(fixes)}`]),
  ];
  return [...folded(`  ${lineOf(commit)}`), ...folded(`    ${why.join('; ')}`)];
}

/** What is known to close more, and was not taken. */
function declinedLines(declined: readonly Declined[]): string[] {
  if (declined.length === 0) return [];
  const lines = declined.flatMap(({ commit, more, trial }) => [
    ...folded(`  ${lineOf(commit)}${more > 0 ? `, with ${more} more` : ''}`),
    ...folded(`    ${verdictOf(trial)}`),
  ]);
  return ['', 'not taken', ...lines];
}

/** How to take @commits over; whether they apply, where a tree is there. */
function pickLines(commits: readonly Commit[], tree: string | undefined): string[] {
  const picks = tree === undefined ? null : picksOn(tree, commits);
  return [
    '',
    'to take them over',
    ...commits.flatMap((commit, i) => [
      `  git cherry-pick -x ${commit.id ?? commit.sha}`,
      ...(picks?.ok ? folded(`    ${pickText(picks.value[i]!)}`) : []),
    ]),
  ];
}

function pickText(pick: PickState): string {
  switch (pick.state) {
    case 'applies':
      return 'applies';
    case 'merges':
      return 'applies where git merges it';
    case 'there':
      return `the tree has it: ${pick.by}`;
    case 'empty':
      return 'the tree has all that it changes';
    case 'cut off':
      return 'what came before it is not there; git fetch --unshallow first';
    case 'unknown':
      return 'the repository does not have it; git fetch the upstream tree first';
    case 'conflicts':
      return `does not apply: ${pick.files.join(', ') || 'files that it changes are not there'}`;
    case 'not tried':
      return 'not tried: one before it does not apply';
  }
}

function trialLines(trial: Trial): string[] {
  return (
    [
      ['closes', trial.closes],
      ['opens', trial.opens],
    ] as const
  ).flatMap(([what, list]) => [
    '',
    list.length === 0 ? `${what} nothing` : what,
    ...list.flatMap((change) => changeLines(change, false)),
  ]);
}

/** Which of the commits that opened @window the kernel has. */
function openerLines(window: string, to: Revision): string[] {
  const ways = windowById(window.toUpperCase())?.ways ?? [];
  const opened = [...new Set(ways.flatMap((way) => way.opened ?? []))];
  return opened.map((sha) => {
    const verb = has(to.commits, sha) ? 'has' : 'lacks';
    return `opened by ${commitLine(sha)}, which ${to.name} ${verb}`;
  });
}

function listOf(names: readonly string[]): string {
  return names.join(', ') || 'nothing';
}

/** @text in lines that fit; what follows the first is deeper by two. */
function folded(text: string): string[] {
  const indent = /^ */.exec(text)![0];
  return wrap(printable(text), { first: indent, rest: `${indent}  ` });
}
