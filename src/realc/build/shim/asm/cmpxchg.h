/* SPDX-License-Identifier: GPL-2.0-only */
/* xchg and cmpxchg by compiler builtins. */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H
/* The __atomic builtins become __tsan_atomicN_* calls under -fsanitize=thread. */
#define arch_xchg(ptr, x) \
	((typeof(*(ptr)))__atomic_exchange_n((ptr), (x), __ATOMIC_SEQ_CST))
#define arch_cmpxchg(ptr, o, n) ({ \
	typeof(*(ptr)) __rw_o = (o); \
	__atomic_compare_exchange_n((ptr), (void *)&__rw_o, (n), 0, \
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	__rw_o; })
#define arch_cmpxchg_local arch_cmpxchg
#define arch_cmpxchg64 arch_cmpxchg
#define arch_cmpxchg64_local arch_cmpxchg
#endif
