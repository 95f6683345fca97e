/* SPDX-License-Identifier: GPL-2.0-only */
/* No user address spaces: there is none to switch to. */
#ifndef RW_ASM_MMU_CONTEXT_H
#define RW_ASM_MMU_CONTEXT_H
struct mm_struct;
struct task_struct;
static inline void switch_mm(struct mm_struct *prev, struct mm_struct *next,
			     struct task_struct *tsk)
{
}
#include <asm-generic/mmu_context.h>
#endif
