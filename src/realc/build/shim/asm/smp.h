/* SPDX-License-Identifier: GPL-2.0-only */
/* CPU numbers come from the host. */
#ifndef _ASM_SMP_H
#define _ASM_SMP_H
extern int rw_cpu(void);
#define raw_smp_processor_id() rw_cpu()
static inline void arch_send_call_function_single_ipi(int cpu){}
struct cpumask;
static inline void arch_send_call_function_ipi_mask(const struct cpumask *m){}
#endif
