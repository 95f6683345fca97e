// SPDX-License-Identifier: GPL-2.0-only
// racewindow try: what a fix closes, opens and leaves against the kernel that it stands on.

import { availableParallelism } from 'node:os';
import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { plural, printable, wrap } from '#base/text';
import { type Commit, findRevision, type Revision, withCommits } from '#kernel/index';
import { readPlatform } from '#platform/index';
import { type ExitCode, exitCodes } from '#report/exit';
import type { FindingRevision } from '#report/finding';
import { grouped } from '#report/text';
import { type DerivedWorld, worldsForPlatform } from '#worlds/derive';
import { defaultExplore } from '#worlds/explore';
import { makeExplorer } from '#worlds/explore-pool';
import { distinctWorlds, genericWorlds } from '#worlds/generic';
import { specOf } from '#worlds/kernel-spec';
import { type Change, type Trial, tryFix } from '#worlds/try';
import { commitFromScript } from '#worlds/user-fix';
import { readFirmware } from './files.ts';
import { type BundledFix, bundleFix, namesFile } from './fix.ts';
import type { Io } from './io.ts';
import { progressLine } from './progress.ts';
import { countOption, formatOption } from './values.ts';

/** The options of the command line, as text. */
export interface TryArguments {
  /** A file of a fix, or the id of a known commit. */
  readonly fix: string;
  readonly firmware?: string | undefined;
  readonly on: string;
  readonly with?: readonly string[];
  readonly statesMax?: string;
  readonly jobs?: string;
  readonly format?: string;
}

/** A kernel without and with the fix, as data. */
interface Pair {
  readonly base: FindingRevision;
  readonly fixed: FindingRevision;
  readonly subject: string;
}

/** Run the command: exit 0 where the fix opens nothing, 1 where it opens something. */
export async function runTry(args: TryArguments, io: Io): Promise<Result<ExitCode, UserError>> {
  const format = formatOption(args.format);
  if (!format.ok) return format;
  const statesMax = countOption('--states-max', args.statesMax, 1, 1e9);
  if (!statesMax.ok) return statesMax;
  const jobs = countOption('--jobs', args.jobs, 1, 256);
  if (!jobs.ok) return jobs;
  const pair = await pairOf(args);
  if (!pair.ok) return pair;
  const worlds = worldsOf(args.firmware);
  if (!worlds.ok) return worlds;

  const explorer = await makeExplorer(jobs.value ?? availableParallelism());
  const progress = progressLine(io);
  const options = { ...defaultExplore, ...(statesMax.value && { statesMax: statesMax.value }) };
  const show = (worldsDone: number, worldsTotal: number, world: string): void =>
    progress.show({ worldsDone, worldsTotal, world, states: 0, findings: 0 });
  const trial = await tryFix(worlds.value, pair.value, explorer, options, show).finally(
    async () => {
      progress.end();
      await explorer.close();
    },
  );
  if (format.value === 'json') io.out(`${JSON.stringify(trialJson(pair.value, trial), null, 2)}\n`);
  else io.out(`${trialLines(pair.value, trial).join('\n')}\n`);
  return ok(verdict(trial));
}

/** Opening something decides; else a search that was cut off is no proof. */
function verdict(trial: Trial): ExitCode {
  if (trial.opens.length > 0) return exitCodes.violated;
  return trial.bounded.length > 0 ? exitCodes.bounded : exitCodes.holds;
}

async function pairOf(args: TryArguments): Promise<Result<Pair, UserError>> {
  const found = findRevision(args.on);
  if (!found.ok) return found;
  const scripts: BundledFix[] = [];
  const below = await added(found.value, args.with ?? [], scripts);
  if (!below.ok) return below;
  const base = specOf(below.value, [...scripts]);
  const fixed = await added(below.value, [args.fix], scripts);
  if (!fixed.ok) return fixed;
  const subject = fixed.value.commits.find((c) => !below.value.commits.includes(c))?.subject ?? '';
  return ok({ base, fixed: specOf(fixed.value, scripts), subject });
}

/** @revision with the commits and fixes called @names; the scripts of fixes go to @scripts. */
async function added(
  revision: Revision,
  names: readonly string[],
  scripts: BundledFix[],
): Promise<Result<Revision, UserError>> {
  const commits: (string | Commit)[] = [];
  for (const name of names) {
    if (!namesFile(name)) {
      commits.push(name);
      continue;
    }
    const script = await bundleFix(name);
    if (!script.ok) return script;
    const commit = commitFromScript(script.value);
    if (!commit.ok) return commit;
    scripts.push(script.value);
    commits.push(commit.value);
  }
  return withCommits(revision, { with: commits });
}

function worldsOf(firmware: string | undefined): Result<DerivedWorld[], UserError> {
  if (firmware === undefined) return ok(genericWorlds());
  const input = readFirmware(firmware);
  if (!input.ok) return input;
  const platform = readPlatform(input.value.bytes);
  if (!platform.ok) return platform;
  const axes = { asyncProbe: false, strictDevlink: false };
  return ok(distinctWorlds(worldsForPlatform(platform.value, axes)));
}

function trialLines(pair: Pair, trial: Trial): string[] {
  const size = `${plural(trial.worlds, 'world')}, ${grouped(trial.states)} states`;
  const lines = wrap(printable(`${pair.base.name}: ${pair.subject}`), { rest: '  ' });
  lines.push(`  ${size}`);
  for (const [what, list] of [
    ['closes', trial.closes],
    ['opens', trial.opens],
    ['leaves', trial.leaves],
  ] as const) {
    lines.push('', list.length === 0 ? `${what} nothing` : what);
    lines.push(...list.flatMap((change) => changeLines(change, what === 'opens')));
  }
  if (trial.undecided.length > 0) {
    lines.push('', 'undecided: seen on one side, where the search of the other was cut off');
    lines.push(...trial.undecided.flatMap((change) => changeLines(change, false)));
  }
  if (trial.bounded.length === 0) return lines;
  const left = plural(trial.bounded.length, 'world');
  const text = `bounded: ${left} not explored in full; --states-max explores more`;
  return [...lines, '', ...wrap(text, { rest: '  ' })];
}

/** A change in lines of a report; @detailed: with the reason that a run gave. */
export function changeLines(change: Change, detailed: boolean): string[] {
  const { window, report, classes, because } = change;
  const where = `${plural(classes.length, 'class', 'classes')}: ${classes.join(', ')}`;
  const head = `  ${(window ?? 'new').padEnd(4)} ${report.padEnd(15)} `;
  const lines = wrap(printable(where), { first: head, rest: ' '.repeat(head.length) });
  return detailed ? [...lines, ...wrap(printable(because), { first: '         ' })] : lines;
}

function trialJson(pair: Pair, trial: Trial) {
  const kernel = { name: pair.base.name, commits: pair.base.commits };
  return { format: 'racewindow/trial@1', kernel, fix: pair.subject, ...trial };
}
