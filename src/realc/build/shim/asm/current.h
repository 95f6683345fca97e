/* SPDX-License-Identifier: GPL-2.0-only */
/* The current task is whoever the host scheduler runs. */
#ifndef _ASM_CURRENT_H
#define _ASM_CURRENT_H
struct task_struct;
/* supplied by the JS scheduler */
extern struct task_struct *rw_current(void) __attribute__((const));
#define get_current() rw_current()
#define current rw_current()
#endif
