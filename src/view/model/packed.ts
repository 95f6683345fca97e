// SPDX-License-Identifier: GPL-2.0-only
// Findings in less room: each call stack once.

import type { Finding } from '#finding/finding';
import type { PackedFinding } from './data.ts';

/** @finding with each of its stacks once, and what is known @besides of it. */
export function packed(
  { trace, ...rest }: Finding,
  besides: Pick<PackedFinding, 'remarks' | 'filed'>,
): PackedFinding {
  const numbers = new Map<string, number>();
  const stacks: (readonly string[])[] = [];
  const steps = trace.map((step) => {
    const key = step.stack.join('\n');
    const known = numbers.get(key) ?? stacks.push(step.stack) - 1;
    numbers.set(key, known);
    return { ...step, stack: known };
  });
  return { ...rest, ...besides, stacks, trace: steps };
}

/** What packed() was given. */
export function unpacked({
  stacks,
  trace,
  remarks: _,
  filed: __,
  ...rest
}: PackedFinding): Finding {
  return { ...rest, trace: trace.map((s) => ({ ...s, stack: stacks[s.stack] ?? [] })) };
}
