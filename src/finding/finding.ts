// SPDX-License-Identifier: GPL-2.0-only
// A finding: everything that any report, the viewer and replay need, in plain data.

import type { Prevention } from './diagnosis.ts';
import type { Harm } from './harm.ts';
import type { TraceStep } from './step.ts';
import type { Alike, BrokenAt, Why } from './why.ts';

export type { TraceStep, Why };

/** What a rule says where it is broken. */
export interface Witness {
  /** As dmesg names it. */
  readonly subject: string;
  readonly because: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

/** Store buffers: stores to these fields (`type.field`) may be seen late and out of order. */
export interface Memory {
  readonly model: 'tso' | 'pso';
  readonly fields: readonly string[];
}

export interface FindingRevision {
  readonly name: string;
  /** Ids of the commits, in order, that stand on the base. */
  readonly commits: readonly string[];
  /** Fixes of the user's own, without their code. */
  readonly userFixes: readonly { readonly name: string; readonly sha256: string }[];
}

/** A user's fix: a script for the model, a patch for the kernel's own C. */
export interface FixCode {
  readonly name: string;
  readonly sha256: string;
  readonly source: string;
}

/** A kernel with all that it takes to make it: what a worker is sent. */
export interface KernelSpec extends FindingRevision {
  readonly userFixes: readonly FixCode[];
}

/** Who wrote a finding. */
export interface Producer {
  readonly name: 'racewindow';
  readonly version: string;
  /**
   * Names the model and the checker: where it differs, a replay may differ. Null: it is not known,
   * since the program was part of another one.
   */
  readonly model: string | null;
}

/** What a finding of the kernel's own C was made from; its patches are among `code`. */
export interface FindingSource {
  /** Files that the run passed through, patches included: path in the tree -> sha256. */
  readonly files: Readonly<Record<string, string>>;
  readonly compiler: string;
  /** Key of the image; addresses mean something only there. */
  readonly image: string;
  /** So many of the userFixes, the first ones, are taken back. */
  readonly reverts: number;
  /** Addresses that became switch points only while searching. */
  readonly points: readonly number[];
}

/** Where functions are defined in the source of the kernel. */
interface FindingPlaces {
  /** The release whose lines these are. */
  readonly release: string;
  /** Function -> file in the tree, and line. */
  readonly functions: Readonly<Record<string, { readonly file: string; readonly line: number }>>;
}

/** No times, no paths: the same check gives the same bytes anywhere. */
export interface Finding {
  readonly format: 'racewindow/finding@2';
  /** Null: read from a finding@1, which does not say. */
  readonly producer: Producer | null;
  /** Stable within a report: property, window and class in short. */
  readonly id: string;
  readonly revision: FindingRevision;
  /** Absent: a finding of the model. */
  readonly source?: FindingSource;
  /** A World (worlds/world.ts), complete. */
  readonly world: unknown;
  /** Absent: sequential consistency. */
  readonly memory?: Memory;
  readonly property: string;
  /** Catalogue entry, or null: fits no known signature, it may be new. */
  readonly window: string | null;
  /** Key of the class of client. */
  readonly class: string;
  /** All devices of the board in that class, as dmesg names them. */
  readonly devices: readonly string[];
  /** The rule in a sentence. */
  readonly rule: string;
  /** What is seen on a real machine where this rule is broken so; null: nothing is known. */
  readonly symptom: string | null;
  /** How bad that is; absent in older findings. */
  readonly harm?: Harm;
  /** What it means to the user, in a sentence; absent in older findings. */
  readonly consequence?: string;
  /** The first release that has it; null: it is older than all that are known. Absent: unknown. */
  readonly since?: string | null;
  /** Commits that may have opened it: candidate Fixes: lines, "12digits (\"subject\")". */
  readonly fixes: readonly string[];
  /** Commits that close it, each with the release that has it; absent in older findings. */
  readonly closers?: readonly string[];
  readonly links: readonly string[];
  /** What the world assumes beyond the board: async probing, a deferral, ... */
  readonly assumed: readonly string[];
  readonly threads: readonly string[];
  /** What each of the threads is: the kind of a thread of the world, or what a worker does. */
  readonly roles: readonly { readonly thread: string; readonly role: string }[];
  /** Preemptive switches in the schedule, and whether that is proved to be the fewest. */
  readonly preemptions: number;
  readonly minimal: boolean;
  readonly schedule: string;
  readonly trace: readonly TraceStep[];
  /** Of the functions of its stacks; absent where the source of this kernel was not read. */
  readonly places?: FindingPlaces;
  /** Index into trace of the later of the two accesses that decide; null where none do. */
  readonly deciding: number | null;
  /** Where the rule is broken, and what it had read; absent where that was not asked for. */
  readonly failure?: BrokenAt;
  /** Absent where there is nothing to say. */
  readonly why?: Why;
  /** Windows that are seen in the same way; absent where that was not asked for. */
  readonly alike?: readonly Alike[];
  /** Whether boot options avoid its window on its board; absent where that was not asked. */
  readonly avoided?: readonly Prevention[];
  readonly witness: Witness;
  /** The code of the fixes, apart from the rest: a replay runs it only where it is told to. */
  readonly code?: readonly FixCode[];
}
