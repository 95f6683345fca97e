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

/** A kernel that was booted twice, and what that comes to. */
export interface BootedKernel {
  readonly kernel: string;
  /** It is a distribution's, as it is; else it was built of a tree. */
  readonly isStock: boolean;
  readonly expected: Expected;
  readonly model: string | null;
  readonly control: BootSeen;
  readonly forced: BootSeen;
  readonly word: ReproductionWord;
  readonly because: string;
}

/** What some waits leave in a model: all orders break the rule as the window in question, or... */
export type Expected =
  | 'breaks'
  | 'may break'
  | 'several windows'
  | 'another window'
  | 'keeps'
  | 'not decided'
  /** Nobody has said what the patches of the kernel are in the model. */
  | 'no model';

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
  readonly expected: Expected;
  /** The kernel that this model is of, by the stable tree of its series; null: there is none. */
  readonly model: string | null;
  /** Files of patches that the tree of the kernel was changed by, those taken back with a `-`. */
  readonly patches: readonly string[];
  /** What stands there for the client and its IOMMU; null: no machine was asked for. */
  readonly machine: {
    readonly firmware: 'dt' | 'acpi';
    /** What is bound or added there. */
    readonly device: string;
    /** What the rule is asked of: the same, or another client. */
    readonly subject: string;
    readonly iommu: string;
  } | null;
  /** Null: nothing was booted. */
  readonly boot:
    | (BootedKernel & {
        /** The folder with what the consoles said. */
        readonly logs: string;
        /** The same without the patches, if there are any. */
        readonly without: BootedKernel | null;
      })
    | null;
}
