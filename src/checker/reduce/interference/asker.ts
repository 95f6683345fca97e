// SPDX-License-Identifier: GPL-2.0-only
// Who asks whether its step is quiet, by number; what the step, or a whole section, does to cells.

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
export class Askers {
  private readonly machine: Machine;
  private readonly sections: Sections;
  private readonly known = new PairTable();
  private readonly nodes: number[] = [];
  private readonly marks: number[] = [];
  private readonly steps: (Doing | null)[] = [];
  /** By set of locks: the number of those of them that are held exclusively; these sets. */
  private readonly cutOf: number[] = [];
  private readonly cuts: (readonly number[])[] = [];

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
    this.steps.push(marks & SECTION ? null : stepAt(machine, node, marks));
    return nodes.push(node) - 1;
  }

  /** What @asker is about to do; null if that was a section, and is none any more. */
  doing(asker: number): Doing | null {
    if ((this.marks[asker]! & SECTION) === 0) return this.steps[asker]!;
    return this.sections.at(this.nodes[asker]!)?.does ?? null;
  }

  /** A number for the locks that nobody gets past while @t stands still. */
  cutBy(t: number): number {
    const held = this.machine.held(t);
    this.cutOf[held] ??= this.cutFor(held);
    return this.cutOf[held];
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
