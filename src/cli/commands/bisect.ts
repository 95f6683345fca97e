// SPDX-License-Identifier: GPL-2.0-only
// racewindow bisect: which commits open and close a window.

import { fail, type UserError } from '#base/errors';
import type { Result } from '#base/result';
import { fitted, plural, printable, wrap } from '#base/text';
import { type BisectArguments, lineOf, withAsking } from '#cli/asking';
import type { Io } from '#cli/io';
import { type Commit, findRevision, type Revision } from '#kernel/index';
import { type Asking, bisect, chosenFor, type Step, turns } from '#questions/bisect';
import { type ExitCode, exitCodes } from '#report/exit';

/** Worlds for each stack, flag --worlds-max, and states of each, flag --states-max. */
const standard = { worldsMax: 8, statesMax: 250_000 };

/** Run `bisect`: exit 0 where the window is closed at the end, 1 where it is open, else 3. */
export async function runBisect(
  args: BisectArguments,
  io: Io,
): Promise<Result<ExitCode, UserError>> {
  const from = findRevision(args.from ?? '6.0');
  if (!from.ok) return from;
  const end = findRevision(args.to);
  if (end.ok && isNewer(from.value, end.value)) {
    const hint = `swap them: --from ${end.value.name} --to ${from.value.name}`;
    return fail('RW064', `--from ${from.value.name}: newer than --to ${end.value.name}`, hint);
  }
  return await withAsking(args, io, standard, async (asking, to) => {
    const steps = await bisect(asking, from.value, to);
    const { opens, closes } = turns(steps);
    const rows = steps.map((s) => [
      s.commit?.sha ?? from.value.name,
      s.answer,
      printable(s.commit?.subject ?? 'as it is'),
    ]);
    io.out(`${fitted(rows).join('\n')}\n\n`);
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
    return last === 'absent' ? exitCodes.holds : exitCodes.bounded;
  });
}

/** True if @a has all commits of @b, and more. */
function isNewer(a: Revision, b: Revision): boolean {
  const has = new Set(a.commits.map(({ sha }) => sha));
  return a.commits.length > b.commits.length && b.commits.every(({ sha }) => has.has(sha));
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
