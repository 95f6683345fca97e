/* SPDX-License-Identifier: GPL-2.0-only */
/* Thread info inside the task. */
#ifndef _ASM_THREAD_INFO_H
#define _ASM_THREAD_INFO_H
#include <asm/page.h>
#define THREAD_SIZE_ORDER 1
#define THREAD_SIZE (PAGE_SIZE << THREAD_SIZE_ORDER)
#ifndef __ASSEMBLY__
struct thread_info {
	unsigned long flags;
	unsigned int cpu;
	int preempt_count;
	unsigned long syscall_work;
};
#define INIT_THREAD_INFO(tsk) { .flags = 0 }
#endif
#define TIF_SIGPENDING 1
#define TIF_NEED_RESCHED 2
#define TIF_NOTIFY_RESUME 3
#define TIF_NOTIFY_SIGNAL 4
#define TIF_MEMDIE 5
#define TIF_POLLING_NRFLAG 6
#define _TIF_SIGPENDING 2
#define _TIF_NEED_RESCHED 4
#define _TIF_NOTIFY_RESUME 8
#define _TIF_NOTIFY_SIGNAL 16
#endif
