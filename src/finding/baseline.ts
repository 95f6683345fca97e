// SPDX-License-Identifier: GPL-2.0-only
// What is known: the findings that an earlier check had, told from those that are new or gone.
//
// A baseline holds of each finding what its key is made of, which is some hundred bytes, and of
// whom it is: board, kernel, program, and what was asked. A report will do in its place; of that
// nobody knows what was asked, so nothing is said to be gone.

import type { Finding, Producer } from './finding.ts';
import { contentKey } from './key.ts';
import type { CheckOptions, CheckReport, ReportKernel } from './report.ts';

/** What tells a finding from another one. */
export interface KnownFinding extends Pick<Finding, 'property' | 'window' | 'class'> {
  /** Only where no window is known: then nothing else tells it from another one. */
  readonly schedule?: string;
}

/** A board: what it calls itself, if it does, and a digest of its firmware. */
export interface BaselineBoard {
  readonly name: string;
  readonly sha256: string;
}

/** What was asked, as far as findings go by it. */
export type BaselineAsked = Pick<
  CheckOptions,
  'devices' | 'properties' | 'windows' | 'asyncProbe' | 'strictDevlink' | 'actors' | 'memory'
> &
  Pick<CheckReport['coverage'], 'strategy'>;

/** The file that --write-baseline writes. */
export interface BaselineFile {
  readonly format: 'racewindow/baseline@1';
  readonly producer: Producer;
  readonly kernel: ReportKernel;
  /** Null: the generic worlds were checked. */
  readonly board: BaselineBoard | null;
  readonly asked: BaselineAsked;
  readonly findings: readonly KnownFinding[];
}

/** What an earlier check had found; @asked is null where that is not known. */
export interface Earlier {
  readonly asked: BaselineAsked | null;
  readonly findings: readonly KnownFinding[];
}

/** The findings of a report, parted by whether the baseline has them. */
export interface Baseline {
  readonly known: readonly Finding[];
  readonly fresh: readonly Finding[];
  /** Those that the check does not have any more. */
  readonly gone: readonly KnownFinding[];
  /** Why it is not known which are gone; null where it is. */
  readonly unsure: string | null;
}

/** What a baseline keeps of @finding. */
export function knownOf({ property, window, class: kind, schedule }: Finding): KnownFinding {
  return { property, window, class: kind, ...(window === null ? { schedule } : {}) };
}

/** Part @findings by whether one like it is among those of @earlier. */
export function partFindings(
  findings: readonly Finding[],
  earlier: readonly KnownFinding[],
): Pick<Baseline, 'known' | 'fresh'> {
  const keys = new Set(earlier.map(contentKey));
  return {
    known: findings.filter((f) => keys.has(contentKey(f))),
    fresh: findings.filter((f) => !keys.has(contentKey(f))),
  };
}

/** Hold @report, in which @asked was asked, against @earlier. */
export function applyBaseline(
  { findings, coverage }: Pick<CheckReport, 'findings' | 'coverage'>,
  earlier: Earlier,
  asked: BaselineAsked,
): Baseline {
  const keys = new Set(findings.map(contentKey));
  const missing = earlier.findings.filter((f) => !keys.has(contentKey(f)));
  const unsure =
    earlier.asked === null
      ? 'a report does not say what it was asked'
      : !sameAsked(earlier.asked, asked)
        ? 'the baseline was asked something else'
        : coverage.bounded.length > 0
          ? 'a limit was hit'
          : null;
  const parted = partFindings(findings, earlier.findings);
  if (missing.length === 0) return { ...parted, gone: [], unsure: null };
  return { ...parted, gone: unsure === null ? missing : [], unsure };
}

/** What @options and the strategy of a report ask. */
export function askedOf(options: CheckOptions, strategy: string): BaselineAsked {
  const { devices, properties, windows, asyncProbe, strictDevlink, actors, memory } = options;
  return {
    ...{ devices, properties, windows, asyncProbe, strictDevlink },
    ...(actors === undefined ? {} : { actors }),
    ...(memory === undefined ? {} : { memory }),
    strategy,
  };
}

/** True if @a and @b ask the same, in whatever order. */
function sameAsked(a: BaselineAsked, b: BaselineAsked): boolean {
  return askedText(a) === askedText(b);
}

function askedText(asked: BaselineAsked): string {
  const { devices, properties, windows, asyncProbe, strictDevlink, actors, memory } = asked;
  const lists = [devices, properties, windows, actors ?? []].map((l) => l && [...l].sort());
  const fields = memory && [memory.model, ...[...memory.fields].sort()];
  return JSON.stringify([lists, asyncProbe, strictDevlink, fields ?? null, asked.strategy]);
}
