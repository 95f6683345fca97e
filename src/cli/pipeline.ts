// SPDX-License-Identifier: GPL-2.0-only
// What the commands need of the rest of the program, in one interface that tests can stand in for.

import type { UserError } from '#base/errors';
import type { Result } from '#base/result';
import type { Finding } from '#finding/finding';
import type { CheckOptions, CheckProgress, CheckResult, ReportKernel } from '#finding/report';
import type { BoardFirmware } from '#firmware/firmware';
import type { Platform } from '#platform/index';
import type { NamedBoard, SweepAside, SweepOptions, Swept } from '#questions/sweep';
import type { StopSignal } from '#run/stop';
import type { BundledFix } from './fix.ts';

/** The kernel that the user asked for. */
export interface KernelChoice {
  readonly name: string;
  /** In the order given; ids of known commits and fixes of the user's own. */
  readonly added: readonly (string | BundledFix)[];
  readonly removed: readonly string[];
}

/** A commit on a base, for listing. */
export interface CommitEntry {
  readonly id: string;
  readonly subject: string;
  /** Where it landed: `6.15-rc1`. */
  readonly landed: string;
  /** What the kernel would be without it. */
  readonly effect: string;
}

/** A kernel that can be named with --kernel. */
export interface KernelEntry {
  readonly name: string;
  /** One line: what it is. */
  readonly note: string;
  /** In the order in which they stand on the base. */
  readonly commits: readonly CommitEntry[];
}

/** An entry of the catalogue, for listing and for titles. */
export interface WindowEntry {
  readonly id: string;
  /** A word or two, with hyphens. */
  readonly name: string;
  readonly title: string;
  /** What happens, in a few sentences. */
  readonly text: string;
  readonly precondition: string;
  readonly symptom: string | null;
  /** In the newest kernel; `absent` where it was argued for and is found in none. */
  readonly state: 'open' | 'closed' | 'absent';
  /** Kernels that are expected to have it, as in `6.0 to 6.14`. */
  readonly kernels: string;
  readonly ways: readonly WindowWay[];
  readonly links: readonly string[];
}

/** One way in which a window comes about. */
export interface WindowWay {
  /** A few words; null where there is one way only. */
  readonly what: string | null;
  /** As a Fixes: line has it; null where it is older than the kernels that are known. */
  readonly opened: string | null;
  /** As a Fixes: line has it, and the release in which it landed. */
  readonly closed: readonly string[];
  /** Why no world tells it, where none does. */
  readonly untold: string | null;
}

/** A rule of the catalogue. */
interface PropertyEntry {
  readonly id: string;
  /** A word or two, with hyphens. */
  readonly name: string;
  readonly rule: string;
}

/** A kernel that has been put together, ready to be checked. */
export interface ChosenKernel {
  readonly name: string;
  /** As a report will have it; absent where only a check finds out. */
  readonly report?: ReportKernel;
  /** Whether its check ends early where it is told to. */
  readonly stops?: true;
  /** Check it on a board, or in the generic worlds where @platform is null. */
  readonly check: (
    platform: Platform | null,
    options: CheckOptions,
    onProgress: (progress: CheckProgress) => void,
    /** Once it says so, the result is what was found by then. */
    signal?: StopSignal,
  ) => Promise<CheckResult>;
}

/** A kernel tree, and how it is built. */
export interface TreeChoice {
  readonly tree: string;
  /** A native clang; null for the packaged one. */
  readonly cc: string | null;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/** What a sweep is asked. */
export interface SweepQuestion {
  readonly boards: readonly NamedBoard[];
  readonly kernels: readonly KernelChoice[];
  readonly options: SweepOptions;
  /** The folder where results are kept. */
  readonly store: string;
  readonly aside: SweepAside;
}

/** Everything behind the command line. */
export interface Pipeline {
  readonly kernels: () => readonly KernelEntry[];
  readonly windows: () => readonly WindowEntry[];
  readonly properties: () => readonly PropertyEntry[];
  readonly chooseKernel: (choice: KernelChoice) => Result<ChosenKernel, UserError>;
  /** Put kernels together and sweep boards under them; results are kept in @store. */
  readonly sweep: (question: SweepQuestion) => Promise<Result<Swept, UserError>>;
  readonly readBoard: (firmware: BoardFirmware) => Result<Platform, UserError>;
  readonly boardText: (platform: Platform) => string;
  /** Names that --device may take; of the generic worlds where @platform is null. */
  readonly clientNames: (platform: Platform | null) => readonly string[];
  /**
   * The finding made anew from its world, kernel and schedule alone; one of the kernel's own C
   * needs its @tree besides. Code of a user's fix runs only where @trustFixes says so. With
   * @inFull it is told which windows it is not.
   */
  readonly replay: (
    finding: Finding,
    tree: TreeChoice | null,
    trustFixes?: boolean,
    inFull?: boolean,
  ) => Promise<Result<Finding, UserError>>;
}
