// SPDX-License-Identifier: GPL-2.0-only
// How many states will it be? An estimate while a depth-first search with caching is under way.
//
// Knuth's idea (estimate.ts) does not carry over as it is: of the branches of a state, the one that
// is taken first finds most of what is new, and the later ones mostly meet what is known by then.
// So the search keeps count of how large the part behind the k-th branch was, compared with that
// behind the first (Chen 1992 calls such classes strata: here, the rank of a branch and the size of
// the part, in powers of two). What is still to come is foretold with these shares, from the
// state on top of the stack down to the first one:
//
//   open state, three branches: the first had 1000 states, the second is under way, and where the
//   first had some 1000 the third has had 40 for every 1000: 1000 + (what is foretold of it) + 40
//
// The spread of the shares says how far that may be off. Where it says nothing, neither does this.
//
// Chen, Heuristic Sampling, SIAM J. Comput. 21, 1992.

import { type Kept, sameVersion } from '#base/saved';
import {
  ESTIMATE_STATES_MIN,
  RANGE_ABOVE,
  RANGE_BELOW,
  SHARE_CASES_MIN,
  SHARE_FAR,
  SPREAD_MIN,
  SPREAD_SAYS_NOTHING,
} from '#checker/limits';
import type { Range } from '#checker/program/meter';

/** Of an open state: what has been found behind it. */
export interface Counted {
  /** States stored before it. */
  before: number;
  /** Branches that have been begun. */
  begun: number;
  /** States stored when the latest of them began. */
  since: number;
  /** States behind the first branch, -1 while it is under way. */
  first: number;
}

/** A number that may be off by @spread (a standard deviation). */
interface Guess {
  readonly size: number;
  readonly spread: number;
}

const RANKS = 6;
const OCTAVES = 40;

/** Sums over cases of one rank and octave: x is the size behind the first branch, y behind this. */
class Stratum {
  cases = 0;
  x = 0;
  y = 0;
  xx = 0;
  xy = 0;
  yy = 0;
}

/** The shares of later branches that a search has seen. */
export class Shares implements Kept {
  private readonly strata: Stratum[] = Array.from({ length: RANKS * OCTAVES }, () => new Stratum());

  /** A branch of @level begins, where @states are stored. */
  branch(level: Counted, states: number): void {
    this.finish(level, states);
    level.begun++;
    level.since = states;
  }

  /** The branch of @level that was under way, if any, is done. */
  finish(level: Counted, states: number): void {
    if (level.begun === 0) return;
    const size = states - level.since;
    level.since = states;
    if (level.begun === 1) {
      if (level.first < 0) level.first = size;
      return;
    }
    const s = this.strata[at(level.begun, octave(level.first))]!;
    const x = level.first + 1;
    s.cases++;
    s.x += x;
    s.y += size;
    s.xx += x * x;
    s.xy += x * size;
    s.yy += size * size;
  }

  /** What the branch of this @rank will find, where the first had @first states. */
  private foretell(rank: number, first: number): Guess | null {
    const own = octave(first);
    let pooled: Stratum | null = null;
    for (let o = own; o >= 0 && own - o <= SHARE_FAR; o--) {
      const s = this.strata[at(rank, o)]!;
      if (s.cases === 0) continue;
      pooled = pooled === null ? s : sum(pooled, s);
      if (pooled.cases >= SHARE_CASES_MIN) return guessOf(pooled, first + 1, own - o);
    }
    return null;
  }

  /** Guess the size of what is behind @levels, the open states from the first to the last. */
  range(levels: readonly Counted[], left: readonly number[], states: number): Range {
    if (states < ESTIMATE_STATES_MIN) return { low: states, high: null };
    let under: Guess = { size: 0, spread: 0 };
    for (let d = levels.length - 1; d >= 0; d--) {
      const level = levels[d]!;
      const known = level.since - level.before;
      const first = level.first >= 0 ? level.first : under.size;
      let size = known + under.size;
      let [off, own] = [0, 0];
      for (let k = 1; k <= left[d]!; k++) {
        const more = this.foretell(Math.max(2, level.begun + k), first);
        if (more === null) return { low: states, high: null };
        size += more.size;
        own += more.size;
        off = Math.hypot(off, more.spread);
      }
      // Where the first branch is under way, all that is foretold from it is off with it.
      const scale = level.first >= 0 || under.size === 0 ? 1 : 1 + own / under.size;
      under = { size, spread: Math.hypot(under.spread * scale, off) };
    }
    const size = Math.max(states, under.size);
    const relative = Math.max(SPREAD_MIN, under.spread / size);
    if (!(relative < SPREAD_SAYS_NOTHING)) return { low: states, high: null };
    const low = Math.max(states, size / Math.exp(RANGE_BELOW * relative));
    return { low, high: size * Math.exp(RANGE_ABOVE * relative) };
  }

  save() {
    const strata = this.strata.flatMap((s) => [s.cases, s.x, s.y, s.xx, s.xy, s.yy]);
    return { version: 1, strata: Float64Array.from(strata) };
  }

  load(saved: ReturnType<Shares['save']>): void {
    sameVersion(saved, 1, 'shares of branches');
    this.strata.forEach((s, i) => {
      const [cases, x, y, xx, xy, yy] = saved.strata.subarray(i * 6, i * 6 + 6);
      Object.assign(s, { cases, x, y, xx, xy, yy });
    });
  }
}

function at(rank: number, o: number): number {
  return Math.min(rank - 2, RANKS - 1) * OCTAVES + o;
}

function octave(size: number): number {
  return Math.min(31 - Math.clz32(size + 1), OCTAVES - 1);
}

function sum(a: Stratum, b: Stratum): Stratum {
  const s = new Stratum();
  s.cases = a.cases + b.cases;
  s.x = a.x + b.x;
  s.y = a.y + b.y;
  s.xx = a.xx + b.xx;
  s.xy = a.xy + b.xy;
  s.yy = a.yy + b.yy;
  return s;
}

/** Ratio of sums, and the spread of single cases around it; @far octaves away it is wider. */
function guessOf(s: Stratum, x: number, far: number): Guess {
  const share = s.y / s.x;
  const rest = Math.max(0, s.yy - 2 * share * s.xy + share * share * s.xx);
  const spread = Math.sqrt(rest / s.xx) * (1 + far / 2);
  return { size: x * share, spread: x * spread };
}
