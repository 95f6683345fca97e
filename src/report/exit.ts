// SPDX-License-Identifier: GPL-2.0-only
// The exit code of a check: what a script learns without reading the report.

import type { Baseline } from '#finding/baseline';
import type { CheckReport, Verdict, WindowVerdict } from '#finding/report';

/**
 * 0 holds, 1 violated, 2 usage or input, 3 not decided: bounded, not reached, nothing to check; and
 * 130, as shells have it, for a check that Ctrl-C has ended.
 */
export const exitCodes = {
  holds: 0,
  violated: 1,
  usage: 2,
  bounded: 3,
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What an exit code goes by. */
interface Decided extends Pick<CheckReport, 'properties'> {
  readonly nothing?: unknown;
  readonly verdicts: readonly Pick<Verdict, 'property' | 'outcome'>[];
  readonly windows?: readonly Pick<WindowVerdict, 'window' | 'outcome'>[];
  readonly findings: readonly unknown[];
  readonly coverage: { readonly bounded: readonly unknown[] };
}

/** The exit code for @report; with a baseline, only what it does not know counts as violated. */
export function exitCodeOf(
  report: Decided,
  baseline: Pick<Baseline, 'fresh'> | null = null,
): ExitCode {
  if (report.nothing !== undefined) return exitCodes.bounded;
  const violated =
    baseline === null
      ? report.verdicts.some((v) => v.outcome === 'violated') || report.findings.length > 0
      : baseline.fresh.length > 0;
  if (violated) return exitCodes.violated;
  const bounded = report.verdicts.some((v) => v.outcome === 'bounded');
  const open = bounded || report.coverage.bounded.length > 0 || undecided(report).length > 0;
  return open ? exitCodes.bounded : exitCodes.holds;
}

/** What was asked for by its id, and is decided for no device: windows and rules. */
export function undecided({
  properties,
  windows,
  verdicts,
}: Pick<Decided, 'properties' | 'windows' | 'verdicts'>): readonly string[] {
  const isOpen = ({ outcome }: Pick<Verdict | WindowVerdict, 'outcome'>): boolean =>
    outcome === 'not reached' || outcome === 'n.a.';
  const asked = [...new Set((windows ?? []).map(({ window }) => window))];
  return [
    ...asked.filter((id) => (windows ?? []).filter((w) => w.window === id).every(isOpen)),
    ...(properties ?? []).filter((id) =>
      verdicts.filter(({ property }) => property === id).every(isOpen),
    ),
  ];
}
