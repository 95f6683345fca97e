// SPDX-License-Identifier: GPL-2.0-only
// Why a finding fails, in sentences: the window, the two accesses that decide, the odds.

import { printable, wrap } from '#base/text';
import type { Finding, TraceStep } from '#finding/finding';
import { castOf, shorten } from './cast.ts';
import { placeOf } from './frames.ts';
import { accessText } from './phrases.ts';

/** What is known, each in lines of at most 75 columns; empty where nothing is. */
export function whyLines(finding: Finding): string[] {
  const { why } = finding;
  if (!why) return [];
  const said = [windowText(finding), pairText(finding), oddsText(finding)];
  return said.flatMap((text) => (text === null ? [] : wrap(printable(text), { rest: '  ' })));
}

/** A step in words, with the short names of the table. */
function stepText(finding: Finding, index: number): string | null {
  const step: TraceStep | undefined = finding.trace[index];
  if (step === undefined) return null;
  return `"${shorten(accessText(step), castOf(finding))}" in ${placeOf(step)}()`;
}

function windowText(finding: Finding): string | null {
  const window = finding.why?.window;
  if (!window) return null;
  const { victim, intruder, opens, closes, complete } = window;
  const from = opens === null ? null : stepText(finding, opens);
  const to = closes === null ? null : stepText(finding, closes);
  const begins = from === null ? 'from its start' : `from ${from}`;
  const bounds = to === null ? `${begins} on` : `${begins} to ${to}`;
  const more = complete ? '' : '; it may be wider, the search for its ends was cut short';
  const comes = to === null ? 'to come' : 'to come between';
  return `Window: of ${victim}, ${bounds}, for ${intruder} ${comes}${more}.`;
}

function pairText(finding: Finding): string | null {
  const pair = finding.why?.pair;
  if (!pair) return null;
  const [a, b] = [pair.victim, pair.intruder].sort((x, y) => x - y) as [number, number];
  const [first, second] = [stepText(finding, a), stepText(finding, b)];
  if (first === null || second === null) return null;
  const [one, other] = [finding.trace[a]!.thread, finding.trace[b]!.thread];
  const order = `${one}'s ${first} before ${other}'s ${second}`;
  return `Decided by: ${order}; the other way round it passes.`;
}

function oddsText(finding: Finding): string | null {
  const odds = finding.why?.odds;
  if (!odds) return null;
  const { walks, failing, noReturn } = odds;
  const step = noReturn === null ? null : stepText(finding, noReturn);
  const thread = noReturn === null ? '' : finding.trace[noReturn]?.thread;
  const after = step === null ? '' : `; ten of ten do after ${thread}'s ${step}`;
  return `Odds: ${failing} of ${walks} random orders fail like this${after}.`;
}
