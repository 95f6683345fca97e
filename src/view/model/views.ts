// SPDX-License-Identifier: GPL-2.0-only
// What stands beside the findings of a page: its board, a matrix, what a boot log came to.

import type { Diagnosis } from '#finding/diagnosis';
import type { Harm } from '#finding/harm';

/** A device of a board, and the gravest of what was found about it. */
export interface BoardClient {
  readonly name: string;
  /** Its bus, its ids at the IOMMU, who is in its group. */
  readonly facts: string;
  /** `holds` is said only where rules were asked and all of them hold. */
  readonly state: Harm | 'unknown' | 'holds' | 'not decided' | 'not asked';
  readonly windows: readonly string[];
  /** What was asked of boot options about it; empty: nothing was. */
  readonly options: readonly OptionRow[];
  /** Place of the gravest finding; null: there is none. */
  readonly at: number | null;
}

/** What a boot option does to the windows of a board, or of one of its devices. */
export interface OptionRow {
  /** As a command line has it. */
  readonly what: string;
  /** Windows that it avoids wherever they were found. */
  readonly avoids: readonly string[];
  /** Windows that are still there somewhere. */
  readonly leaves: readonly string[];
  /** Windows of which that is not known, or was not asked everywhere. */
  readonly open: readonly string[];
}

/** An IOMMU, or none, and who is behind it. */
interface BoardRow {
  readonly name: string;
  readonly facts: string;
  readonly clients: readonly BoardClient[];
}

/** Who is behind whom. */
export interface BoardView {
  readonly title: string;
  readonly rows: readonly BoardRow[];
  readonly options: readonly OptionRow[];
  readonly notes: readonly string[];
}

/** A window under a kernel. */
interface MatrixViewCell {
  readonly kernel: string;
  readonly state: 'found' | 'absent' | 'bounded' | 'n.a.';
  readonly note: string;
  /** Place of its finding; null: the page has none. */
  readonly at: number | null;
}

/** Which windows which kernels have. */
export interface MatrixView {
  readonly kernels: readonly string[];
  readonly rows: readonly {
    readonly window: string;
    readonly title: string;
    readonly cells: readonly MatrixViewCell[];
  }[];
}

/** What a boot log came to. */
export interface LogView {
  readonly diagnosis: Diagnosis;
  /** What the windows that it names are called here. */
  readonly titles: Readonly<Record<string, string>>;
}

/** All of it; what there is not is null. */
export interface PageViews {
  readonly board: BoardView | null;
  readonly matrix: MatrixView | null;
  readonly log: LogView | null;
}

/** One of these. */
export type ViewName = keyof PageViews;

/** Their names, in the order in which a page offers them. */
export const viewNames: readonly ViewName[] = ['board', 'matrix', 'log'];

/** None of it. */
export const noViews: PageViews = { board: null, matrix: null, log: null };
