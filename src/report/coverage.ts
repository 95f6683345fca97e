// SPDX-License-Identifier: GPL-2.0-only
// How far a report has looked, and what it has not covered: a pass says no more than that.

import { plural, printable, wrap } from '#base/text';
import type { CheckReport, Coverage, HitLimit, Verdict, WindowVerdict } from '#finding/report';
import { exitCodeOf, exitCodes } from './exit.ts';
import { grouped } from './words.ts';

type Told = Pick<
  CheckReport,
  'coverage' | 'verdicts' | 'windows' | 'properties' | 'findings' | 'nothing'
>;

/** A line, and whether it is about a limit that was hit. */
interface CoverageLine {
  readonly text: string;
  readonly isLimit: boolean;
}

/** How far was looked: in short, with the limits that were hit, and who acts and who does not. */
interface CoverageLines {
  readonly head: readonly CoverageLine[];
  readonly reach: readonly string[];
}

/** What was covered and the limits that were hit; then who acts, and what was not covered. */
export function coverageLines(report: Told): CoverageLines {
  const { coverage } = report;
  const { present = [], absent = [] } = coverage.actors ?? {};
  const below = [
    ...(present.length === 0 ? [] : [`in these worlds: ${present.join(', ')}`]),
    ...(absent.length === 0 ? [] : [`in none of them: ${absent.join(', ')}`]),
    ...uncovered(report),
    ...(coverage.notes ?? []),
  ].flatMap((line) => wrap(printable(line), { first: '  ', rest: '    ' }));
  const hit = coverage.bounded.flatMap((b) => wrap(printable(limitText(b)), { rest: '  ' }));
  const covered = wrap(coverageText(report), { rest: '  ' });
  return {
    head: [
      ...covered.map((text) => ({ text, isLimit: false })),
      ...hit.map((text) => ({ text, isLimit: true })),
    ],
    reach: below,
  };
}

/**
 * What the verdict covers: never more than was explored. That the rules hold is said only where
 * each of them does, no window was found, and nothing that was asked for is left open.
 */
function coverageText(report: Told): string {
  const { clientsMax, instancesMax, worlds, states, transitions, strategy } = report.coverage;
  const byRuns = /^(sample|optimal|source)/.test(strategy);
  const reduced = strategy === 'exhaustive';
  const what = isPartial(report.coverage)
    ? 'some orders of'
    : holds(report)
      ? 'holds for'
      : 'all orders of';
  const how = isPartial(report.coverage) && reduced ? 'cut short' : strategy;
  return (
    `covered: ${what} up to ${plural(clientsMax, 'client')} and` +
    ` ${plural(instancesMax, 'instance')}; ${plural(worlds, 'world')},` +
    ` ${grouped(states)} ${byRuns ? 'runs' : reduced ? 'states after reduction' : 'states'},` +
    ` ${grouped(transitions)} transitions,` +
    ` ${how}`
  );
}

function isPartial({ bounded, strategy }: Coverage): boolean {
  return bounded.length > 0 || /^(sample|bound|delay)/.test(strategy);
}

function holds(report: Told): boolean {
  const { verdicts, windows = [] } = report;
  const outcomes = verdicts.map((v) => v.outcome);
  return (
    outcomes.includes('holds') &&
    outcomes.every((o) => o === 'holds' || o === 'n.a.') &&
    windows.every((w) => w.outcome === 'absent' || w.outcome === 'n.a.') &&
    exitCodeOf(report) === exitCodes.holds
  );
}

/** What no outcome speaks of, in one line; none where nothing is left out. */
function uncovered({ verdicts, windows = [], properties, coverage }: Told): string[] {
  const rows = [...verdicts, ...windows];
  const open = idsOf(rows.filter((row) => row.outcome === 'not reached'));
  const decided = idsOf(rows.filter((row) => row.outcome !== 'not reached'));
  const nowhere = open.filter((id) => !decided.includes(id));
  const partly = open.filter((id) => decided.includes(id));
  const cut = new Set(coverage.bounded.flatMap(({ worlds }) => worlds));
  const left = [
    ...(nowhere.length === 0 ? [] : [`${nowhere.join(', ')} (not reached)`]),
    ...(partly.length === 0 ? [] : [`${partly.join(', ')} of some devices (not reached)`]),
    ...(properties === undefined ? [] : [`all rules but ${properties.join(', ')} (not asked)`]),
    ...(cut.size === 0 ? [] : [`what ${plural(cut.size, 'world')} may do beyond the limits`]),
  ];
  return left.length === 0 ? [] : [`not covered: ${left.join('; ')}`];
}

function idsOf(rows: readonly (Verdict | WindowVerdict)[]): readonly string[] {
  return [...new Set(rows.map((row) => ('property' in row ? row.property : row.window)))];
}

/** What Ctrl-C has left undone. */
function interruptedText({ worlds }: HitLimit): string {
  const first = worlds.length > 1 ? `${worlds[0]}, ...` : worlds[0];
  return (
    `interrupted: ${plural(worlds.length, 'world')} (${first}) had not come to an end: no pass;` +
    ' --resume FILE would keep those that have'
  );
}

/** A limit that was hit, and the flag that raises it. */
function limitText(hit: HitLimit): string {
  if (hit.limit === 'interrupted') return interruptedText(hit);
  const where = plural(hit.worlds.length, 'world');
  const named = `(${hit.worlds[0] ?? '?'}${hit.worlds.length > 1 ? ', ...' : ''})`;
  if (hit.limit === 'not-runnable') {
    return `not run: no scene can be built of ${where} ${named}: not a pass`;
  }
  const raise = hit.flag === null ? 'no flag raises it' : `${hit.flag} raises it`;
  return `bounded: ${hit.limit}=${hit.value} was hit in ${where} ${named}: not a pass; ${raise}`;
}
