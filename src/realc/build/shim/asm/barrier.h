/* SPDX-License-Identifier: GPL-2.0-only */
/* Barriers as calls into the host; acquire and release by builtins. */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H
extern void rw_mb(void), rw_rmb(void), rw_wmb(void);
#define __mb() rw_mb()
#define __rmb() rw_rmb()
#define __wmb() rw_wmb()
#define nop() do {} while (0)
#include <linux/compiler.h>
#include <asm/rwonce.h>
#define __smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define __smp_load_acquire(p) ({ (typeof(*p))__atomic_load_n((p), __ATOMIC_ACQUIRE); })
#include <asm-generic/barrier.h>
#endif
