/* SPDX-License-Identifier: GPL-2.0-only */
/* What generic headers expect of a processor. */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H
struct task_struct; struct pt_regs;
struct thread_struct { unsigned long sp; };
#define INIT_THREAD { 0 }
extern void rw_cpu_relax(void);
#define cpu_relax() rw_cpu_relax()
#define TASK_SIZE 0x80000000UL
#define STACK_TOP TASK_SIZE
#define STACK_TOP_MAX TASK_SIZE
#define TASK_UNMAPPED_BASE (TASK_SIZE/3)
#define task_pt_regs(t) ((struct pt_regs *)0)
#define KSTK_EIP(t) 0
#define KSTK_ESP(t) 0
#define ARCH_HAS_PREFETCH
#define prefetch(x) ((void)(x))
#define ARCH_HAS_PREFETCHW
#define prefetchw(x) ((void)(x))
static inline unsigned long __get_wchan(struct task_struct *p){ return 0; }
#endif
