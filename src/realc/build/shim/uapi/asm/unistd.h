/* SPDX-License-Identifier: GPL-2.0-only */
/* No system call numbers. */
#define __NR_dummy 0
