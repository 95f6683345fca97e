// SPDX-License-Identifier: GPL-2.0-only
// How a commit is written in text: as a Fixes: line has it.

import { commits } from './revisions.ts';
import { unmodelled } from './unmodelled.ts';

/** The subject of a commit, known to the model or by its name alone; undefined if neither. */
export function commitSubject(sha: string): string | undefined {
  return commits.find((commit) => commit.sha === sha)?.subject ?? unmodelled[sha]?.subject;
}

/** The first tag of mainline that contains a commit; undefined if it is not known. */
export function landedOf(sha: string): string | undefined {
  return commits.find((commit) => commit.sha === sha)?.landed ?? unmodelled[sha]?.landed;
}

/** `12digits ("subject")`, as a Fixes: line has it. */
export function commitLine(sha: string): string {
  const subject = commitSubject(sha);
  return subject ? `${sha} ("${subject}")` : sha;
}
