// SPDX-License-Identifier: GPL-2.0-only
// Watching for a few windows alone: fewer steps are visible, so that larger worlds are explored.
//
// What is left out can only make a window claim more. A signature without those before it gets
// reports that they would have claimed, so what is seen has to be looked at again with all of
// them; where nothing is seen, there is nothing. A signature that says how it begins is replaced by
// that: until then it is in its initial state and explains no report of a rule, so that no rule is
// watched for.

import type { Rule, Signature } from '#checker/program/scene';
import { aboutOf } from '#env/events';
import { heard, type RuleContext, rulesFor } from '#properties/index';
import { type Claim, signatures, subjectsOf } from './index.ts';
import { isOfRule } from './signature.ts';

interface Watched {
  readonly rules: readonly Rule[];
  readonly signatures: readonly Signature[];
}

/** What shows that @windows may be there. */
export function watchFor(ctx: RuleContext, windows: readonly string[]): Watched {
  const mine = signatures.filter((s) => windows.includes(s.window));
  const inFull = mine.filter((s) => s.begins === undefined);
  const all = inFull.some((s) => s.rules === undefined);
  const wanted = all ? null : [...new Set(inFull.flatMap((s) => s.rules ?? []))];
  const begins = mine.flatMap((s) => beginningOf(s, ctx) ?? []);
  return {
    rules: [...rulesFor(ctx, wanted), ...begins],
    signatures: mine.map((s) => ({
      ...(s.begins === undefined ? s.make(ctx) : asleep(s, ctx)),
      window: s.window,
      subjects: subjectsOf(s, ctx),
    })),
  };
}

const beginning = (window: string): string => `beginning of ${window}`;

/** A rule that breaks where @signature leaves its initial state; null where it does not say. */
function beginningOf(signature: Claim, ctx: RuleContext): Rule | null {
  const { begins, window } = signature;
  if (begins === undefined) return null;
  return {
    id: beginning(window),
    events: [begins.event],
    reads: [],
    initial: false,
    subjects: ctx.subjects,
    onEvent: (state, e) => {
      if (state === true || !begins.when(heard(e))) return undefined;
      const because = `${e.thread}: ${e.name}`;
      return { state: true, report: { subject: String(aboutOf(e)), because, facts: {} } };
    },
  };
}

/** @signature in its initial state: what the machine itself reports, and its own beginning. */
function asleep(signature: Claim, ctx: RuleContext): Signature {
  const { initial, explains } = signature.make(ctx);
  const { window } = signature;
  return {
    window,
    events: [],
    reads: [],
    initial,
    step: (state) => state,
    explains: (state, report, peek) =>
      report.property === beginning(window) || (!isOfRule(report) && explains(state, report, peek)),
  };
}
