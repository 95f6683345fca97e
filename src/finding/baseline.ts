// SPDX-License-Identifier: GPL-2.0-only
// Which findings of a report are known from an earlier one, so that CI can stop at new ones only.

import type { Finding } from './finding.ts';
import { findingKey } from './key.ts';

/** The findings of a report, parted by whether the baseline has them. */
export interface Baseline {
  readonly known: readonly Finding[];
  readonly fresh: readonly Finding[];
}

/**
 * The kernel is left out, so that a baseline survives an update. A finding that fits no window is
 * only known where its whole schedule is: two unknown windows need not be one.
 */
function keyOf(finding: Finding): string {
  return findingKey(finding, finding.class, finding.window === null ? finding.schedule : '');
}

/** Part @findings by whether one like it is among @earlier. */
export function applyBaseline(findings: readonly Finding[], earlier: readonly Finding[]): Baseline {
  const keys = new Set(earlier.map(keyOf));
  return {
    known: findings.filter((f) => keys.has(keyOf(f))),
    fresh: findings.filter((f) => !keys.has(keyOf(f))),
  };
}
