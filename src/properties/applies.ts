// SPDX-License-Identifier: GPL-2.0-only
// Which properties say nothing under a revision.

import { draftOf, type Revision } from '#kernel/index';

/** True where @property cannot be judged under @revision: the kernel has no late-probe warning. */
export function appliesTo(property: string, revision: Revision): boolean {
  return property !== 'P1' || draftOf(revision).sw.late_warn !== 'never';
}
