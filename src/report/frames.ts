// SPDX-License-Identifier: GPL-2.0-only
// Call stacks as a kernel would print them: the model's own helper frames are left out.

import type { TraceStep } from '#finding/finding';

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
  'configure_lock',
  'configure_unlock',
  'deferred_probe_pop',
  'deferred_probe_work_one',
  'dev_assign_flag',
  'dev_flag',
  'dev_probe_ops',
  'device_attach_drivers',
  'dma_configure',
  'dma_configure_as',
  'dma_configure_driver_bound',
  'dma_configure_driver_once',
  'dma_configure_driver_twice',
  'dma_map',
  'firmware_dma_configure',
  'fwspec_is_complete',
  'fwspec_publish',
  'group_entry_add',
  'group_entry_del',
  'group_find_device',
  'group_id',
  'iommu_bus_init',
  'iommu_driver_probe',
  'iommu_group_add',
  'iommu_group_add_domain',
  'iommu_group_free_domains',
  'iommu_group_setup_dma_ops',
  'iommu_group_use_default_domain',
  'iommu_init_configure',
  'iommu_init_driver',
  'iommu_init_failed',
  'iommu_probe_default_domain',
  'iommu_probe_device_ready',
  'iommu_register_instance',
  'iommu_replay',
  'of_iommu_configure_failed',
  'on_deferred_list',
  'probe_lock',
  'probe_unlock',
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

/** `iommu_init_device_v6_1` is iommu_init_device() as an older version has it. */
const versionSuffix = /_v\d+_\d+$/;

/** The stack of a step in functions of the kernel, innermost first. */
export function kernelStack(step: TraceStep): string[] {
  return step.stack.filter((fn) => !modelFrames.has(fn)).map((fn) => fn.replace(versionSuffix, ''));
}

/** The function to tell a step under: the innermost that says where the kernel is. */
export function placeOf(step: TraceStep): string {
  const stack = kernelStack(step);
  return stack.find((fn) => !plumbing.has(fn)) ?? stack[0] ?? step.function;
}
