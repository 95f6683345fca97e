// SPDX-License-Identifier: GPL-2.0-only
// Which properties say nothing under a revision.

import { draftOf, type Revision } from '#kernel/index';

/** Whether a revision warns; it is asked for each class of thousands of boards. */
const warns = new WeakMap<Revision, boolean>();

/** True where @property cannot be judged under @revision: the kernel has no late-probe warning. */
export function appliesTo(property: string, revision: Revision): boolean {
  if (property !== 'P1') return true;
  const known = warns.get(revision) ?? draftOf(revision).sw.late_warn !== 'never';
  warns.set(revision, known);
  return known;
}
