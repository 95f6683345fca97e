/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hooks and the locks share with each other and with the host; no kernel headers. */
#ifndef RW_STATE_H
#define RW_STATE_H

typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned char u8;

/* Shared with machine/memory.ts, in this order. */
struct rw_state {
	u32 cur;	/* running thread, 1..; 0 while booting: no checks at all */
	u32 count;	/* switch points passed in this run */
	u32 stop;	/* switch when count gets here */
	u32 stack_lo, stack_hi;	/* the running thread's stack: private */
	u32 limit;	/* first address that is no memory of the kernel */
	u32 trace;	/* tell the host about every access to a switch-point address */
	u32 epoch;	/* of this run: cells of other epochs count as untouched */
	u32 demoted;	/* words that broke the discipline in this run */
	u32 watch;	/* a watched word was written by the access before */
	u32 all;	/* tell the host about every access */
	u32 heap_lo;	/* below: data, no allocation state */
	u8 *map;	/* per word: RW_POINT, RW_POISON, RW_WATCH, RW_SHARED */
	struct rw_cell *cells;	/* per word: who touched it in this run, under which locks */
	u8 *dirty;	/* per 4 KiB page: written since the snapshot */
	u32 *log;	/* switch points in order of execution: number, address, flags */
	u64 locks;	/* set of locks the running thread holds */
	u32 log_n;	/* words in the log */
	u8 *quiet;	/* per site: RW_REFERENCE, never a switch point; RW_SUM, commutes with its kind */
	u32 site;	/* of the latest call of an operation; wasm/rewrite.ts stores it */
	u32 *touched;	/* words with a cell of this run, in order */
	u32 touched_n;
	u32 steps;	/* log words under locks, too: what steps depend on is wanted in full */
	struct rw_thread *threads;
	u8 *locks_of;	/* per word: what is known of the lock there, RW_LOCK_* */
	u32 slow;	/* every lock is a matter for the host */
};

struct rw_cell {
	u64 locks;
	u32 epoch;
	u8 threads, wrote, pad[2];
};

#define RW_LOG_MAX (3 * 16384)
#define RW_TOUCHED_MAX 32768

enum { RW_POINT = 1, RW_POISON = 2, RW_WATCH = 4, RW_SHARED = 8 };
enum { RW_WRITE = 1, RW_MARKED = 2, RW_ATOMIC = 4, RW_SHARED_OP = 64 };
enum { RW_REFERENCE = 1, RW_SUM };

/* What is known of a lock; from RW_LOCK_BIT on: its number in the lock sets. */
enum { RW_LOCK_UNKNOWN, RW_LOCK_INERT, RW_LOCK_NONE, RW_LOCK_BIT };

#define RW_THREADS 13
#define RW_HOLDS 28

/* Locks that a thread holds, in the order taken; a page never ends inside of one of these. */
struct rw_thread {
	u64 locks;	/* as a set */
	u32 n, pad;
	struct {
		u32 addr, op;
	} hold[RW_HOLDS];
	u32 fill[4];
} __attribute__((aligned(256)));

extern struct rw_thread rw_threads[RW_THREADS];
extern struct rw_state rw_state;
#define rw rw_state

extern void rw_watched(u32 addr);

/* Note a switch point (@n), or what goes with the one before (0). */
static inline void rw_log(u32 n, u32 addr, u32 kind)
{
	if (rw.log_n >= RW_LOG_MAX)
		return;
	rw.log[rw.log_n++] = n;
	rw.log[rw.log_n++] = addr & ~3u;
	rw.log[rw.log_n++] = rw.cur << 8 | (kind & 255);
}

#endif
