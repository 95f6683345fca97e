// SPDX-License-Identifier: GPL-2.0-only
// One step of a run, complete enough for any report.

import type { OpKind } from '#env/op';

/** One step of a trace: the model's and the kernel's own C say the same of theirs. */
export interface TraceStep {
  readonly thread: string;
  readonly op: OpKind;
  readonly object: string;
  readonly field: string;
  /** Kernel function that did it, and its callers, innermost first. */
  readonly function: string;
  readonly stack: readonly string[];
  readonly file: string | null;
  readonly line: number | null;
  readonly before: string;
  readonly after: string;
  readonly result: string;
  readonly marked: boolean;
  /** Names of the locks that the thread holds after the step, in the order taken. */
  readonly locks: readonly string[];
  readonly events: readonly string[];
}
