// SPDX-License-Identifier: GPL-2.0-only
// Reports that need no rule: what no kernel thread may do, whatever it is for.

import type { Report } from '#checker/program/program';
import { Code, type Instruction } from './code.ts';
import { describe } from './same-op.ts';

/** A report that no signature has been asked about. */
export type Unclassified = Omit<Report, 'window'>;

/** What @thread does by @i, which ends the run; @freedBy freed the object if it is dead. */
export function crashOf(i: Instruction, thread: string, freedBy: string | null): Unclassified {
  const by = `${thread}: ${i.fn === '' ? '' : `${i.fn}(): `}${describe(i.op)}`;
  const facts = { thread, function: i.fn };
  if (i.code === Code.null) {
    const subject = `NULL.${i.op.field}`;
    return { property: 'null-dereference', subject, because: `${by} through NULL`, facts };
  }
  const subject = i.op.obj.name;
  if (freedBy === null) {
    return { property: 'bad-unlock', subject, because: `${by}, which it does not hold`, facts };
  }
  const property = i.code === Code.free ? 'double-free' : 'use-after-free';
  const because = `${by} after ${freedBy} has freed it`;
  return { property, subject, because, facts: { ...facts, freedBy } };
}

/** @thread has ended with an exception. */
export function oopsOf(thread: string, error: string): Unclassified {
  const because = `${thread} throws: ${error}`;
  return { property: 'oops', subject: thread, because, facts: { error } };
}

/** @thread has ended and holds @lock. */
export function leakOf(thread: string, lock: string): Unclassified {
  const because = `${thread} ends and still holds ${lock}`;
  return { property: 'leaked-lock', subject: lock, because, facts: { thread } };
}
