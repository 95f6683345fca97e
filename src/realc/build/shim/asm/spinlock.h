/* SPDX-License-Identifier: GPL-2.0-only */
/* Spinlocks stay out of line and are done by the host. */
#ifndef _ASM_SPINLOCK_H
#define _ASM_SPINLOCK_H
/* _raw_spin_lock() and its family are imports. */
#define arch_spin_is_locked(l) ((l)->slock != 0)
#define arch_spin_is_contended(l) 0
#define arch_spin_value_unlocked(l) ((l).slock == 0)
extern void arch_spin_lock(arch_spinlock_t *), arch_spin_unlock(arch_spinlock_t *);
extern int arch_spin_trylock(arch_spinlock_t *);
extern void arch_read_lock(arch_rwlock_t *), arch_read_unlock(arch_rwlock_t *);
extern void arch_write_lock(arch_rwlock_t *), arch_write_unlock(arch_rwlock_t *);
extern int arch_read_trylock(arch_rwlock_t *), arch_write_trylock(arch_rwlock_t *);
#endif
