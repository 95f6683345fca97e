// SPDX-License-Identifier: GPL-2.0-only
// Whether what a finding says of its steps is about steps that it has: no schema can say that.

import type { Finding } from './finding.ts';

/** What in @finding names a step that its trace does not have, in a sentence; null: nothing. */
export function incoherence({ trace, deciding, failure, why }: Finding): string | null {
  const { length } = trace;
  if (length === 0) return '/trace has no step';
  const steps: [string, number | null | undefined][] = [
    ['/deciding', deciding],
    ['/failure/step', failure?.step],
    ['/why/window/opens', why?.window?.opens],
    ['/why/window/closes', why?.window?.closes],
    ['/why/window/end/step', why?.window?.end?.step],
    ['/why/pair/victim', why?.pair?.victim],
    ['/why/pair/intruder', why?.pair?.intruder],
    ['/why/odds/noReturn', why?.odds.noReturn],
  ];
  why?.alternatives.forEach((a, i) => {
    steps.push([`/why/alternatives/${i}/step`, a.step]);
  });
  why?.blocked.forEach((b, i) => {
    steps.push([`/why/blocked/${i}/from`, b.from], [`/why/blocked/${i}/to`, b.to - 1]);
  });
  // The run that passes may part from this one behind its last step.
  const parts = why?.pair?.trace?.from;
  if (parts !== undefined) steps.push(['/why/pair/trace/from', parts - 1]);
  const wrong = steps.find(([, step]) => step != null && step >= length);
  if (wrong !== undefined) return `${wrong[0]} names step ${wrong[1]! + 1} of ${length}`;
  const { odds } = why ?? {};
  const chances = odds?.exact ? odds.after.length : length + 1;
  return chances === length + 1
    ? null
    : `/why/odds/after has ${chances} chances for ${length} steps`;
}
