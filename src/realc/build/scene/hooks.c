// SPDX-License-Identifier: GPL-2.0-only
// What every access of the kernel calls: fault checks, the filter, the discipline, the switch.
//
// Compiled without instrumentation. A call of __tsan_readN(addr) in an object becomes a call of
// rwh_readN(addr, site) when the image is rewritten; site numbers the call.

#include "state.h"

struct rw_state rw_state = { .threads = rw_threads };

/* Imports. rw_switch() leaves the thread and comes back when it is scheduled again. */
extern void rw_switch(u32 addr, u32 kind, u32 site);
extern void rw_trace(u32 addr, u32 kind, u32 site);
extern void rw_fault(u32 addr, u32 kind, u32 site);

/* Note who touches the word; the first time the discipline breaks it becomes a switch point. */
static void discipline(u32 addr, u32 kind)
{
	struct rw_cell *c = &rw.cells[addr >> 2];
	u8 me = 1 << (rw.cur & 7);

	if (c->epoch != rw.epoch) {
		c->epoch = rw.epoch;
		c->threads = me;
		c->wrote = kind & RW_WRITE;
		c->locks = ~0ull;
		if (rw.touched_n < RW_TOUCHED_MAX)
			rw.touched[rw.touched_n++] = addr & ~3u;
		return;
	}
	c->wrote |= kind & RW_WRITE;
	if (c->threads == me)
		return;
	c->threads |= me;
	c->locks &= rw.locks;
	if (c->wrote && !c->locks) {
		rw.map[addr >> 2] |= RW_POINT;
		rw.demoted++;
	} else if (rw.steps && c->wrote && !(rw.map[addr >> 2] & RW_SHARED)) {
		rw.map[addr >> 2] |= RW_SHARED;
		rw.demoted++;
	}
}

/* An access to a word that is marked, or any access while tracing. */
static noinline void slow(u32 addr, u32 kind, u32 site)
{
	u32 n;

	/* The word written before has its new value by now. */
	if (rw.watch) {
		rw_watched(rw.watch);
		rw.watch = 0;
	}
	if ((rw.map[addr >> 2] & RW_POINT) && rw.quiet[site] != RW_REFERENCE) {
		n = ++rw.count;
		if (n == rw.stop)
			rw_switch(addr, kind, site);
		rw_log(n, addr, kind | (rw.quiet[site] == RW_SUM ? RW_SHARED_OP : 0));
	} else if ((rw.map[addr >> 2] & RW_SHARED) && rw.quiet[site] != RW_REFERENCE)
		rw_log(0, addr, kind | (rw.quiet[site] == RW_SUM ? RW_SHARED_OP : 0));
	/* Not before: the object may have been freed while the thread was away. */
	if (rw.map[addr >> 2] & RW_POISON) {
		rw_fault(addr, kind, site);
		return;
	}
	if (rw.trace)
		rw_trace(addr, kind, site);
	if ((rw.map[addr >> 2] & RW_WATCH) && (kind & RW_WRITE))
		rw.watch = addr;
}

static inline void access(u32 addr, u32 kind, u32 site)
{
	struct rw_cell *c;

	if (!rw.cur || addr - rw.stack_lo < rw.stack_hi - rw.stack_lo) {
		if (kind & RW_WRITE && addr < rw.limit)
			rw.dirty[addr >> 12] = 1;
		return;
	}
	if (addr - 4096 >= rw.limit - 4096) {
		rw_fault(addr, kind, site);
		return;
	}
	if (kind & RW_WRITE)
		rw.dirty[addr >> 12] = 1;
	if (rw.map[addr >> 2] | rw.trace) {
		slow(addr, kind, site);
		if (rw.map[addr >> 2] & RW_POINT)
			return;
	}
	/* Mostly the thread alone has touched the word. */
	c = &rw.cells[addr >> 2];
	if (c->epoch == rw.epoch && c->threads == 1 << (rw.cur & 7) &&
	    c->wrote >= (kind & RW_WRITE))
		return;
	if (rw.quiet[site] != RW_REFERENCE)
		discipline(addr, kind);
}

/* An object is freed: for all others that touch it, that is a write of every word. */
void rw_free(u32 addr, u32 size)
{
	u32 at;

	for (at = addr & ~3u; at < addr + size; at += 4) {
		if (!(rw.map[at >> 2] & RW_POINT))
			discipline(at, RW_WRITE);
		if (rw.map[at >> 2] & (RW_POINT | RW_SHARED))
			rw_log(0, at, RW_WRITE);
	}
}

#define HOOK(name, size, kind) \
void rwh_##name##size(u32 addr, u32 site) \
{ \
	access(addr, kind | size << 8, site); \
}
#define HOOKS(size) \
	HOOK(read, size, 0) \
	HOOK(write, size, RW_WRITE) \
	HOOK(volatile_read, size, RW_MARKED) \
	HOOK(volatile_write, size, RW_WRITE | RW_MARKED) \
	HOOK(unaligned_read, size, 0) \
	HOOK(unaligned_write, size, RW_WRITE) \
	HOOK(unaligned_volatile_read, size, RW_MARKED) \
	HOOK(unaligned_volatile_write, size, RW_WRITE | RW_MARKED)
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)

#define RMW (RW_WRITE | RW_MARKED | RW_ATOMIC)

#define FETCH(bits, T, name, op) \
T rwh_atomic##bits##_fetch_##name(T *p, T v, u32 order, u32 site) \
{ \
	T old; \
	access((u32)p, RMW | bits / 8 << 8, site); \
	old = *p; \
	*p = op; \
	return old; \
}
#define ATOMICS(bits, T) \
T rwh_atomic##bits##_load(T *p, u32 order, u32 site) \
{ \
	access((u32)p, RW_MARKED | RW_ATOMIC | bits / 8 << 8, site); \
	return *p; \
} \
void rwh_atomic##bits##_store(T *p, T v, u32 order, u32 site) \
{ \
	access((u32)p, RMW | bits / 8 << 8, site); \
	*p = v; \
} \
T rwh_atomic##bits##_exchange(T *p, T v, u32 order, u32 site) \
{ \
	T old; \
	access((u32)p, RMW | bits / 8 << 8, site); \
	old = *p; \
	*p = v; \
	return old; \
} \
T rwh_atomic##bits##_compare_exchange_val(T *p, T c, T v, u32 o, u32 f, u32 site) \
{ \
	T old; \
	access((u32)p, RMW | bits / 8 << 8, site); \
	old = *p; \
	if (old == c) \
		*p = v; \
	return old; \
} \
FETCH(bits, T, add, old + v) \
FETCH(bits, T, sub, old - v) \
FETCH(bits, T, and, old & v) \
FETCH(bits, T, or, old | v) \
FETCH(bits, T, xor, old ^ v)
ATOMICS(8, unsigned char)
ATOMICS(16, unsigned short)
ATOMICS(32, unsigned int)
ATOMICS(64, unsigned long long)

void rwh_atomic_thread_fence(u32 order, u32 site)
{
}

/* Block operations: one point at the first word, all words checked and marked. */
static void range(u32 addr, u32 n, u32 kind, u32 site)
{
	u32 at;

	if (!n)
		return;
	access(addr, kind | 4 << 8, site);
	for (at = (addr + 4) & ~3u; at < addr + n; at += 4) {
		if (!rw.cur || at - rw.stack_lo < rw.stack_hi - rw.stack_lo) {
			if (kind & RW_WRITE)
				rw.dirty[at >> 12] = 1;
			continue;
		}
		if (rw.map[at >> 2] & RW_POISON) {
			rw_fault(at, kind, site);
			return;
		}
		if (kind & RW_WRITE)
			rw.dirty[at >> 12] = 1;
		if (!(rw.map[at >> 2] & RW_POINT))
			discipline(at, kind);
		if (rw.steps && (rw.map[at >> 2] & (RW_POINT | RW_SHARED)))
			rw_log(0, at, kind);
	}
}

void *rwh_memset(void *d, int c, u32 n, u32 site)
{
	range((u32)d, n, RW_WRITE, site);
	__builtin_memset(d, c, n);
	return d;
}

void *rwh_memcpy(void *d, const void *s, u32 n, u32 site)
{
	range((u32)s, n, 0, site);
	range((u32)d, n, RW_WRITE, site);
	__builtin_memcpy(d, s, n);
	return d;
}

void *rwh_memmove(void *d, const void *s, u32 n, u32 site)
{
	range((u32)s, n, 0, site);
	range((u32)d, n, RW_WRITE, site);
	__builtin_memmove(d, s, n);
	return d;
}

void rwh_init(u32 site)
{
}

/* Calls of these two are put into wrappers around followed functions; this keeps the imports. */
extern void rw_enter(u32 id, u32 a, u32 b, u32 c);
extern void rw_leave(u32 id, u32 result);

void rw_keep(void)
{
	rw_enter(0, 0, 0, 0);
	rw_leave(0, 0);
}
