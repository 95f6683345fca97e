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
// A thread takes many quiet steps in a row, while the others stand still. Their number is kept, not
// each of them; and one answer says of all of them together, for each of the others, that they are
// no conflict with what it may do from where it stands (sequences.ts).
//
// Answers are interned, so asking them again is cheap even where there is no room to keep which
// expansion used which; then one wrong answer voids the round.

import { assert } from '#base/assert';
import { type Kept, loadParts, sameVersion, saveParts } from '#base/saved';
import { ASSUMPTIONS_MAX } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import type { Report } from '#checker/program/program';
import { type Found, loadedFound, type Path, savedFound } from '#checker/program/run';
import { Ints } from '#checker/tables/ints';
import { PairTable } from '#checker/tables/pair-table';
import { EMPTY, Sequences } from '#checker/tables/sequences';
import type { Discipline } from './discipline.ts';
import type { Futures } from './futures.ts';
import type { Reliance } from './reliance.ts';

/** Columns of an expansion: parent, thread, choice, sleep, redone, start. */
const WIDTH = 6;
const REDONE = 4;
const START = 5;
const NO_PARENT = -1;
/** Steps that are kept as one item. */
const COUNT_MAX = 2 ** 20;
/** Sections have this many versions at most; one more voids the round. */
const VERSIONS_MAX = 4095;

/** Where an expansion began. */
interface Begun {
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

/** What is kept of an expansion, in the two lowest bits: a step, an answer, several steps. */
const Item = { step: 0, answer: 1, steps: 2 } as const;
/** In place of a sequence of steps: what is quiet whatever the others do. */
const ALONE = -1;
/** This less a sequence of steps: that interference.ts was asked about. */
const INTERFERENCE = -2;
/** What has to hold then: of a cell, or of a section. */
const Alone = { access: 0, release: 1, section: 2, kinds: 3 } as const;

/** The expansions of one round with the answers they relied on. */
export class Assumptions implements Kept, Reliance {
  private readonly machine: Machine;
  private readonly futures: Futures;
  private readonly discipline: Discipline;
  private readonly expansions = new Ints();
  /** By expansion, from its start on: steps and answers. */
  private readonly kept = new Ints();
  /** Distinct answers, numbered: what steps, or ALONE, and where another thread stands, or what. */
  private readonly pairs = new PairTable();
  private readonly first = new Ints();
  private readonly second = new Ints();
  /** Sequences of askers, and of what is quiet whatever the others do. */
  private readonly askings = new Sequences();
  private readonly alones = new Sequences();
  private readonly inquiries = new Sequences();
  /** Quiet steps of one thread in a row that are not kept yet; where the others stand meanwhile. */
  private thread = -1;
  private count = 0;
  private readonly others: number[] = [];
  private asking = EMPTY;
  private alone = EMPTY;
  private inquiry = EMPTY;
  private footprint = -1;
  /** What a thread does: node, locks held, version of the section or -1, whether rules see it. */
  private readonly askers = new PairTable();
  private askerList: Asker[] = [];
  /** What has been found if these expansions hold. */
  private suspected: { readonly expansion: number; readonly found: Found }[] = [];
  /** There was no room to keep which expansion relied on what. */
  private full = false;

  private readonly keptMax: number;

  constructor(machine: Machine, futures: Futures, discipline: Discipline, keptMax?: number) {
    this.keptMax = keptMax ?? ASSUMPTIONS_MAX;
    this.machine = machine;
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
    if (choice !== 0) {
      this.end();
      this.keep((((choice << 8) | thread) << 2) | Item.step);
      return;
    }
    this.turnTo(thread);
    if (++this.count === COUNT_MAX) this.end();
  }

  /** The steps to come, and what they rely on, are of @thread: to be told before it moves. */
  turnTo(thread: number): void {
    if (thread === this.thread) return;
    this.end();
    this.thread = thread;
    const { machine, others } = this;
    for (let u = machine.threadCount() - 1; u >= 0; u--) {
      if (u !== thread && !machine.isDone(u)) others.push(machine.local(u));
    }
  }

  /** The expansion ends here, or there are other threads now: keep what is not kept yet. */
  end(): void {
    const { thread, asking, others } = this;
    if (this.count > 0) this.keep((((this.count << 8) | thread) << 2) | Item.steps);
    if (this.alone !== EMPTY) this.noteAnswer(ALONE, this.alone);
    this.endInquiry();
    if (asking !== EMPTY) for (const other of others) this.noteAnswer(asking, other);
    others.length = 0;
    this.thread = -1;
    this.count = 0;
    this.asking = EMPTY;
    this.alone = EMPTY;
  }

  /** The steps of @expansion, each as thread | choice << 8. */
  steps(expansion: number): number[] {
    const steps: number[] = [];
    for (let at = this.start(expansion); at < this.start(expansion + 1); at++) {
      const item = this.kept.data[at]!;
      const what = item >>> 2;
      if ((item & 3) === Item.step) steps.push(what);
      if ((item & 3) !== Item.steps) continue;
      for (let left = what >>> 8; left > 0; left--) steps.push(what & 0xff);
    }
    return steps;
  }

  private start(expansion: number): number {
    if (expansion >= this.size) return this.kept.length;
    return this.expansions.data[expansion * WIDTH + START]!;
  }

  private keep(item: number): void {
    if (this.kept.length < this.keptMax) this.kept.push(item);
    else this.full = true;
  }

  /** An access of @t to @cell, or the release of a lock, was taken for quiet. */
  noteCell(t: number, cell: number, releases: boolean): void {
    this.noteAlone(t, cell * Alone.kinds + (releases ? Alone.release : Alone.access));
  }

  /** Even alone, the section that @t begins where it stands has to be in this @version. */
  noteSection(t: number, version: number): void {
    const { machine } = this;
    const asker = this.asker(machine.local(t), machine.held(t), false, version);
    this.noteAlone(t, asker * Alone.kinds + Alone.section);
  }

  private noteAlone(t: number, what: number): void {
    this.turnTo(t);
    this.alone = this.alones.extended(this.alone, what);
  }

  /** A step of @t was taken for quiet by what interference.ts says of @asker and @footprint. */
  noteInterference(t: number, footprint: number, asker: number): void {
    this.turnTo(t);
    if (footprint !== this.footprint) this.endInquiry();
    this.footprint = footprint;
    this.inquiry = this.inquiries.extended(this.inquiry, asker);
  }

  private endInquiry(): void {
    if (this.inquiry !== EMPTY) this.noteAnswer(INTERFERENCE - this.inquiry, this.footprint);
    this.inquiry = EMPTY;
    this.footprint = -1;
  }

  /**
   * What @t does where it stands was taken for no conflict with the future of any other thread: its
   * step, or all of the section that begins there, in this @version.
   */
  noteApart(t: number, visible: boolean, version: number): void {
    const { machine } = this;
    const asker = this.asker(machine.local(t), machine.held(t), visible, version);
    this.turnTo(t);
    this.asking = this.askings.extended(this.asking, asker);
  }

  /**
   * What those of @members do where they stand, who hold @held together, was taken for no conflict
   * with the future of one of @others. They are bits.
   */
  noteMembers(
    members: number,
    held: number,
    others: number,
    isVisible: (t: number) => boolean,
  ): void {
    const { machine } = this;
    let asking = EMPTY;
    for (let rest = members; rest !== 0; rest &= rest - 1) {
      const m = 31 - Math.clz32(rest & -rest);
      const asker = this.asker(machine.local(m), held, isVisible(m), -1);
      asking = this.askings.extended(asking, asker);
    }
    for (let rest = others; rest !== 0; rest &= rest - 1) {
      this.noteAnswer(asking, machine.local(31 - Math.clz32(rest & -rest)));
    }
  }

  private asker(node: number, held: number, visible: boolean, version: number): number {
    if (version > VERSIONS_MAX) this.full = true;
    const key = (held * (VERSIONS_MAX + 2) + version + 1) * 2 + (visible ? 1 : 0);
    let asker = this.askers.get(node, key);
    if (asker < 0) {
      asker = this.askerList.push({ node, held, version, visible }) - 1;
      this.askers.add(node, key, asker);
    }
    return asker;
  }

  private noteAnswer(first: number, second: number): void {
    let id = this.pairs.get(first, second);
    if (id < 0) {
      id = this.first.length;
      this.pairs.add(first, second, id);
      this.first.push(first);
      this.second.push(second);
    }
    this.keep((id << 2) | Item.answer);
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

  /** Expansions that relied on what does not hold; null if all have to be done again. */
  wrong(): number[] | null {
    const wrong = this.wrongAnswers();
    if (!wrong.includes(1)) return [];
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
      if ((item & 3) === Item.answer && wrong[item >>> 2] === 1) return true;
    }
    return false;
  }

  /** By answer: 1 if it does not hold. */
  private wrongAnswers(): Uint8Array {
    const { first, second, askings, alones, inquiries, futures } = this;
    const wrong = new Uint8Array(first.length);
    const ofAlones = new Int32Array(alones.size);
    const byOther: number[][] = [];
    const byFootprint: number[][] = [];
    for (let id = 0; id < wrong.length; id++) {
      const what = second.data[id]!;
      if (first.data[id] === ALONE) {
        wrong[id] = alones.every(what, (item) => this.holdsAlone(item), ofAlones, 1) ? 0 : 1;
        continue;
      }
      const by = first.data[id]! >= 0 ? byOther : byFootprint;
      while (by.length <= what) by.push([]);
      by[what]!.push(id);
    }
    const ofAskings = new Int32Array(askings.size);
    for (const [other, ids] of byOther.entries()) {
      const isApart = (asker: number): boolean => this.isApart(asker, other);
      for (const id of ids) {
        wrong[id] = askings.every(first.data[id]!, isApart, ofAskings, other + 1) ? 0 : 1;
      }
    }
    const ofInquiries = new Int32Array(inquiries.size);
    for (const [footprint, ids] of byFootprint.entries()) {
      const isQuiet = (asker: number): boolean => futures.interference.holds(footprint, asker);
      for (const id of ids) {
        const inquiry = INTERFERENCE - first.data[id]!;
        wrong[id] = inquiries.every(inquiry, isQuiet, ofInquiries, footprint + 1) ? 0 : 1;
      }
    }
    return wrong;
  }

  private holdsAlone(item: number): boolean {
    const what = Math.floor(item / Alone.kinds);
    const kind = item % Alone.kinds;
    if (kind !== Alone.section) return this.discipline.isHarmless(what, kind === Alone.release);
    const { node, version } = this.askerList[what]!;
    return this.futures.isSection(node, version);
  }

  private isApart(asker: number, other: number): boolean {
    const { node, held, version, visible } = this.askerList[asker]!;
    if (version >= 0) return this.futures.isSectionApart(node, held, other, version);
    return this.futures.isApart(node, held, other, visible);
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

  private parts() {
    const { expansions, kept, pairs, first, second, askings, alones, inquiries, askers } = this;
    return { expansions, kept, pairs, first, second, askings, alones, inquiries, askers };
  }

  /** To be saved between two expansions. */
  save() {
    assert(this.count === 0 && this.thread < 0, 'no expansion is under way');
    const { askerList, full } = this;
    const suspected = this.suspected.map((s) => ({ ...s, found: savedFound(s.found) }));
    return { version: 1, askerList, full, suspected, parts: saveParts(this.parts()) };
  }

  load(saved: ReturnType<Assumptions['save']>): void {
    sameVersion(saved, 1, 'assumptions');
    this.askerList = saved.askerList;
    this.full = saved.full;
    this.suspected = saved.suspected.map((s) => ({ ...s, found: loadedFound(s.found) }));
    loadParts(this.parts(), saved.parts);
  }
}
