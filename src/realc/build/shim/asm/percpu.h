/* SPDX-License-Identifier: GPL-2.0-only */
/* One CPU area for all: offset zero. */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H
#define __per_cpu_offset __per_cpu_offset
#define per_cpu_offset(x) (0UL)
#define PER_CPU_BASE_SECTION ".data..percpu"
#include <asm-generic/percpu.h>
#endif
