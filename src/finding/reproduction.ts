// SPDX-License-Identifier: GPL-2.0-only
// What came of booting a kernel under the order of a finding.

/** The word that stands alone in the last line. */
export type ReproductionWord = 'reproduced' | 'infeasible' | 'not reproduced' | 'inconclusive';

/** What a booted kernel did, as its log tells. */
export interface BootSeen {
  /** Points in the order in which they were reached. */
  readonly reached: readonly string[];
  readonly met: number;
  readonly timedOut: readonly string[];
  /** Functions that this build lets nobody hook. */
  readonly unhooked: readonly string[];
  /** The module came to its end. */
  readonly isDone: boolean;
  /** Where a buffer was mapped: when, which way, and whether a transfer by it arrived. */
  readonly maps: readonly string[];
  /** The line that shows that the rule is broken; null where none does. */
  readonly broken: string | null;
  /** Of /proc/version; empty where it was not told. */
  readonly release: string;
  readonly buildId: string;
}

/** Waits, why they force the finding, and what then was seen. */
export interface Reproduction {
  readonly finding: string;
  readonly property: string;
  readonly window: string | null;
  readonly device: string;
  /** The kernel that the finding was made under. */
  readonly found: string;
  /** `TELL<AT` each. */
  readonly waits: readonly string[];
  /** Sets of waits that were tried, and the states of the search that proved these. */
  readonly tried: number;
  readonly states: number;
  /** What the same waits leave in the model of the kernel that is booted. */
  readonly expected:
    | 'breaks'
    | 'may break'
    | 'several windows'
    | 'another window'
    | 'keeps'
    | 'not decided';
  /** The kernel that this model is of: the stable tree of the series, where there is one. */
  readonly model: string;
  /** What stands there for the client and its IOMMU; null: no machine was asked for. */
  readonly machine: {
    readonly firmware: 'dt' | 'acpi';
    readonly device: string;
    readonly iommu: string;
  } | null;
  /** Null: nothing was booted. */
  readonly boot: {
    readonly kernel: string;
    /** The folder with what both consoles said. */
    readonly logs: string;
    readonly control: BootSeen;
    readonly forced: BootSeen;
    readonly word: ReproductionWord;
    readonly because: string;
  } | null;
}
