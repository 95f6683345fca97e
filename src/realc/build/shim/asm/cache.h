/* SPDX-License-Identifier: GPL-2.0-only */
/* A 32-byte cache line. */
#ifndef _ASM_CACHE_H
#define _ASM_CACHE_H
#define L1_CACHE_SHIFT 5
#define L1_CACHE_BYTES (1 << L1_CACHE_SHIFT)
#endif
