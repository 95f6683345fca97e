// SPDX-License-Identifier: GPL-2.0-only
// The answer to one sweep: many boards under several kernels.

import type { HitLimit, ReportKernel, Verdict, WindowVerdict } from './report.ts';

/** A rule that is broken in a window, and the devices of the board that show it. */
export interface SweptBreak {
  /** Null: it fits no window of the catalogue. */
  readonly window: string | null;
  readonly property: string;
  readonly devices: readonly string[];
}

/** What one board came to under one kernel: what a check of it says, without the runs. */
export interface SweptAnswer {
  readonly verdicts: readonly Pick<Verdict, 'property' | 'outcome' | 'devices'>[];
  readonly windows?: readonly Pick<WindowVerdict, 'window' | 'outcome' | 'devices'>[];
  readonly properties?: readonly string[];
  readonly breaks: readonly SweptBreak[];
  readonly bounded: readonly Pick<HitLimit, 'limit' | 'value' | 'flag'>[];
  /** No client of it is behind an IOMMU. */
  readonly nothing: boolean;
}

/** A board that was read. */
export interface SweptBoard {
  /** Below the folder that was given. */
  readonly name: string;
  /** For each kernel; null where the sweep was stopped before. */
  readonly answers: readonly (SweptAnswer | null)[];
}

/** A file that should be a board and could not be read. */
export interface UnreadBoard {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** One sweep; a function of the boards, the kernels and the options. */
export interface SweepReport {
  readonly tool: {
    readonly name: 'racewindow';
    readonly version: string;
    readonly format: 'racewindow/sweep@1';
  };
  readonly kernels: readonly ReportKernel[];
  /** False where it was stopped before it was done. */
  readonly complete: boolean;
  readonly boards: readonly SweptBoard[];
  readonly unread: readonly UnreadBoard[];
}
