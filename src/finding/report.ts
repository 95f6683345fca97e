// SPDX-License-Identifier: GPL-2.0-only
// The answer to one check: what was asked, what was covered, the verdicts and the findings.

import type { Finding, Memory } from './finding.ts';
import type { Strategy } from './strategy.ts';

export type { Strategy };

/**
 * Outcome of one property: `bounded` means that a limit was hit, `not reached` that no run came to
 * what the property is about. Neither is a pass.
 */
export type Outcome = 'holds' | 'violated' | 'bounded' | 'not reached' | 'n.a.';

/** Outcome of one window, in the words of the matrix. */
export type WindowOutcome = 'found' | 'bounded' | 'absent' | 'not reached' | 'n.a.';

/** Worst first: the order of rows in a report. */
export const outcomes: readonly Outcome[] = ['violated', 'bounded', 'holds', 'not reached', 'n.a.'];

/** Why nothing could be decided, and what would change that. */
export interface Undecided {
  /** What no run has come to, in words. */
  readonly reason?: string;
  /** A flag, a world or a commit each; empty: nothing that is known. */
  readonly reach?: readonly string[];
}

/**
 * What one property came to for some devices. A property has one row for each outcome it had, so
 * a board where it is violated for one class of client and holds for the others has two rows.
 */
export interface Verdict extends Undecided {
  /** Id of the rule in the catalogue: P1, P2, ... */
  readonly property: string;
  readonly outcome: Outcome;
  /** As dmesg names them, sorted; the generic worlds name their own devices. */
  readonly devices: readonly string[];
  /** Of how many classes: in the generic worlds, devices of several classes have one name. */
  readonly classes?: number;
}

/** What one window that was asked for came to for some devices; rows as those of a property. */
export interface WindowVerdict extends Undecided {
  /** Id of the window in the catalogue: C01, C02, ... */
  readonly window: string;
  readonly outcome: WindowOutcome;
  readonly devices: readonly string[];
  readonly classes?: number;
}

/** A limit that was hit: its name, its value, the flag that raises it, and where it was hit. */
export interface HitLimit {
  /** `states-max`, `time-max`, `preemptions`, ... */
  readonly limit: string;
  readonly value: number;
  /** `--states-max`, or null where no flag raises it. */
  readonly flag: string | null;
  /** Names of the worlds that were cut off, sorted. */
  readonly worlds: readonly string[];
}

/** How much was looked at. */
export interface Coverage {
  readonly worlds: number;
  /** The most clients, and the most IOMMU instances, that any of the worlds has. */
  readonly clientsMax: number;
  readonly instancesMax: number;
  /** Who acts in some of the worlds, and who acts in none, so that no answer is about them. */
  readonly actors?: { readonly present: readonly string[]; readonly absent: readonly string[] };
  readonly states: number;
  readonly transitions: number;
  /** As --strategy takes it: `exhaustive`, `bound=2`, `sample=100,seed=1`, ... */
  readonly strategy: string;
  /** Store buffers, if there were any. */
  readonly memory?: Memory;
  /** What the strategy and the memory leave out, a sentence each; absent: nothing. */
  readonly notes?: readonly string[];
  /** Empty: every world was explored to the end. */
  readonly bounded: readonly HitLimit[];
}

/** The kernel that was checked: a base with commits on it, and the user's own fixes. */
export interface ReportKernel {
  readonly name: string;
  /** Ids of the commits, in order, that stand on the base. */
  readonly commits: readonly string[];
  /** Names of the user's fixes, in order; their source is in each finding. */
  readonly userFixes: readonly string[];
}

/** Where the board came from. No path: the same file gives the same report anywhere. */
interface ReportInput {
  readonly basename: string;
  readonly sha256: string;
}

/** Everything that depends on the machine and the day. */
interface Timing {
  readonly elapsedMs: number;
  readonly jobs: number;
}

/** What is no failure by itself: a data race, or an order of locks that no run has closed. */
export interface Noticed {
  readonly kind: 'data-race' | 'lock-order' | 'lock-order-class';
  /** Where it was first seen: a field of an object, or a lock. */
  readonly subject: string;
  readonly because: string;
  /** In how many worlds. */
  readonly worlds: number;
}

/** One check. All but `timing` is a function of the input, the kernel and the options. */
export interface CheckReport {
  readonly tool: {
    readonly name: 'racewindow';
    readonly version: string;
    readonly format: 'racewindow/report@1';
  };
  readonly kernel: ReportKernel;
  /** Null: the generic worlds were checked, not those of a board. */
  readonly input: ReportInput | null;
  /** Why there was nothing to check; absent where something was checked. */
  readonly nothing?: { readonly because: readonly string[]; readonly hint: string };
  readonly coverage: Coverage;
  /** By property, then worst outcome first. */
  readonly verdicts: readonly Verdict[];
  /** Rules that were asked for by their ids; absent: all of them. */
  readonly properties?: readonly string[];
  /** A row or more for each window that was asked for; absent: all of them were. */
  readonly windows?: readonly WindowVerdict[];
  /** Those that fit no known window first, then by window, property and class. */
  readonly findings: readonly Finding[];
  /** Absent where the strategy does not look for it. */
  readonly noticed?: readonly Noticed[];
  readonly timing: Timing;
}

/** What the pipeline returns; the command line adds the input and the timing. */
export type CheckResult = Omit<CheckReport, 'input' | 'timing'>;

/** What to check, and how far. Names in it have been validated. */
export interface CheckOptions {
  /** Null: all devices, all properties, all windows. */
  readonly devices: readonly string[] | null;
  readonly properties: readonly string[] | null;
  readonly windows: readonly string[] | null;
  /** driver_async_probe=* and fw_devlink.strict=1. */
  readonly asyncProbe: boolean;
  readonly strictDevlink: boolean;
  /**
   * Ids of actors that act in the worlds of a board beside those of an ordinary boot and those
   * without which what is asked for could not come about; absent: none.
   */
  readonly actors?: readonly string[];
  readonly strategy: Strategy;
  /** Absent: sequential consistency. */
  readonly memory?: Memory;
  /** Limits of one world; null: the default of the pipeline. */
  readonly statesMax: number | null;
  readonly timeMaxMs: number | null;
  /** Go on from every Nth place where a search turned back, and see that nothing was missed. */
  readonly auditCache?: number;
  /** Steps of a world in one go that nobody else can see. */
  readonly depthMax?: number;
  /** States to visit in a world for runs with fewer preemptions. */
  readonly minimiseMax?: number;
  /** A journal of the worlds that are done: they are not explored again. */
  readonly resume?: string;
  /** Worker threads; results do not depend on it. */
  readonly jobs: number;
  /** Those of the findings that are to be explained: why they fail. Absent: all. */
  readonly toExplain?: (findings: readonly Finding[]) => readonly Finding[];
  /** Ask which boot options avoid the windows of those, on the board. */
  readonly avoid?: boolean;
}

/** A sign of life while worlds are explored; for people, never part of a report. */
export interface CheckProgress {
  readonly worldsDone: number;
  readonly worldsTotal: number;
  readonly world: string;
  /** Stored so far, in the worlds under way as well. */
  readonly states: number;
  readonly findings: number;
  /** The first of the worlds under way; absent where nothing is known of it. */
  readonly underWay?: SearchProgress;
}

/** How far the search of one world has come. */
interface SearchProgress {
  readonly world: string;
  /** States from which something is left to try. */
  readonly open: number;
  /** Where the number of all its states, or runs, probably lies; high is null: nobody knows. */
  readonly low: number;
  readonly high: number | null;
}
