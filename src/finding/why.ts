// SPDX-License-Identifier: GPL-2.0-only
// Why a finding fails, as plain data: indices into its trace, names of threads, schedules.

import type { TraceStep } from './step.ts';

/** A cell that a rule has read. */
export interface RuleRead {
  readonly object: string;
  readonly field: string;
  readonly value: string;
}

/** Where a rule is broken, and what it had read to say so. */
export interface BrokenAt {
  /** Index into the trace; of a rule about the end, the last step. */
  readonly step: number;
  readonly atEnd: boolean;
  readonly reads: readonly RuleRead[];
}

/** How likely the failure is, each thread that can move being as likely as each other. */
export type Chances =
  | {
      readonly exact: true;
      /** Chance that the rule is broken, and that it is broken in the same window. */
      readonly fails: number;
      readonly alike: number;
      /** Before the first step of the run, and after each: the chance that the rule is broken. */
      readonly after: readonly number[];
      /** States of the graph on which this was counted. */
      readonly states: number;
      readonly noReturn: number | null;
    }
  | {
      readonly exact: false;
      /** Orders drawn at random from the start, and those of them that break the rule. */
      readonly walks: number;
      readonly failing: number;
      /** Those that break it in the same window. */
      readonly alike: number;
      /** Orders drawn after a step that had all to fail for it to be the point of no return. */
      readonly walksAfter: number;
      readonly noReturn: number | null;
    };

/** A step that could have been taken instead. */
export interface Alternative {
  /** Index into the run of the step in whose place it is taken. */
  readonly step: number;
  readonly thread: string;
  readonly op: string;
  readonly object: string;
  readonly field: string;
  /** The answer of the environment, 0 where it is asked nothing. */
  readonly choice: number;
  /** fails: this rule is broken; other: another one, or the run does not come to its end. */
  readonly verdict: 'passes' | 'fails' | 'other';
  /** Where something is broken: in which window, if one is known. */
  readonly window: string | null;
}

/** A thread that waits for a lock. */
export interface LockWait {
  readonly thread: string;
  /** It cannot move before steps from .. to - 1 of the run. */
  readonly from: number;
  readonly to: number;
  readonly lock: string;
  /** Who holds the lock when the wait begins. */
  readonly holder: string | null;
}

/** The step that closes a window. */
export interface WhyEnd {
  readonly thread: string;
  /** Index into the trace; null where the step comes after its end. */
  readonly step: number | null;
  /** True where the trace ends before the step. */
  readonly beyond: boolean;
  /** The step itself, as the run in which the intruder waits has it. */
  readonly access: TraceStep;
  /** What its thread has reported last before it, in that run; null: nothing. Absent: not known. */
  readonly reported?: string | null;
  /** That run, up to this step. */
  readonly held: string;
}

/** The run with the pair the other way round, from where it parts from the finding's. */
export interface PassingTrace {
  /** So many steps are those of the finding's trace. */
  readonly from: number;
  readonly steps: readonly TraceStep[];
}

/** All numbers that name a step are indices into the run. */
export interface Why {
  /** The intruder breaks the rule if it comes after one step and before another. */
  readonly window: {
    readonly victim: string;
    readonly intruder: string;
    /** The victim's step after which the intruder may not come; null: from its start on. */
    readonly opens: number | null;
    /** The step from which on it may come again; null: beyond the trace, or nowhere. */
    readonly closes: number | null;
    /** Null: nothing closes the window. */
    readonly end: WhyEnd | null;
    /** False: it may be wider, the budget was spent. */
    readonly complete: boolean;
  } | null;
  /** Were these two the other way round, the rule would be kept: as this schedule does. */
  readonly pair: {
    readonly victim: number;
    readonly intruder: number;
    readonly passing: string;
    /** What happens in it; absent where that was left out. */
    readonly trace?: PassingTrace;
    /** Rules that the passing schedule breaks all the same, of other names or subjects. */
    readonly breaks: readonly { readonly property: string; readonly window: string | null }[];
  } | null;
  /** False: the search for the pair was cut short. */
  readonly searched: boolean;
  /** Every order breaks the rule: it is how the program is made, and no matter of timing. */
  readonly always: boolean;
  readonly odds: Chances;
  /** What other steps would have come to, at each step of the trace. */
  readonly alternatives: readonly Alternative[];
  /** Who waited for a lock, when. */
  readonly blocked: readonly LockWait[];
}

/** What explains a broken rule. */
export interface Explanation {
  /** Index into the run of the later of the two accesses that decide; null where none do. */
  readonly deciding: number | null;
  /** Null for what is not explained: a livelock. */
  readonly why: Why | null;
  /** Null in an empty run. */
  readonly failure: BrokenAt | null;
}

/** Another window that is seen in the same way, and why a finding is not it. */
export interface Alike {
  readonly window: string;
  readonly because: string;
}

/** Why a finding fails, and why as no other window. */
export interface FullExplanation extends Explanation {
  readonly alike: readonly Alike[];
}
