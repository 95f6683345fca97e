// SPDX-License-Identifier: GPL-2.0-only
// The place of a step, out of its call stack.

import type { TraceStep } from '#finding/finding';

/** Functions of the kernel that say nothing about where it is: lists, ids, queues. */
const plumbing: ReadonlySet<string> = new Set([
  'dev_iommu_fwspec_get',
  'dev_iommu_get',
  'device_link_add',
  'device_set_driver',
  'flush_work',
  'ida_alloc',
  'ida_free',
  'iommu_from_fwnode',
  'klist_next',
  'list_add_tail',
  'list_del',
  'queue_work',
]);

/** The function to tell a step under: the innermost that says where the kernel is. */
export function placeOf(step: TraceStep): string {
  return step.stack.find((fn) => !plumbing.has(fn)) ?? step.stack[0] ?? step.function;
}
