/* SPDX-License-Identifier: GPL-2.0-only */
/* A register file of two. */
#ifndef _ASM_PTRACE_H
#define _ASM_PTRACE_H
struct pt_regs { unsigned long pc, sp; };
#define user_mode(r) 0
#define instruction_pointer(r) ((r)->pc)
#define user_stack_pointer(r) ((r)->sp)
#define profile_pc(r) ((r)->pc)
static inline long regs_return_value(struct pt_regs *r){ return 0; }
#endif
