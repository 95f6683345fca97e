// SPDX-License-Identifier: GPL-2.0-only
// Why a finding fails, in sentences: the two accesses that decide, the window, the odds.

import { printable, wrap } from '#base/text';
import type { Finding, TraceStep, Why } from '#finding/finding';
import type { WhyEnd } from '#finding/why';
import { castOf, shorten } from './cast.ts';
import { placeOf } from './frames.ts';
import { accessName, accessText, eventText, parseEvent } from './phrases.ts';
import { grouped } from './words.ts';

/** What is known, each in lines of at most 75 columns; empty where nothing is. */
export function whyLines(finding: Finding): string[] {
  const { why } = finding;
  if (!why) return [];
  const said = [pairText(finding, why), windowText(finding, why), oddsText(finding, why)];
  return said.flatMap((text) => (text === null ? [] : wrap(printable(text), { rest: '  ' })));
}

/** A step in words, with the short names of the table. */
function accessIn(finding: Finding, step: TraceStep): string {
  return `"${shorten(accessText(step), castOf(finding))}" in ${placeOf(step)}()`;
}

function stepText(finding: Finding, index: number): string {
  const step = finding.trace[index];
  return step === undefined ? `step ${index}` : `${step.thread}'s ${accessIn(finding, step)}`;
}

function pairText(finding: Finding, { pair, always, searched }: Why): string | null {
  if (always) return null;
  if (!pair) {
    return searched
      ? 'Decided by: no single pair of accesses; no swap of two keeps the rule.'
      : 'Decided by: not known; the search for two accesses to swap was cut short.';
  }
  const [a, b] = [pair.victim, pair.intruder].sort((x, y) => x - y) as [number, number];
  const order = `${stepText(finding, a)} comes before ${stepText(finding, b)}`;
  const rules = [...new Set(pair.breaks.map((r) => r.property))];
  const others = rules.sort((x, y) => Number(x.slice(1)) - Number(y.slice(1)));
  const kept =
    others.length === 0
      ? 'the other way round, every rule is kept'
      : `the other way round, this rule is kept, though ${listed(others)} broken`;
  return `Decided by: ${order}; ${kept}.`;
}

function windowText(finding: Finding, { window, always }: Why): string | null {
  if (!window || always) return null;
  const { victim, intruder, opens, end, complete } = window;
  const after = opens === null ? '' : ` after ${stepText(finding, opens)}`;
  const before = end === null ? '' : ` before ${endText(finding, end)}`;
  const both = after === '' || before === '' ? '' : ' and';
  const open = end === null && complete ? '; nothing closes it' : '';
  const more = complete ? '' : '; it may be wider, the search for its ends was cut short';
  const where = after + both + before;
  const from = where === '' ? ` at any step of ${victim}` : where;
  return `Window: ${intruder} breaks the rule if it comes${from}${open}${more}.`;
}

/**
 * The step that closes a window. Where the trace has it, it is told as there. Where it has not, the
 * step is one of another run, in which it may find other values: these are not told, but which of
 * the steps of that name it is.
 */
function endText(finding: Finding, { thread, step, access, reported }: WhyEnd): string {
  if (step !== null) return stepText(finding, step);
  const cast = castOf(finding);
  const which = reported == null ? null : eventText(parseEvent(reported));
  const after = which === null ? '' : ` after "${shorten(which, cast)}"`;
  const what = shorten(accessName(access), cast);
  const where = `${what} in ${placeOf(access)}()${after}`;
  return `${thread}'s ${where}, which comes later than what is shown`;
}

function oddsText(finding: Finding, { odds, always }: Why): string {
  if (odds.exact && always) {
    return (
      'Odds: every order breaks this rule. That is how the code is made, not a matter of timing' +
      ` (exact, counted on the ${grouped(odds.states)} states of this world).`
    );
  }
  if (odds.exact) {
    const { fails, alike, noReturn, states } = odds;
    const like = alike < fails ? `, ${percent(alike)} as ${finding.window ?? 'this one'}` : '';
    const sure = noReturn === null ? '' : ` It is certain after ${stepText(finding, noReturn)}.`;
    return (
      `Odds: ${percent(fails)} of all orders break this rule${like}, each runnable thread being` +
      ` equally likely (exact, counted on the ${grouped(states)} states of this world).${sure}`
    );
  }
  const { walks, failing, alike, walksAfter, noReturn } = odds;
  const like = alike < failing ? `, ${alike} as ${finding.window ?? 'this one'}` : '';
  const sure =
    noReturn === null
      ? ''
      : `; after ${stepText(finding, noReturn)} all of ${walksAfter} drawn from there did`;
  return `Odds (sampled): ${failing} of ${walks} random orders break this rule${like}${sure}.`;
}

/** `P1 is`, `P1 and P2 are`, `P1, P2 and P3 are`. */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  if (names.length < 2) return `${last} is`;
  return `${names.slice(0, -1).join(', ')} and ${last} are`;
}

/** A chance in words: three digits, and never 0 or 100 where it is not. */
function percent(p: number): string {
  const value = p * 100;
  if (p > 0 && value < 0.001) return 'fewer than 0.001 %';
  if (p < 1 && value > 99.95) return 'more than 99.9 %';
  return `${Number(value.toPrecision(3))} %`;
}
