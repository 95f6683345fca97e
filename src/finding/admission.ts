// SPDX-License-Identifier: GPL-2.0-only
// Whether a boot log is one that the model of its kernel can produce.

/** Where a log leaves the model. */
export interface Leaves {
  readonly line: number;
  readonly because: string;
  /** What the model could do there. */
  readonly possible: readonly string[];
}

/** Whether the model produces the log. */
export interface Admission {
  readonly admits: 'yes' | 'no' | 'can not tell';
  readonly leaves: Leaves | null;
  /** Lines that were held against the model. */
  readonly lines: number;
  /** What was not decided. */
  readonly open: readonly string[];
}
