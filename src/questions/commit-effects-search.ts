// SPDX-License-Identifier: GPL-2.0-only
// What a commit changes: a small world that comes to something else once it is taken away.
//
// A stack of commits is a claim that each of them matters. What each of them changes is kept in
// commit-effects.ts, which scripts/shows.mjs writes and checks.

import { type Revision, withCommits } from '#kernel/index';
import type { Explored } from '#run/explore';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import type { DerivedWorld } from '#worlds/derive';
import { NEEDED_STATES } from './limits.ts';

/** What is there with a commit and gone without it, and the other way round. */
interface Difference {
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/** A search per world and kernel; a table that remembers may stand in for it. */
type Look = (derived: DerivedWorld, revision: Revision) => Explored;

/** The usual search, in full or not at all. */
export const look: Look = (derived, revision) => {
  const options = { statesMax: NEEDED_STATES, preemptions: 0 };
  return runWorld({ ask: 'explore', derived, kernel: specOf(revision, []), options });
};

/** What is compared: rules that break with their windows, what happens in some run, data races. */
type Aspect = 'breaks' | 'happens' | 'races';

/**
 * How @derived differs under @revision without @sha in one aspect; null where it does not, where it
 * is too large, or where the commit cannot be taken away.
 */
export function withoutCommit(
  derived: DerivedWorld,
  revision: Revision,
  sha: string,
  aspect: Aspect,
  by: Look = look,
): Difference | null {
  const without = withCommits(revision, { without: [sha] });
  if (!without.ok) return null;
  if (aspect === 'races') return differ(races(derived, revision), races(derived, without.value));
  const [here, there] = [by(derived, revision), by(derived, without.value)];
  if (here.bounded || there.bounded) return null;
  if (aspect === 'breaks') return differ(breaks(here), breaks(there));
  return differ(here.reached, there.reached);
}

function breaks({ sightings }: Explored): string[] {
  return sightings.map((s) => `${s.report} ${s.window ?? 'new'}`);
}

/** Fields of an object that are read and written at once, one of the two without a mark. */
function races({ world }: DerivedWorld, revision: Revision): string[] {
  const { detected } = runWorld({
    ask: 'check',
    world,
    kernel: specOf(revision, []),
    properties: null,
    strategy: { kind: 'exhaustive' },
    statesMax: NEEDED_STATES,
    timeMaxMs: null,
    minimiseMax: 1,
  });
  const found = detected.filter((r) => r.kind === 'data-race');
  return found.map((r) => `data race on ${r.subject.replace(/^.*\./, '')}: ${r.because}`);
}

function differ(here: readonly string[], there: readonly string[]): Difference | null {
  const gone = [...new Set(here.filter((x) => !there.includes(x)))].sort();
  const come = [...new Set(there.filter((x) => !here.includes(x)))].sort();
  return gone.length + come.length > 0 ? { gone, come } : null;
}
