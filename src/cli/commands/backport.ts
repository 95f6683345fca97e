// SPDX-License-Identifier: GPL-2.0-only
// racewindow backport: what to carry back to close a window.

import type { UserError } from '#base/errors';
import type { Result } from '#base/result';
import { plural, printable, wrap } from '#base/text';
import { type BisectArguments, lineOf, withAsking } from '#cli/asking';
import { changeLines } from '#cli/commands/try';
import type { Io } from '#cli/io';
import { commitLine, type Revision } from '#kernel/index';
import { type BackportResult, backport } from '#questions/bisect';
import { smallFirst } from '#questions/matrix';
import { isHarmful, type Trial, tryFix, windowsOf } from '#questions/try';
import { type ExitCode, exitCodes } from '#report/exit';
import { defaultExplore } from '#run/explore';
import { specOf } from '#run/kernel-spec';
import { reusing } from '#run/reuse';
import { has, windowById } from '#windows/index';

/** As for a bisection, in all worlds: what a backport closes, it closes in all. */
const standard = { worldsMax: 1000, statesMax: defaultExplore.statesMax };

/**
 * Run `backport`: exit 0 where a set of commits closes the window, or it is not there; 1 where none
 * does, or the set opens crashes, or what fits no window; 3 where that is not decided.
 */
export async function runBackport(
  args: BisectArguments,
  io: Io,
): Promise<Result<ExitCode, UserError>> {
  return await withAsking(args, io, standard, async (asking, to) => {
    const result = await backport(asking, to);
    const lines = backportLines(args.window, to, result);
    const { best } = result;
    if (!best) {
      io.out(`${lines.join('\n')}\n`);
      if (result.before === 'found') return exitCodes.violated;
      return result.before === 'absent' ? exitCodes.holds : exitCodes.bounded;
    }
    const pair = { base: specOf(to, []), fixed: specOf(best.revision, []) };
    const worlds = smallFirst(asking.worlds).slice(0, asking.worldsMax);
    const trial = await tryFix(worlds, pair, reusing(asking.explorer), asking.options);
    io.out(`${[...verdictLines(trial), ...lines].join('\n')}\n`);
    for (const [what, list] of [
      ['closes', trial.closes],
      ['opens', trial.opens],
    ] as const) {
      io.out(`\n${list.length === 0 ? `${what} nothing` : what}\n`);
      for (const change of list) io.out(`${changeLines(change, false).join('\n')}\n`);
    }
    if (isHarmful(trial)) return exitCodes.violated;
    return best.answer === 'bounded' ? exitCodes.bounded : exitCodes.holds;
  });
}

/** What a set of commits does to windows, in one line where it fits. */
function verdictLines(trial: Trial): string[] {
  const { closed, opened, widened } = windowsOf(trial);
  const list = (names: readonly string[]): string => names.join(', ') || 'nothing';
  const more = widened.length === 0 ? '' : `; lets more devices or rules into ${list(widened)}`;
  const text = `closes ${list(closed)}; opens ${list(opened)}${more}`;
  return wrap(printable(text), { rest: '  ' });
}

function backportLines(window: string, to: Revision, result: BackportResult): string[] {
  const { before, best, asked, refused } = result;
  const tried = `${plural(asked, 'set')} tried; ${refused} more do not fit ${to.name}`;
  if (before !== 'found') {
    return [
      `${window} in ${to.name}: ${before}, so there is nothing to backport`,
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
    const verb = has(to.commits, sha) ? 'has' : 'lacks';
    return `opened by ${commitLine(sha)}, which ${to.name} ${verb}`;
  });
}
