// SPDX-License-Identifier: GPL-2.0-only
// Error numbers, as the kernel spells them; functions return them negated.

/** 0, or a negated error number. */
export type Errno = number;

export const EPERM = 1;
export const ENOMEM = 12;
export const EBUSY = 16;
export const ENODEV = 19;
export const EINVAL = 22;
export const ETIMEDOUT = 110;
export const EPROBE_DEFER = 517;
