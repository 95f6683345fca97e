/* SPDX-License-Identifier: GPL-2.0-only */
/* Atomics by compiler builtins, so that the instrumentation sees them. */
#ifndef _ASM_ATOMIC_H
#define _ASM_ATOMIC_H
#include <linux/types.h>
#include <asm/cmpxchg.h>
#include <asm/barrier.h>
#define RW_O(op, bop) \
static __always_inline void arch_atomic_##op(int i, atomic_t *v) \
{ \
	__atomic_fetch_##bop(&v->counter, i, __ATOMIC_SEQ_CST); \
} \
static __always_inline int arch_atomic_fetch_##op(int i, atomic_t *v) \
{ \
	return __atomic_fetch_##bop(&v->counter, i, __ATOMIC_SEQ_CST); \
}
#define RW_R(op, bop) \
static __always_inline int arch_atomic_##op##_return(int i, atomic_t *v) \
{ \
	return __atomic_##bop##_fetch(&v->counter, i, __ATOMIC_SEQ_CST); \
}
RW_O(add, add) RW_O(sub, sub) RW_O(and, and) RW_O(or, or) RW_O(xor, xor)
RW_R(add, add) RW_R(sub, sub)
#undef RW_O
#undef RW_R
#define arch_atomic_add arch_atomic_add
#define arch_atomic_sub arch_atomic_sub
#define arch_atomic_and arch_atomic_and
#define arch_atomic_or arch_atomic_or
#define arch_atomic_xor arch_atomic_xor
#define arch_atomic_fetch_add arch_atomic_fetch_add
#define arch_atomic_fetch_sub arch_atomic_fetch_sub
#define arch_atomic_fetch_and arch_atomic_fetch_and
#define arch_atomic_fetch_or arch_atomic_fetch_or
#define arch_atomic_fetch_xor arch_atomic_fetch_xor
#define arch_atomic_add_return arch_atomic_add_return
#define arch_atomic_sub_return arch_atomic_sub_return
#define arch_atomic_read(v) READ_ONCE((v)->counter)
#define arch_atomic_set(v, i) WRITE_ONCE(((v)->counter), (i))
#include <asm-generic/atomic64.h>
#endif
