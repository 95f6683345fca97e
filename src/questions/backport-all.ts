// SPDX-License-Identifier: GPL-2.0-only
// What to carry back into a whole kernel: the known commits after which it is open to least.
//
// A commit is a candidate while it closes, by the catalogue, a window that is open, or follows up,
// by its Fixes: line, on what is there. What it requires, and what follows up on it, goes with it.
// Each set is explored in all worlds. The best is kept and built upon until no candidate makes it
// better; then each part is left out again, to see what it is there for. A set that opens a crash,
// stray DMA or a dead device is none, whatever else it closes.

import { gravityOf, type Harm, harms } from '#finding/harm';
import { type Commit, commits as history, type Revision, withCommits } from '#kernel/index';
import { propertyNamed, propertyOf } from '#properties/index';
import type { Explored, ExploreOptions } from '#run/explore';
import { specOf } from '#run/kernel-spec';
import { reusing } from '#run/reuse';
import type { Explorer } from '#run/world-pool';
import { windowById } from '#windows/index';
import type { DerivedWorld } from '#worlds/derive';
import { closureOf, inOrder } from './bisect.ts';
import { isHarmful, type Trial, trialOf, windowsOf } from './try.ts';

/** How to ask. */
interface CarryQuestion {
  readonly worlds: readonly DerivedWorld[];
  readonly explorer: Explorer;
  readonly options: ExploreOptions;
  readonly onStep?: (kernel: string, step: string) => void;
}

/** A window that a kernel has. */
interface OpenWindow {
  /** Its id; `new` where what breaks fits none. */
  readonly window: string;
  /** The gravest that was seen in it. */
  readonly harm: Harm;
}

/** A commit of the set, and why it is there. */
export interface Part {
  readonly commit: Commit;
  /** Windows that are open without it. */
  readonly closes: readonly string[];
  /** Commits of the set that require it, and those that it follows up on. */
  readonly requiredBy: readonly string[];
  readonly fixes: readonly string[];
}

/** A candidate that was not taken. */
export interface Declined {
  readonly commit: Commit;
  /** Commits that would have to go with it. */
  readonly more: number;
  /** What it would do to the target with the set. */
  readonly trial: Trial;
}

/** What a search came to. */
export interface CarryPlan {
  readonly before: readonly OpenWindow[];
  readonly after: readonly OpenWindow[];
  /** The target with the set. */
  readonly revision: Revision;
  /** In the order in which they landed. */
  readonly parts: readonly Part[];
  readonly declined: readonly Declined[];
  /** What the set does to the target. */
  readonly trial: Trial;
  /** Sets that were asked about, and those that cannot stand on the target. */
  readonly asked: number;
  readonly refused: number;
}

/** A set of commits on the target, and what is open with it. */
interface Asked {
  readonly set: readonly Commit[];
  readonly revision: Revision;
  /** One for each world, in the same order for each set. */
  readonly explored: readonly Explored[];
  readonly open: readonly OpenWindow[];
}

/** Find the commits to carry back into @target. */
export async function carryBack(question: CarryQuestion, target: Revision): Promise<CarryPlan> {
  return await new CarrySearch(question, target).run();
}

class CarrySearch {
  readonly #question: CarryQuestion;
  readonly #target: Revision;
  readonly #known = new Map<string, Promise<Asked | null>>();
  #asked = 0;
  #refused = 0;

  constructor(question: CarryQuestion, target: Revision) {
    this.#question = { ...question, explorer: reusing(question.explorer) };
    this.#target = target;
  }

  async run(): Promise<CarryPlan> {
    const start = await this.#ask([]);
    if (start === null) throw new Error(`${this.#target.name}: does not stand by itself`);
    let best = start;
    let tried: { head: Commit; asked: Asked }[] = [];
    for (let isBetter = true; isBetter; ) {
      isBetter = false;
      tried = await this.#candidatesOn(best);
      for (const { asked } of tried) {
        if (!isSafe(asked, start) || compare(asked.open, best.open) >= 0) continue;
        best = asked;
        isBetter = true;
      }
    }
    const { kept, parts } = await this.#withoutIdle(best, start);
    return {
      before: start.open,
      after: kept.open,
      revision: kept.revision,
      parts,
      declined: declinedOf(tried, kept),
      trial: trialBetween(start, kept),
      asked: this.#asked,
      refused: this.#refused,
    };
  }

  /** Each candidate on top of @base, by itself and with what closes the windows that it opens. */
  async #candidatesOn(base: Asked): Promise<{ head: Commit; asked: Asked }[]> {
    const out: { head: Commit; asked: Asked }[] = [];
    for (const head of candidates(base, this.#target)) {
      let asked = await this.#ask([...base.set, head]);
      for (let isMore = asked !== null; asked !== null && isMore; ) {
        out.push({ head, asked });
        const opened = asked.open.filter((o) => !has(base.open, o.window));
        const closers = closersOf(opened, asked.revision);
        const next: Asked | null = await this.#ask([...asked.set, ...closers]);
        isMore = next !== null && next.set.length > asked.set.length;
        asked = next;
      }
    }
    return out;
  }

  /** @best without the commits that are there for nothing, and what each of the others is for. */
  async #withoutIdle(best: Asked, start: Asked): Promise<{ kept: Asked; parts: Part[] }> {
    let kept = best;
    for (const commit of [...best.set].reverse()) {
      if (!kept.set.includes(commit)) continue;
      const less = await this.#without(kept, commit);
      const isIdle = less !== null && isSafe(less, start) && compare(less.open, kept.open) <= 0;
      if (isIdle) kept = less;
    }
    const parts: Part[] = [];
    for (const commit of kept.set) {
      const less = await this.#without(kept, commit);
      const closes = less === null ? [] : missing(less.open, kept.open);
      parts.push({ commit, closes, ...tiesOf(commit, kept.set) });
    }
    return { kept, parts };
  }

  /** @asked without @commit, and without what requires it or follows up on it. */
  async #without({ set }: Asked, commit: Commit): Promise<Asked | null> {
    const gone = new Set([commit]);
    for (const one of gone) {
      for (const other of set) if (other.requires.includes(one.sha)) gone.add(other);
    }
    return await this.#ask(
      set.filter((c) => !gone.has(c)),
      commit,
    );
  }

  /** Ask about @wanted with all that goes with it, but for @left; null where it cannot stand. */
  async #ask(wanted: readonly Commit[], left?: Commit): Promise<Asked | null> {
    const set = inOrder(whole(wanted, this.#target, left));
    const key = set.map((c) => c.sha).join();
    const known = this.#known.get(key) ?? this.#explore(set);
    this.#known.set(key, known);
    return await known;
  }

  async #explore(set: readonly Commit[]): Promise<Asked | null> {
    const { worlds, explorer, options, onStep } = this.#question;
    const revision = withCommits(this.#target, { with: set });
    if (!revision.ok) {
      this.#refused++;
      return null;
    }
    if (set.length > 0) this.#asked++;
    const what = set.length === 0 ? 'as it is' : `+${set.map((c) => c.sha).join(' +')}`;
    onStep?.(this.#target.name, what);
    const spec = specOf(revision.value, []);
    const explored = await Promise.all(
      worlds.map((derived) => explorer.explore({ derived, spec, options })),
    );
    return { set, revision: revision.value, explored, open: openIn(explored) };
  }
}

function trialBetween(before: Asked, after: Asked): Trial {
  return trialOf(before.explored.map((e, i) => [e, after.explored[i]!] as const));
}

/** @wanted with what each requires and what follows up on each by its Fixes: line. */
function whole(wanted: readonly Commit[], target: Revision, left?: Commit): Commit[] {
  const isThere = (sha: string): boolean => target.commits.some((c) => c.sha === sha);
  const set = new Set(wanted.flatMap((c) => closureOf(c, isThere)));
  for (const one of set) {
    for (const other of history) {
      if (other === left || isThere(other.sha) || !other.fixes.includes(one.sha)) continue;
      if (left !== undefined && closureOf(other, isThere).includes(left)) continue;
      for (const more of closureOf(other, isThere)) set.add(more);
    }
  }
  return [...set];
}

/** The windows that show in @explored, each with the gravest that does. */
function openIn(explored: readonly Explored[]): OpenWindow[] {
  const open = new Map<string, Harm>();
  for (const { window, report } of explored.flatMap((e) => e.sightings)) {
    const id = window ?? 'new';
    const harm = harmIn(window, propertyOf(report));
    const known = open.get(id);
    if (known === undefined || gravityOf({ harm }) < gravityOf({ harm: known })) open.set(id, harm);
  }
  return [...open].map(([window, harm]) => ({ window, harm })).sort(byId);
}

function byId(a: OpenWindow, b: OpenWindow): number {
  return a.window < b.window ? -1 : 1;
}

/** What fits no window may be anything. */
function harmIn(window: string | null, property: string): Harm {
  const harmOf = window === null ? { [property]: 'crash' as const } : windowById(window)?.harmOf;
  return harmOf?.[property] ?? propertyNamed(property)?.harm ?? 'crash';
}

/** Commits that may make @asked better. */
function candidates({ open, revision }: Asked, target: Revision): Commit[] {
  const closers = closersOf(open, revision);
  const follows = history.filter((c) => c.fixes.some((sha) => isIn(target, sha)));
  return inOrder([...new Set([...closers, ...follows])].filter((c) => !isIn(revision, c.sha)));
}

/** Commits that close one of @open by the catalogue and that @revision lacks. */
function closersOf(open: readonly OpenWindow[], revision: Revision): Commit[] {
  const closers = open.flatMap(({ window }) => windowById(window)?.ways ?? []);
  const shas = new Set(closers.flatMap((way) => way.closed));
  return history.filter((c) => shas.has(c.sha) && !isIn(revision, c.sha));
}

function isIn({ commits }: Revision, sha: string): boolean {
  return commits.some((c) => c.sha === sha);
}

/** True where a set opens nothing that crashes, lets DMA through, or leaves a device dead. */
function isSafe(asked: Asked, start: Asked): boolean {
  if (isHarmful(trialBetween(start, asked))) return false;
  return asked.open
    .filter(({ harm }) => gravityOf({ harm }) <= harms.indexOf('dead'))
    .every(({ window }) => has(start.open, window));
}

/** Below 0 where @a is less to be open to than @b: by the gravest harm of which they differ. */
function compare(a: readonly OpenWindow[], b: readonly OpenWindow[]): number {
  for (const harm of harms) {
    const count = (list: readonly OpenWindow[]) => list.filter((o) => o.harm === harm).length;
    if (count(a) !== count(b)) return count(a) - count(b);
  }
  return 0;
}

function has(open: readonly OpenWindow[], window: string): boolean {
  return open.some((o) => o.window === window);
}

/** The windows of @from that @open has not. */
function missing(from: readonly OpenWindow[], open: readonly OpenWindow[]): string[] {
  return from.map((o) => o.window).filter((window) => !has(open, window));
}

function tiesOf(commit: Commit, set: readonly Commit[]): Pick<Part, 'requiredBy' | 'fixes'> {
  return {
    requiredBy: set.filter((c) => c.requires.includes(commit.sha)).map((c) => c.sha),
    fixes: set.filter((c) => commit.fixes.includes(c.sha)).map((c) => c.sha),
  };
}

/** What the candidates that are not in @kept would do to it, each with all that goes with it. */
function declinedOf(tried: readonly { head: Commit; asked: Asked }[], kept: Asked): Declined[] {
  const last = new Map(tried.map(({ head, asked }) => [head, asked]));
  return [...last].flatMap(([commit, asked]) => {
    const trial = trialBetween(kept, asked);
    if (kept.set.includes(commit) || windowsOf(trial).closed.length === 0) return [];
    const more = asked.set.filter((c) => !kept.set.includes(c)).length - 1;
    return [{ commit, more, trial }];
  });
}
