// SPDX-License-Identifier: GPL-2.0-only
// What applies patches: the interface that git and jsdiff stand behind, and what both look at.

import { SourceError } from './errors.ts';

/** A patch or mbox: its name for messages, and its bytes as latin1 text. */
export interface PatchInput {
  readonly name: string;
  readonly text: string;
}

/** One diff: of a file, or of one of its mails. */
export interface Diff {
  /** For messages: `fix.mbox, mail 2 ("[PATCH 2/3] ...")`. */
  readonly label: string;
  readonly text: string;
}

/** The files of a diff. */
export interface DiffNames {
  /** One for each file: its new name, or the old one of a file that goes. */
  readonly touched: readonly string[];
  /** All that may be read or written; too many do no harm. */
  readonly all: readonly string[];
}

/** Why a diff was not applied. */
export type Refusal =
  /** Files that it changes and @dir does not have. */
  | { readonly kind: 'missing'; readonly paths: readonly string[] }
  /** It does not fit: one sentence. */
  | { readonly kind: 'misfit'; readonly why: string }
  /** It is no diff that can be read. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** A diff, and what is to be done with it in which folder. */
export interface Application {
  readonly diff: Diff;
  readonly dir: string;
  readonly reverse: boolean;
  /** Names that are passed over. */
  readonly without: readonly string[];
}

/** What can read and apply diffs. */
export interface PatchTool {
  /** The diffs in a file, in order; throws RW306. */
  readonly split: (input: PatchInput) => readonly Diff[];
  readonly names: (diff: Diff) => DiffNames;
  /** Change the files in a folder, all or none; null where that went well. */
  readonly apply: (how: Application) => Refusal | null;
}

/** Lines that all end as on Windows do so because of how they were sent or saved. */
export function unixLines(text: string): string {
  const lines = text.split('\n').slice(0, -1);
  return lines.every((line) => line.endsWith('\r')) ? text.replaceAll('\r\n', '\n') : text;
}

/** True if there is anything that git would take for a diff. */
export function hasDiff(text: string): boolean {
  return /^(diff --git |--- \S.*\r?\n\+\+\+ \S)/m.test(text);
}

/** The error for a file in which there is nothing to apply. */
export function noDiff(name: string): SourceError {
  return new SourceError('RW306', `${name} contains no diff`, 'give a .diff or .mbox file');
}
