// SPDX-License-Identifier: GPL-2.0-only
// Who asks whether its step is quiet, and what the step, or a whole section, does to cells.

import { ACCESS, Access, type Sections } from './futures-sections.ts';
import type { Machine } from './machine.ts';
import { Code } from './machine-code.ts';

/** How an asker is marked that stands before a whole section; one that rules see; one that stores
 * what its cell has already. */
export const SECTION = 1;
export const SEEN = 2;
export const SILENT = 4;
/** More than all marks. */
export const MARKS = 8;

/** What a step does to cells, or a section; whether rules see it. */
export interface Asker {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly visible: boolean;
}

/** The asker at @node of @machine, with these @marks; null for a section that is none. */
export function askerAt(
  machine: Machine,
  sections: Sections,
  node: number,
  marks: number,
): Asker | null {
  const visible = (marks & SEEN) !== 0;
  if (marks & SECTION) {
    const section = sections.at(node);
    return section === null ? null : { ...section.cells, visible: section.visible };
  }
  const i = machine.instruction(node);
  const reads: number[] = [];
  const writes: number[] = [];
  const isWrite = ACCESS[i.code] === Access.write && (marks & SILENT) === 0;
  if (i.cell >= 0) (isWrite ? writes : reads).push(i.cell);
  if (i.dead >= 0) (i.code === Code.free ? writes : reads).push(i.dead);
  return { reads, writes, visible };
}

/** True if @asker and somebody for whom cells @isRead and @isWritten are dependent. */
export function conflicts(
  { reads, writes }: Asker,
  isRead: (cell: number) => boolean,
  isWritten: (cell: number) => boolean,
): boolean {
  for (const cell of writes) if (isRead(cell) || isWritten(cell)) return true;
  for (const cell of reads) if (isWritten(cell)) return true;
  return false;
}
