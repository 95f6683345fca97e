// SPDX-License-Identifier: GPL-2.0-only
// racewindow try: what a fix closes, opens and leaves against the kernel that it stands on.

import { availableParallelism } from 'node:os';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { plural, printable, textColumns, wrap } from '#base/text';
import { nameOptions } from '#cli/commands/check';
import { type BundledFix, bundleFix, namesFile, namesPatch, patchError } from '#cli/fix';
import { readFirmware } from '#cli/input';
import type { Io } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import { progressLine } from '#cli/progress';
import type { KernelSpec } from '#finding/finding';
import type { Strategy } from '#finding/report';
import { type Commit, findRevision, type Revision, withCommits } from '#kernel/index';
import { nothingToCheck, type Platform, platformOf } from '#platform/index';
import { type Change, type Trial, tryFix, tryOnBoard, windowsOf } from '#questions/try';
import { type ExitCode, exitCodes } from '#report/exit';
import { grouped } from '#report/words';
import { defaultExplore } from '#run/explore';
import { specOf } from '#run/kernel-spec';
import { commitFromScript } from '#run/user-fix';
import { makeExplorer } from '#run/world-pool';
import { type DerivedWorld, worldsForPlatform } from '#worlds/derive';
import { genericWorlds } from '#worlds/generic';

/** The options of the command line. */
export interface TryArguments {
  /** A file of a fix, or the id of a known commit. */
  readonly fix?: string | undefined;
  readonly firmware?: string | undefined;
  readonly kernel: string;
  /** A kernel tree, and the patches that are judged in its C instead of a fix of the model. */
  readonly tree?: string;
  readonly patch?: readonly string[];
  readonly revert?: readonly string[];
  readonly cc?: string;
  readonly world?: string;
  readonly strategy?: Strategy;
  /** Milliseconds. */
  readonly timeMax?: number;
  readonly with?: readonly string[];
  readonly statesMax?: number;
  readonly jobs?: number;
  readonly device?: readonly string[];
  readonly window?: readonly string[];
  /** In a tree: where findings are written. */
  readonly out?: string;
  readonly format: 'text' | 'json' | 'mail';
}

/** A kernel without and with the fix, as data. */
interface Pair {
  readonly base: KernelSpec;
  readonly fixed: KernelSpec;
  readonly subject: string;
}

/** What a trial was of. */
interface Tried {
  readonly name: string;
  readonly commits: readonly string[];
  readonly subject: string;
  /** What was counted, and what a search that was cut off should be given. */
  readonly counted: 'states' | 'runs';
  readonly limit: string;
  /** The windows that were asked about; absent, null: all. */
  readonly only?: readonly string[] | null;
}

/** Run the command: exit 0 where the fix opens nothing, 1 where it opens something. */
export async function runTry(
  args: TryArguments,
  io: Io,
  pipeline: Pipeline,
): Promise<Result<ExitCode, UserError>> {
  const misuse = misuseOf(args);
  if (misuse) return misuse;
  const pair = await pairOf(args);
  if (!pair.ok) return pair;
  const board = boardOf(args.firmware);
  if (!board.ok) return board;
  const names = nameOptions(args, pipeline, board.value);
  if (!names.ok) return names;
  const worlds = worldsOf(board.value, names.value.devices);

  const { format, statesMax = defaultExplore.statesMax, jobs = availableParallelism() } = args;
  const explorer = await makeExplorer(jobs);
  const progress = progressLine(io);
  const options = { ...defaultExplore, statesMax };
  const show = (worldsDone: number, worldsTotal: number, world: string): void =>
    progress.show({ worldsDone, worldsTotal, world, states: 0, findings: 0 });
  const ask = board.value === null ? tryFix : tryOnBoard;
  const whole = await ask(worlds, pair.value, explorer, options, show).finally(async () => {
    progress.end();
    await explorer.close();
  });
  const trial = about(whole, names.value.windows);
  const { base, subject } = pair.value;
  const limit = '--states-max explores more';
  const only = names.value.windows;
  const tried: Tried = { ...base, subject, counted: 'states', limit, only };
  io.out(trialText(tried, trial, format));
  return ok(verdict(trial));
}

/** Options that go with a tree only, or a fix that is missing. */
function misuseOf(args: TryArguments): Result<never, UserError> | null {
  const ofTree = ['patch', 'revert', 'out', 'world', 'cc', 'strategy', 'timeMax'] as const;
  const given = ofTree.find((name) => args[name] !== undefined);
  if (given !== undefined) {
    const flag = given === 'timeMax' ? 'time-max' : given;
    return fail('RW066', `--${flag} is for a kernel tree`, 'name the tree with --tree');
  }
  if (args.format === 'mail') {
    return fail('RW066', '--format mail is for a kernel tree', 'name the tree with --tree');
  }
  if (args.fix !== undefined) return null;
  return fail('RW060', 'there is no fix to try', 'name one, or --tree and --patch');
}

/** A trial as text or JSON. */
export function trialText(tried: Tried, trial: Trial, format: TryArguments['format']): string {
  if (format !== 'json') return `${trialLines(tried, trial).join('\n')}\n`;
  const { name, commits, subject } = tried;
  const head = { format: 'racewindow/trial@1', kernel: { name, commits }, fix: subject };
  return `${JSON.stringify({ ...head, ...trial }, null, 2)}\n`;
}

/** Opening something decides; else a search that was cut off is no proof. */
function verdict(trial: Trial): ExitCode {
  if (trial.opens.length > 0) return exitCodes.violated;
  return trial.bounded.length > 0 ? exitCodes.bounded : exitCodes.holds;
}

async function pairOf(args: TryArguments): Promise<Result<Pair, UserError>> {
  const found = findRevision(args.kernel);
  if (!found.ok) return found;
  const scripts: BundledFix[] = [];
  const below = await added(found.value, args.with ?? [], scripts);
  if (!below.ok) return below;
  const base = specOf(below.value, [...scripts]);
  const fixed = await added(below.value, [args.fix ?? ''], scripts);
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
    if (namesPatch(name)) return patchError('try', name);
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

/** The board that @firmware describes; null where none is named. */
function boardOf(firmware: string | undefined): Result<Platform | null, UserError> {
  const input = readFirmware({ firmware });
  if (!input.ok) return input;
  if (input.value === null) return ok(null);
  const platform = platformOf(input.value.firmware);
  if (!platform.ok) return platform;
  const nothing = nothingToCheck(platform.value);
  if (nothing === null) return platform;
  const why = nothing.because.join('; ');
  return fail('RW034', `no device of the board is behind an IOMMU: ${why}`, nothing.hint);
}

function worldsOf(platform: Platform | null, devices: readonly string[] | null): DerivedWorld[] {
  const axes = { asyncProbe: false, strictDevlink: false, prefer: devices ?? [] };
  const all = platform === null ? genericWorlds() : worldsForPlatform(platform, axes);
  if (devices === null) return all;
  return all.flatMap((w) => {
    const own = w.devices.filter((d) => devices.includes(d));
    return own.length === 0 ? [] : [{ ...w, devices: own }];
  });
}

/** What @trial says of @windows; what a fix opens is told of any. */
export function about(trial: Trial, windows: readonly string[] | null): Trial {
  if (windows === null) return trial;
  const isAsked = ({ window }: Change): boolean => window !== null && windows.includes(window);
  const { closes, leaves, undecided } = trial;
  return {
    ...trial,
    closes: closes.filter(isAsked),
    leaves: leaves.filter(isAsked),
    undecided: undecided.filter(isAsked),
  };
}

/** What is gone for good, and what is gone of windows that other rules or clients still show. */
function closedBy(trial: Trial): { readonly whole: Change[]; readonly inPart: Change[] } {
  const { closed } = windowsOf(trial);
  const isWhole = ({ window }: Change): boolean => closed.includes(window ?? 'new');
  return {
    whole: trial.closes.filter(isWhole),
    inPart: trial.closes.filter((change) => !isWhole(change)),
  };
}

function trialLines(tried: Tried, trial: Trial): string[] {
  const size = `${plural(trial.worlds, 'world')}, ${grouped(trial.states)} ${tried.counted}`;
  const lines = wrap(printable(`${tried.name}: ${tried.subject}`), { rest: '  ' });
  lines.push(`  ${size}`);
  const { only = null } = tried;
  if (only !== null) {
    const text = `asked about ${only.join(', ')} alone; what it opens is told of any window`;
    lines.push(...wrap(text, { first: '  ', rest: '    ' }));
  }
  const { whole, inPart } = closedBy(trial);
  for (const [what, list] of [
    ['closes', whole],
    ['closes in part, and leaves the window', inPart],
    ['opens', trial.opens],
    ['leaves', trial.leaves],
  ] as const) {
    if (list.length === 0 && (list === inPart || (list === whole && inPart.length > 0))) continue;
    lines.push('', list.length === 0 ? `${what} nothing` : what);
    lines.push(...list.flatMap((change) => changeLines(change, what === 'opens')));
  }
  if (trial.undecided.length > 0) {
    const what = 'undecided: seen on one side, where the search of the other was cut off';
    lines.push('', ...wrap(what, { rest: '  ' }));
    lines.push(...trial.undecided.flatMap((change) => changeLines(change, false)));
  }
  if (trial.bounded.length === 0) return lines;
  const left = plural(trial.bounded.length, 'world');
  const text = `bounded: ${left} not explored in full; ${tried.limit}`;
  return [...lines, '', ...wrap(text, { rest: '  ' })];
}

/** Kinds of clients, or devices, to name: the rest is counted, and --format json has all. */
const NAMED_MAX = 3;

/** A change in lines of a report; @detailed: with the reason that a run gave. */
export function changeLines(change: Change, detailed: boolean): string[] {
  const { window, report, classes, devices, because } = change;
  const all = devices ?? classes;
  const named = all.slice(0, NAMED_MAX);
  const more = all.length - named.length;
  const rest = more > 0 ? ` and ${more} more` : '';
  const what = devices === undefined ? 'kind' : 'device';
  const where = `${plural(all.length, what)}: ${named.join(', ')}${rest}`;
  const head = `  ${(window ?? 'new').padEnd(4)} ${report.padEnd(15)} `;
  // What names the kinds is long: on a narrow terminal it stands below.
  const indent = ' '.repeat(textColumns() < 60 ? 4 : head.length);
  const lines = wrap(printable(where), { first: head, rest: indent });
  return detailed ? [...lines, ...wrap(printable(because), { first: '         ' })] : lines;
}
