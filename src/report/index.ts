// SPDX-License-Identifier: GPL-2.0-only
// Reports: what a check found, as text, mail and JSON, and the way back from JSON.

export { applyBaseline, type Baseline } from './baseline.ts';
export { type ExitCode, exitCodeOf, exitCodes } from './exit.ts';
export type { Finding, FindingRevision, Memory, TraceStep, Witness } from './finding.ts';
export { findingJson, reportJson } from './json.ts';
export { mailReport } from './mail.ts';
export type * from './report.ts';
export { outcomes } from './report.ts';
export { raceTable, stackTable, type TableOptions } from './table.ts';
export { findingText, type Paint, plain, type TextOptions, textReport } from './text.ts';
export { type Document, parseDocument } from './validate.ts';
export { fileStem } from './words.ts';
