// SPDX-License-Identifier: GPL-2.0-only
// What is wrong with a set of windows, in words; none of it may stand.
//
// The index throws at what can be told from the windows and the history alone. What needs the
// worlds is asked by test/windows/registry.test.ts, and that all files are in by test/tidy.

import { assert } from '#base/assert';
import type { DerivedWorld } from '#worlds/derive';
import { isNamedBy } from './likely.ts';
import { namedBy } from './ways.ts';
import type { SignatureStage, Window } from './window.ts';

/** A signature by the window and the stage: `C19 rest`; `C19` is the main one. */
export function claimOf(window: string, stage: SignatureStage): string {
  return stage === 'main' ? window : `${window} ${stage}`;
}

/** All signatures of @windows, as claimOf() has them. */
export function claimsOf(windows: readonly Window[]): string[] {
  return windows.flatMap(({ id, signatures }) =>
    Object.keys(signatures).map((stage) => claimOf(id, stage as SignatureStage)),
  );
}

/** Throws where @windows and their @precedence do not fit together, or name unknown commits. */
export function assertSound(
  windows: readonly Window[],
  precedence: readonly string[],
  isKnown: (sha: string) => boolean,
): void {
  const faults = [
    ...idFaults(windows),
    ...precedenceFaults(windows, precedence),
    ...commitFaults(windows, isKnown),
  ];
  assert(faults.length === 0, faults.join('; '));
}

/** Ids that are there twice, that are no id, or that do not come one after the other. */
export function idFaults(windows: readonly Window[]): string[] {
  return windows.flatMap(({ id }, i) => {
    const wanted = `C${String(i + 1).padStart(2, '0')}`;
    if (windows.findIndex((w) => w.id === id) < i) return `${id} is there twice`;
    return id === wanted ? [] : `${id} stands where ${wanted} belongs`;
  });
}

/** Signatures that @precedence leaves out or names twice, and those that it makes up. */
export function precedenceFaults(
  windows: readonly Window[],
  precedence: readonly string[],
): string[] {
  const claims = claimsOf(windows);
  return [
    ...claims.flatMap((claim) => {
      const times = precedence.filter((x) => x === claim).length;
      if (times === 1) return [];
      return `${claim} has ${times === 0 ? 'no place' : 'two places'} in the precedence`;
    }),
    ...precedence.filter((x) => !claims.includes(x)).map((x) => `${x}: no such signature`),
  ];
}

/** Openers and closers that the history lacks; @isKnown tells whether it has a commit. */
export function commitFaults(
  windows: readonly Window[],
  isKnown: (sha: string) => boolean,
): string[] {
  return windows.flatMap((window) =>
    namedBy(window)
      .filter((sha) => !isKnown(sha))
      .map((sha) => `${window.id} names ${sha}, which the history has not`),
  );
}

/** Likely worlds that name none of @worlds. */
export function worldFaults(windows: readonly Window[], worlds: readonly DerivedWorld[]): string[] {
  return windows.flatMap((window) =>
    window.worlds
      .filter(({ world }) => !worlds.some((derived) => isNamedBy(derived, world)))
      .map(({ world }) => `${window.id} names ${world}, which is no world`),
  );
}
