/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupt flags live in the host. */
#ifndef _ASM_IRQFLAGS_H
#define _ASM_IRQFLAGS_H
extern unsigned long rw_irq_save(void);
extern void rw_irq_restore(unsigned long);
extern unsigned long rw_irq_flags(void);
static inline unsigned long arch_local_save_flags(void){ return rw_irq_flags(); }
static inline void arch_local_irq_restore(unsigned long f){ rw_irq_restore(f); }
#define ARCH_IRQ_DISABLED 0
#define ARCH_IRQ_ENABLED 1
#include <asm-generic/irqflags.h>
#endif
