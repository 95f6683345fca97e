/* SPDX-License-Identifier: GPL-2.0-only */
/* Initcalls become data symbols that the host calls in order. */
#include_next <linux/init.h>
#ifndef RW_INIT_H
#define RW_INIT_H
#undef ____define_initcall
/* An exported symbol that holds the function's table index. */
#define ____define_initcall(fn, __unused, __name, __sec) \
	initcall_t __PASTE(rw_initcall_, fn) __used = fn;
#endif
