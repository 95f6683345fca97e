// SPDX-License-Identifier: GPL-2.0-only
// What a page is made of: plain data that Node puts into it and the browser reads.

import type { Prevention } from '#finding/diagnosis';
import type { Finding, Producer, TraceStep } from '#finding/finding';
import type { Harm } from '#finding/harm';
import type { Alike, Alternative, LockWait, Why } from '#finding/why';
import type { PageViews } from './views.ts';

/** A finding on a card: enough to choose it by. */
export interface CardEntry {
  readonly id: string;
  readonly kernel: string;
  readonly subject: string;
  readonly devices: number;
  readonly preemptions: number;
  readonly minimal: boolean;
  /** The exact chance of it; null: not known. */
  readonly chance: number | null;
  /** What its file says otherwise than this version, in a sentence each. */
  readonly remarks: readonly string[];
  /** Its place among the findings of the page; null: the page does not hold it. */
  readonly at: number | null;
}

/** All findings of one rule and one window. */
export interface Card {
  readonly property: string;
  readonly window: string | null;
  /** A word or two. */
  readonly name: string;
  readonly rule: string;
  readonly harm: Harm | null;
  readonly consequence: string | null;
  readonly symptom: string | null;
  readonly since: string | null;
  readonly closers: readonly string[];
  readonly devices: number;
  readonly entries: readonly CardEntry[];
}

/** A file that could not be shown, and why. */
export interface Unreadable {
  readonly file: string;
  readonly because: string;
}

/** A finding whose steps name their stacks by their numbers: most are the same as others. */
export interface PackedFinding extends Omit<Finding, 'trace'> {
  readonly trace: readonly (Omit<TraceStep, 'stack'> & { readonly stack: number })[];
  readonly stacks: readonly (readonly string[])[];
  /** As of its card. */
  readonly remarks: readonly string[];
  /** What its file says of boot options; its own `avoided` is of the check that made the page. */
  readonly filed?: readonly Prevention[];
}

/** Everything of a page. */
export interface PageData {
  readonly format: 'racewindow/page@1';
  readonly producer: Producer;
  readonly title: string;
  /** `file`: holds all it shows; `server`: a finding is at /finding/N. */
  readonly home: 'file' | 'server';
  readonly cards: readonly Card[];
  readonly unreadable: readonly Unreadable[];
  readonly views: PageViews;
  readonly findings: readonly PackedFinding[];
  /** Of a page of one finding: its place among all; null: the page is an index. */
  readonly shown: number | null;
}

/** Another choice at a step of a run: this thread goes on there. */
export interface Fork {
  /** Index into the run. */
  readonly step: number;
  readonly thread: string;
  /** Answer of the environment, 0 where it is asked nothing. */
  readonly choice: number;
}

/** What a run came to, held against the finding. */
export interface RunOutcome {
  readonly verdict: Alternative['verdict'];
  readonly window: string | null;
  readonly property: string | null;
  readonly because: string | null;
  /** Whom that is about. */
  readonly subject: string | null;
}

/** A run with all that the page shows of it. */
export interface RunStory {
  readonly trace: Finding['trace'];
  readonly preemptions: number;
  /** It is that of the finding before this step; 0 for the finding itself. */
  readonly from: number;
  readonly outcome: RunOutcome;
  readonly alternatives: readonly Alternative[];
  readonly blocked: readonly LockWait[];
}

/** A kernel that a finding can be held against. */
export interface OtherKernel {
  /** As a link has it. */
  readonly id: string;
  readonly name: string;
}

/** A rule that some order breaks. */
export interface SeenBroken {
  readonly property: string;
  readonly window: string | null;
  readonly subject: string;
  readonly because: string;
}

/** The order of a finding under another kernel. */
export interface Comparison {
  readonly kernel: OtherKernel;
  readonly story: RunStory;
  /** Index of the first step that is another one; null: none is. */
  readonly parts: number | null;
}

/** What all orders come to, under the kernel of the finding and under another one. */
export interface ExploredAgain {
  readonly states: number;
  readonly closed: readonly SeenBroken[];
  readonly opened: readonly SeenBroken[];
  readonly left: readonly SeenBroken[];
}

/** What decides in a run, and how likely what it breaks is: as `check` would explain it. */
export interface Reasons {
  /** The chance that the rule of the finding is broken; null: its world is too large to count. */
  readonly chance: Chance | null;
  /** Of what the run breaks; null where it keeps every rule, or nothing can be said. */
  readonly why: Why | null;
  readonly deciding: number | null;
  /** Windows that are seen in the same way, and why it is none of them; empty: nobody has asked. */
  readonly alike: readonly Alike[];
}

/** The chance that the rule is broken: before the first step, and after each. */
export interface Chance {
  readonly after: readonly number[];
  readonly noReturn: number | null;
  readonly states: number;
}
