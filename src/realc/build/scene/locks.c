// SPDX-License-Identifier: GPL-2.0-only
// Locks that nobody else holds, without the host; it is asked wherever a thread may have to wait.
//
// Compiled without instrumentation. The lock's first word holds the owner's number, or a count of
// readers. What is known of a lock, and what a thread holds, stands in memory: see state.h. What
// the fast paths do is what machine/locks.ts does for the same operation.

#include "state.h"

enum { RW_RELEASE = 8, RW_LOCK = 16 };

/* Operations by number, as in machine/locks.ts. */
enum { MUTEX_LOCK, MUTEX_TRYLOCK, SPIN_LOCK, SPIN_TRYLOCK, DOWN_READ, DOWN_WRITE, RW_OPS };

/* Imports. The first two may leave the thread. */
extern void rw_lock(u32 m, u32 op);
extern u32 rw_trylock(u32 m, u32 op);
extern void rw_unlock(u32 m, u32 op);

struct rw_thread rw_threads[RW_THREADS];

static void dirty(u32 addr)
{
	rw.dirty[addr >> 12] = 1;
}

static void store(u32 m, u32 value)
{
	*(u32 *)m = value;
	dirty(m);
}

static u64 bit_of(u32 m)
{
	u8 info = rw.locks_of[m >> 2];

	return info >= RW_LOCK_BIT ? 1ull << (info - RW_LOCK_BIT) : 0;
}

/*
 * The number of the switch point that taking a lock is, or 0 for none. -1: the host decides. The
 * cell of a lock that is none yet tells who has touched it in this run.
 */
static int point(u32 m)
{
	struct rw_cell *c = &rw.cells[m >> 2];

	if (rw.locks_of[m >> 2] == RW_LOCK_INERT)
		return 0;
	if (rw.map[m >> 2] & RW_POINT)
		return rw.count + 1 == rw.stop ? -1 : (int)++rw.count;
	return c->epoch == rw.epoch && c->threads == 1 << (rw.cur & 7) ? 0 : -1;
}

/* Take a lock that is free; false if the host is to do it. */
static int take(u32 m, u32 op, u32 value, u32 kind)
{
	struct rw_thread *t = &rw_threads[rw.cur];
	int n;

	if (rw.slow || !rw.locks_of[m >> 2] || t->n == RW_HOLDS)
		return 0;
	if (rw.watch) {
		rw_watched(rw.watch);
		rw.watch = 0;
	}
	n = point(m);
	if (n < 0)
		return 0;
	store(m, value);
	if (rw.locks_of[m >> 2] != RW_LOCK_INERT)
		rw_log(n, m, kind | RW_LOCK | RW_WRITE);
	t->hold[t->n].addr = m;
	t->hold[t->n++].op = op;
	t->locks |= bit_of(m);
	rw.locks = t->locks;
	dirty((u32)t);
	return 1;
}

/* Give a lock back; false if the thread does not hold it. */
static int give(u32 m, u32 value, u32 kind)
{
	struct rw_thread *t = &rw_threads[rw.cur];
	u32 i;

	if (rw.slow)
		return 0;
	for (i = t->n; i > 0 && t->hold[i - 1].addr != m; i--)
		;
	if (!i)
		return 0;
	store(m, value);
	if (rw.locks_of[m >> 2] != RW_LOCK_INERT)
		rw_log(0, m, kind | RW_RELEASE | RW_WRITE);
	for (t->n--; i <= t->n; i++)
		t->hold[i - 1] = t->hold[i];
	t->locks = 0;
	for (i = 0; i < t->n; i++)
		t->locks |= bit_of(t->hold[i].addr);
	rw.locks = t->locks;
	dirty((u32)t);
	return 1;
}

static void lock(u32 m, u32 op)
{
	if (!rw.cur)
		store(m, 1);
	else if (*(u32 *)m || !take(m, op, rw.cur, 0))
		rw_lock(m, op);
}

static u32 trylock(u32 m, u32 op)
{
	if (!rw.cur) {
		if (*(u32 *)m)
			return 0;
		store(m, 1);
		return 1;
	}
	if (!*(u32 *)m && take(m, op, rw.cur, RW_MARKED))
		return 1;
	return rw_trylock(m, op);
}

static void unlock(u32 m, u32 op)
{
	if (!rw.cur)
		store(m, 0);
	else if (!give(m, 0, 0))
		rw_unlock(m, op);
}

void mutex_lock(u32 m)
{
	lock(m, MUTEX_LOCK);
}

u32 mutex_lock_interruptible(u32 m)
{
	lock(m, MUTEX_LOCK);
	return 0;
}

u32 mutex_trylock(u32 m)
{
	return trylock(m, MUTEX_TRYLOCK);
}

void mutex_unlock(u32 m)
{
	unlock(m, MUTEX_LOCK);
}

void down_read(u32 m)
{
	int readers = *(int *)m;

	if (!rw.cur)
		store(m, readers + 1);
	else if (readers < 0 || !take(m, DOWN_READ, readers + 1, RW_SHARED_OP))
		rw_lock(m, DOWN_READ);
}

void up_read(u32 m)
{
	if (!rw.cur)
		store(m, *(u32 *)m - 1);
	else if (!give(m, *(u32 *)m - 1, RW_SHARED_OP))
		rw_unlock(m, DOWN_READ);
}

void down_write(u32 m)
{
	if (!rw.cur)
		store(m, -1);
	else if (*(u32 *)m || !take(m, DOWN_WRITE, -1, 0))
		rw_lock(m, DOWN_WRITE);
}

void up_write(u32 m)
{
	unlock(m, DOWN_WRITE);
}

void _raw_spin_lock(u32 m)
{
	lock(m, SPIN_LOCK);
}

void _raw_spin_lock_irq(u32 m)
{
	lock(m, SPIN_LOCK);
}

void _raw_spin_lock_bh(u32 m)
{
	lock(m, SPIN_LOCK);
}

u32 _raw_spin_lock_irqsave(u32 m)
{
	lock(m, SPIN_LOCK);
	return 0;
}

u32 _raw_spin_trylock(u32 m)
{
	return trylock(m, SPIN_TRYLOCK);
}

void _raw_spin_unlock(u32 m)
{
	unlock(m, SPIN_LOCK);
}

void _raw_spin_unlock_irq(u32 m)
{
	unlock(m, SPIN_LOCK);
}

void _raw_spin_unlock_bh(u32 m)
{
	unlock(m, SPIN_LOCK);
}

void _raw_spin_unlock_irqrestore(u32 m, u32 flags)
{
	unlock(m, SPIN_LOCK);
}
