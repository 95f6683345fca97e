/* SPDX-License-Identifier: GPL-2.0-only */
/* User copies as imports. */
#ifndef _ASM_UACCESS_H
#define _ASM_UACCESS_H
#include <linux/string.h>
extern unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long n);
extern unsigned long raw_copy_to_user(void __user *to, const void *from, unsigned long n);
#include <asm-generic/uaccess.h>
#endif
