// SPDX-License-Identifier: GPL-2.0-only
// The catalogue of race windows, and how to look one up.

import { commits } from '../revisions.ts';
import { subjects } from './subjects.ts';
import type { Window } from './window.ts';
import { firstWindows } from './windows-c01-c12.ts';
import { laterWindows } from './windows-c13-c24.ts';
import { lastWindows } from './windows-c25-c39.ts';
import { newWindows } from './windows-c40.ts';

export type { Window } from './window.ts';

/** All windows in the order of their numbers. */
export const windows: readonly Window[] = [
  ...firstWindows,
  ...laterWindows,
  ...lastWindows,
  ...newWindows,
];

/** The window with this id; undefined if there is none. */
export function windowById(id: string): Window | undefined {
  return windows.find((window) => window.id === id);
}

/** The subject of a commit, known to the model or only to the catalogue; undefined if neither. */
export function commitSubject(sha: string): string | undefined {
  return commits.find((commit) => commit.sha === sha)?.subject ?? subjects[sha];
}

/** `12digits ("subject")`, as a Fixes: line has it. */
export function commitLine(sha: string): string {
  const subject = commitSubject(sha);
  return subject ? `${sha} ("${subject}")` : sha;
}
