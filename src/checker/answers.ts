// SPDX-License-Identifier: GPL-2.0-only
// What a search has relied on: which steps were taken for quiet, and why, expansion by expansion.
//
// A reduction that learns while it searches gives answers that may prove wrong: "nobody else
// touches this cell", "nothing that T2 may still do conflicts with this step". Instead of beginning
// again, the search keeps for each expansion (one step from a stored state and the quiet ones after
// it) the answers it has used. In the end each distinct answer is asked again; expansions that used
// one which does not hold are done again from where they began, under what is known by then.
//
//   expansion 7: from the state that 3 opened, T1: store x | quiet: x+1 y lock m .. unlock m
//                answers: "y is touched by T1 alone", "T2 at node 12 does nothing to m"
//   later T2 is seen to write y: of all expansions 7 and 9 relied on it, these two are redone
//
// Answers are interned, so asking them again is cheap even where there is no room to keep which
// expansion used which; then one wrong answer voids the round.

import type { Futures } from './futures.ts';
import { Ints } from './ints.ts';
import type { Report } from './program.ts';
import type { Discipline } from './reduce.ts';
import type { Found, Path } from './run.ts';
import { PairTable } from './state-pairs.ts';

/** Steps and answers kept; beyond, a wrong answer voids the round. */
const KEPT_MAX = 64_000_000;
/** Columns of an expansion: parent, thread, choice, sleep, redone, start. */
const WIDTH = 6;
const REDONE = 4;
const START = 5;
const NO_PARENT = -1;
/** Sections have this many versions at most; one more voids the round. */
const VERSIONS_MAX = 4095;

/** Where an expansion began. */
export interface Begun {
  readonly parent: number;
  readonly thread: number;
  readonly choice: number;
  readonly sleep: number;
}

interface Asker {
  readonly node: number;
  readonly held: number;
  readonly version: number;
  readonly visible: boolean;
}

/** In place of the asker: an access, the release of a lock, what interference.ts keeps. */
const ACCESS = -1;
const RELEASE = -2;
const INTERFERENCE = -3;

/** The expansions of one round with the answers they relied on. */
export class Answers {
  private readonly futures: Futures;
  private readonly discipline: Discipline;
  private readonly expansions = new Ints();
  /** By expansion, from its start on: steps (even) and answers (odd). */
  private readonly kept = new Ints();
  /** Distinct answers, numbered: by cell, and pairs of an asker and where another thread stands. */
  private readonly accesses: number[] = [];
  private readonly releases: number[] = [];
  private readonly interferences: number[] = [];
  private readonly pairs = new PairTable();
  private readonly first = new Ints();
  private readonly second = new Ints();
  /** What a thread does: node, locks held, version of the section or -1, whether rules see it. */
  private readonly askers = new PairTable();
  private readonly askerList: Asker[] = [];
  /** What has been found if these expansions hold. */
  private readonly suspected: { readonly expansion: number; readonly found: Found }[] = [];
  /** There was no room to keep which expansion relied on what. */
  private full = false;

  constructor(futures: Futures, discipline: Discipline) {
    this.futures = futures;
    this.discipline = discipline;
  }

  /** Number of expansions. */
  get size(): number {
    return this.expansions.length / WIDTH;
  }

  /** An expansion begins; returns its number. The first one is the run up to the first state. */
  begin(parent: number, thread: number, choice: number, sleep: number): number {
    const { expansions } = this;
    expansions.push(parent);
    expansions.push(thread);
    expansions.push(choice);
    expansions.push(sleep);
    expansions.push(0);
    expansions.push(this.kept.length);
    return this.size - 1;
  }

  private begun(expansion: number): Begun {
    const at = expansion * WIDTH;
    const [parent, thread, choice, sleep] = this.expansions.data.subarray(at, at + 4);
    return { parent: parent!, thread: thread!, choice: choice!, sleep: sleep! };
  }

  /** The current expansion takes a step. */
  noteStep(thread: number, choice: number): void {
    this.keep((thread | (choice << 8)) << 1);
  }

  /** The steps of @expansion, each as thread | choice << 8. */
  steps(expansion: number): number[] {
    const steps: number[] = [];
    for (let at = this.start(expansion); at < this.start(expansion + 1); at++) {
      const item = this.kept.data[at]!;
      if ((item & 1) === 0) steps.push(item >> 1);
    }
    return steps;
  }

  private start(expansion: number): number {
    if (expansion >= this.size) return this.kept.length;
    return this.expansions.data[expansion * WIDTH + START]!;
  }

  private keep(item: number): void {
    if (this.kept.length < KEPT_MAX) this.kept.push(item);
    else this.full = true;
  }

  /** An access to @cell, or the release of a lock, was taken for quiet. */
  noteCell(cell: number, releases: boolean): void {
    if (releases) this.noteOnce(this.releases, RELEASE, cell);
    else this.noteOnce(this.accesses, ACCESS, cell);
  }

  /** A step was taken for quiet by what interference.ts has kept as @entry. */
  noteInterference(entry: number): void {
    this.noteOnce(this.interferences, INTERFERENCE, entry);
  }

  private noteOnce(ids: number[], kind: number, what: number): void {
    let id = what < ids.length ? ids[what]! : -1;
    if (id < 0) {
      id = this.add(kind, what);
      while (ids.length <= what) ids.push(-1);
      ids[what] = id;
    }
    this.keep((id << 1) | 1);
  }

  /**
   * What a thread with the locks @held does at @node was taken for no conflict with the future of
   * a thread at @other: its step, or all of the section that begins there, in this @version.
   */
  notePair(node: number, held: number, other: number, visible: boolean, version: number): void {
    if (version > VERSIONS_MAX) this.full = true;
    const key = (held * (VERSIONS_MAX + 2) + version + 1) * 2 + (visible ? 1 : 0);
    let asker = this.askers.get(node, key);
    if (asker < 0) {
      asker = this.askerList.push({ node, held, version, visible }) - 1;
      this.askers.add(node, key, asker);
    }
    let id = this.pairs.get(asker, other);
    if (id < 0) {
      id = this.add(asker, other);
      this.pairs.add(asker, other, id);
    }
    this.keep((id << 1) | 1);
  }

  /** If the current expansion holds, @report is what the run on @path comes to. */
  suspect(report: Report, path: Path): void {
    this.suspected.push({ expansion: this.size - 1, found: { report, run: path.run() } });
  }

  /** What has been suspected and holds. The search may have been broken off. */
  standing(): Found[] {
    if (this.suspected.length === 0) return [];
    const wrong = this.wrong();
    if (wrong === null) return [];
    const holds = (e: number) =>
      this.expansions.data[e * WIDTH + REDONE] === 0 && !wrong.includes(e);
    return this.suspected.filter((s) => holds(s.expansion)).map(({ found }) => found);
  }

  private add(first: number, second: number): number {
    this.first.push(first);
    this.second.push(second);
    return this.first.length - 1;
  }

  /** Expansions that relied on what does not hold; null if all have to be done again. */
  wrong(): number[] | null {
    const wrong = new Uint8Array(this.first.length);
    let any = false;
    for (let id = 0; id < wrong.length; id++) {
      if (this.holds(this.first.data[id]!, this.second.data[id]!)) continue;
      wrong[id] = 1;
      any = true;
    }
    if (!any) return [];
    if (this.full) return null;
    const found: number[] = [];
    for (let e = 0; e < this.size; e++) {
      if (this.expansions.data[e * WIDTH + REDONE] === 0 && this.relies(e, wrong)) found.push(e);
    }
    return found;
  }

  private relies(expansion: number, wrong: Uint8Array): boolean {
    const end = this.start(expansion + 1);
    for (let at = this.start(expansion); at < end; at++) {
      const item = this.kept.data[at]!;
      if ((item & 1) === 1 && wrong[item >> 1] === 1) return true;
    }
    return false;
  }

  private holds(first: number, second: number): boolean {
    if (first === INTERFERENCE) return this.futures.interference.holds(second);
    if (first < 0) return this.discipline.isHarmless(second, first === RELEASE);
    const { node, held, version, visible } = this.askerList[first]!;
    if (version >= 0) return this.futures.isSectionApart(node, held, second, version);
    return this.futures.isApart(node, held, second, visible);
  }

  /** @expansion is done again, as another one. */
  redo(expansion: number): Begun {
    this.expansions.data[expansion * WIDTH + REDONE] = 1;
    return this.begun(expansion);
  }

  /** @expansion and those that lead to it, the first one first. */
  chain(expansion: number): number[] {
    const chain: number[] = [];
    for (let e = expansion; e !== NO_PARENT; e = this.expansions.data[e * WIDTH]!) chain.push(e);
    return chain.reverse();
  }
}
