// SPDX-License-Identifier: GPL-2.0-only
// Findings that are larger than real ones, for pages: no checker made them, and none can run them.
import type { Finding } from '#finding/finding';
import { replayDuringRegister, step } from '../report/example.ts';

const rules = ['P1', 'P2', 'P3', 'P5'];
const windows = ['C09', 'C10', 'C14', null];

/** So many findings of sixteen kinds, each about a device of its own. */
export function manyFindings(count: number): readonly Finding[] {
  return Array.from({ length: count }, (_, i) => {
    const subject = `${i}.dev`;
    return {
      ...replayDuringRegister,
      id: `f${i}`,
      property: rules[i % 4]!,
      window: windows[(i >> 2) % 4]!,
      devices: [subject],
      witness: { ...replayDuringRegister.witness, subject },
    };
  });
}

/** A run of so many steps, in which so many threads write one cell in turn. */
export function longRun(steps: number, threads: number): Finding {
  const { why: _, failure: __, ...rest } = replayDuringRegister;
  const trace = Array.from({ length: steps }, (_, i) => {
    const thread = `kworker/u8:${Math.floor(i / 5) % threads}`;
    return step(thread, `f${i % 7} < g < h`, i % 2 ? 'store' : 'load', 'x->count', String(i % 9));
  });
  return { ...rest, trace, deciding: null };
}
