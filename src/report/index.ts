// SPDX-License-Identifier: GPL-2.0-only
// Reports: what a check found, as text, mail and JSON, and the way back from JSON.

export { applyBaseline, type Baseline } from '#finding/baseline';
export type { Finding, FindingRevision, Memory, TraceStep, Witness } from '#finding/finding';
export type * from '#finding/report';
export { outcomes } from '#finding/report';
export { type ExitCode, exitCodeOf, exitCodes } from './exit.ts';
export { findingJson, reportJson } from './json.ts';
export { mailReport } from './mail.ts';
export { raceTable, stackTable, type TableOptions } from './table.ts';
export { findingText, type Paint, plain, type TextOptions, textReport } from './text.ts';
export { type Document, parseDocument } from './validate.ts';
export { fileStem } from './words.ts';
