// SPDX-License-Identifier: GPL-2.0-only
// Who asks whether its step is quiet, by number; what the step, or a whole section, does to cells.

import { type Kept, sameVersion } from '#base/saved';
import { Code } from '#checker/machine/code';
import { Mode } from '#checker/machine/held';
import type { Machine } from '#checker/machine/machine';
import { ACCESS, Access, type Doing, type Sections } from '#checker/reduce/sections';
import { PairTable } from '#checker/tables/pair-table';

/** Who asks is about to begin a whole section. */
export const SECTION = 1;
/** Rules see its step. */
export const SEEN = 2;
/** It stores what its cell has already. */
export const SILENT = 4;
/** More than all of these together. */
const MARKS = 8;

/** Askers: local states with the locks that are held there, and marks. */
export class Askers implements Kept {
  private readonly machine: Machine;
  private readonly sections: Sections;
  private readonly known = new PairTable();
  private nodes: number[] = [];
  private marks: number[] = [];
  private steps: (Doing | null)[] = [];
  /** By set of locks: the number of those of them that are held exclusively; these sets. */
  private cutOf: (number | undefined)[] = [];
  private cuts: (readonly number[])[] = [];

  constructor(machine: Machine, sections: Sections) {
    this.machine = machine;
    this.sections = sections;
  }

  /** The number of @t, where it stands, with these @marks. */
  of(t: number, marks: number): number {
    const { machine, known, nodes } = this;
    const node = machine.local(t);
    const by = machine.held(t) * MARKS + marks;
    const old = known.get(node, by);
    if (old >= 0) return old;
    known.add(node, by, nodes.length);
    this.marks.push(marks);
    this.steps.push(this.stepOf(node, marks));
    return nodes.push(node) - 1;
  }

  /** What is done at @node; null for a section, which may be another one later. */
  private stepOf(node: number, marks: number): Doing | null {
    return marks & SECTION ? null : stepAt(this.machine, node, marks);
  }

  /** What @asker is about to do; null if that was a section, and is none any more. */
  doing(asker: number): Doing | null {
    if ((this.marks[asker]! & SECTION) === 0) return this.steps[asker]!;
    return this.sections.at(this.nodes[asker]!)?.does ?? null;
  }

  /** A number for the locks that nobody gets past while @t stands still. */
  cutBy(t: number): number {
    const held = this.machine.held(t);
    const known = this.cutOf[held];
    if (known !== undefined) return known;
    while (this.cutOf.length < held) this.cutOf.push(undefined);
    const cut = this.cutFor(held);
    this.cutOf[held] = cut;
    return cut;
  }

  private cutFor(held: number): number {
    const items = this.machine.heldSets.items(held);
    const cut = items.filter(({ mode }) => mode === Mode.exclusive).map(({ cell }) => cell);
    const known = this.cuts.findIndex((other) => other.join() === cut.join());
    return known < 0 ? this.cuts.push(cut) - 1 : known;
  }

  /** The locks with the number @cut. */
  locks(cut: number): readonly number[] {
    return this.cuts[cut]!;
  }

  save() {
    const { nodes, marks, cutOf, cuts } = this;
    return { version: 1, known: this.known.save(), nodes, marks, cutOf, cuts };
  }

  load(saved: ReturnType<Askers['save']>): void {
    sameVersion(saved, 1, 'askers');
    this.known.load(saved.known);
    this.nodes = saved.nodes;
    this.marks = saved.marks;
    this.steps = saved.nodes.map((node, asker) => this.stepOf(node, saved.marks[asker]!));
    this.cutOf = saved.cutOf;
    this.cuts = saved.cuts;
  }
}

function stepAt(machine: Machine, node: number, marks: number): Doing {
  const i = machine.instruction(node);
  const reads: number[] = [];
  const writes: number[] = [];
  const isWrite = ACCESS[i.code] === Access.write && (marks & SILENT) === 0;
  if (i.cell >= 0) (isWrite ? writes : reads).push(i.cell);
  if (i.dead >= 0) (i.code === Code.free ? writes : reads).push(i.dead);
  return { reads, writes, visible: (marks & SEEN) !== 0 };
}

/** True if this and what somebody does for whom cells @isRead and @isWritten are dependent. */
export function conflicts(
  { reads, writes }: Doing,
  isRead: (cell: number) => boolean,
  isWritten: (cell: number) => boolean,
): boolean {
  for (const cell of writes) if (isRead(cell) || isWritten(cell)) return true;
  for (const cell of reads) if (isWritten(cell)) return true;
  return false;
}
