/* SPDX-License-Identifier: GPL-2.0-only */
/* No assembler directives, no instruction pointer. */
#ifndef _ASM_LINKAGE_H
#define _ASM_LINKAGE_H
/* no SYSCALL_ALIAS/asm directives on wasm */
#define cond_syscall(x)
#define SYSCALL_ALIAS(a, n)
#define _THIS_IP_ 0UL
#endif
