// SPDX-License-Identifier: GPL-2.0-only
// Call stacks as a kernel would print them: the model's own helper frames are left out.

import type { TraceStep } from './finding.ts';

/**
 * Frames of the model that are no functions of the kernel: parts of one that is, split for size,
 * or stand-ins for what a driver does. The kernel function that they belong to calls them.
 */
export const modelFrames: ReadonlySet<string> = new Set([
  '__bus_iommu_probe',
  '__device_attach_locked',
  '__device_link_add',
  '__driver_attach_async',
  'bus_iommu_probe_group',
  'client_driver_probe',
  'deferred_probe_pop',
  'deferred_probe_work_one',
  'dev_fwspec_ops',
  'device_attach_drivers',
  'dma_configure',
  'dma_configure_as',
  'dma_configure_driver_bound',
  'dma_configure_driver_once',
  'dma_configure_driver_twice',
  'firmware_dma_configure',
  'iommu_driver_probe',
  'iommu_group_add_domain',
  'iommu_group_free_domains',
  'iommu_group_use_default_domain',
  'iommu_init_configure',
  'iommu_init_driver',
  'iommu_init_failed',
  'of_iommu_configure_failed',
  'of_iommu_replay',
  'on_deferred_list',
  'really_probe_failed',
  'shared_device_group',
]);

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

/** The stack of a step in functions of the kernel, innermost first. */
export function kernelStack(step: TraceStep): string[] {
  return step.stack.filter((fn) => !modelFrames.has(fn));
}

/** The function to tell a step under: the innermost that says where the kernel is. */
export function placeOf(step: TraceStep): string {
  const stack = kernelStack(step);
  return stack.find((fn) => !plumbing.has(fn)) ?? stack[0] ?? step.function;
}
