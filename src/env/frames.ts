// SPDX-License-Identifier: GPL-2.0-only
// Names of frames: functions of the kernel, and parts of the model that say that they are none.
//
// A function that the kernel does not have says so by two underscores in its name. Before them
// stands the function that it is a part of, split for size, for a loop or for an older shape; or
// `model`, where it is a part of none: of several, or of a driver that it stands for.
//
//   iommu_init_device__driver      the second half of iommu_init_device()
//   __iommu_probe_device__v6_1     __iommu_probe_device() as v6.1 has it
//   model__probe_lock              no function of the kernel; what it does, its caller does
//
// So grep finds what stands before them in the kernel's tree, and a stack can be told as a kernel
// would print it.

/** The parent of what the kernel does not have by itself. */
const NOWHERE = 'model';

/** The kernel function that the frame @name is part of; null for a part of none. */
export function kernelFunction(name: string): string | null {
  const parent = /^(_*[^_].*?)__/.exec(name)?.[1] ?? name;
  return parent === NOWHERE ? null : parent;
}

/**
 * @frames, innermost first, as the kernel's stack: what is a part of its caller is no frame of its
 * own, and what is a part of nothing is none at all.
 */
export function kernelStack(frames: readonly string[]): string[] {
  const stack: string[] = [];
  for (const name of [...frames].reverse()) {
    const fn = kernelFunction(name);
    const isPart = fn !== name;
    if (fn === null || (isPart && stack[0] === fn)) continue;
    stack.unshift(fn);
  }
  return stack;
}
