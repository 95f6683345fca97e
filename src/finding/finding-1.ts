// SPDX-License-Identifier: GPL-2.0-only
// Reads what earlier versions wrote: a finding@1 as a finding of today.
//
// What it says of why it fails is left out: its window was looked for in the trace alone, and its
// deciding access was found in another way. Everything that a replay needs is there.

import type { Finding, FixCode } from './finding.ts';

/** A finding@1 where it differs. */
type Finding1 = Omit<
  Finding,
  'format' | 'producer' | 'revision' | 'roles' | 'code' | 'failure' | 'why'
> & {
  readonly format: 'racewindow/finding@1';
  readonly revision: Omit<Finding['revision'], 'userFixes'> & {
    readonly userFixes: readonly FixCode[];
  };
  readonly why?: unknown;
};

/** The finding that @data is, which a schema has accepted. */
export function readFinding(data: unknown): Finding {
  const given = data as Finding | Finding1;
  if (given.format === 'racewindow/finding@2') return given;
  const { format: _, why: __, revision, ...rest } = given;
  const { userFixes } = revision;
  return {
    ...rest,
    format: 'racewindow/finding@2',
    producer: null,
    revision: { ...revision, userFixes: userFixes.map(({ name, sha256 }) => ({ name, sha256 })) },
    roles: [],
    deciding: null,
    ...(userFixes.length === 0 ? {} : { code: userFixes }),
  };
}
