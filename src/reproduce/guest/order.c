// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds threads of a running kernel at the boundaries of functions, so that they meet in one order.
 *
 * A kprobe on the first instruction of a function sends its caller through hold(), which runs in
 * process context: it may sleep before it calls the function and after that. The code of the kernel
 * is not changed.
 *
 * order=TELL<AT[,...]: whoever comes to AT sleeps until TELL was reached, or timeout ms have
 * passed. A point is ROLE:FUNCTION+ (entered) or ROLE:FUNCTION- (left). It is about the device
 * dev, in a walk about subject if there is one, but for functions that make a role and run once.
 * The walk of the IOMMU beside has a role of its own.
 */
#include <linux/device.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "racewindow.h"

static char *order = "";
module_param(order, charp, 0444);
MODULE_PARM_DESC(order, "waits: TELL<AT, separated by commas");
static char *hooks = "";
module_param(hooks, charp, 0444);
MODULE_PARM_DESC(hooks, "functions to hook, separated by commas");
static unsigned int timeout = 5000;
module_param(timeout, uint, 0444);
MODULE_PARM_DESC(timeout, "of each wait, in ms");

#define SLOTS 16
#define WAITS 8
#define CALLERS 8
#define TASKS 16
#define NAME 48

struct order_wait {
	char tell[NAME];
	char at[NAME];
	bool told;
};

static struct order_wait waits[WAITS];
static int nr_waits;
static DECLARE_WAIT_QUEUE_HEAD(told);

/* Who runs inside of which function; the innermost counts. */
static struct {
	struct task_struct *task;
	const char *role;
} inside[TASKS];

static const char *role_of_current(void)
{
	for (int i = 0; i < TASKS; i++)
		if (READ_ONCE(inside[i].task) == current)
			return inside[i].role;
	return "bind";
}

const char *enter_role(const char *role)
{
	const char *before;

	for (int i = 0; i < TASKS; i++) {
		if (READ_ONCE(inside[i].task) != current)
			continue;
		before = inside[i].role;
		inside[i].role = role;
		return before;
	}
	for (int i = 0; i < TASKS; i++) {
		if (READ_ONCE(inside[i].task) || cmpxchg(&inside[i].task, NULL, current))
			continue;
		inside[i].role = role;
		return NULL;
	}
	pr_err("racewindow: too many tasks\n");
	return NULL;
}

void leave_role(const char *before)
{
	for (int i = 0; i < TASKS; i++) {
		if (READ_ONCE(inside[i].task) != current)
			continue;
		inside[i].role = before;
		if (!before)
			smp_store_release(&inside[i].task, NULL);
		return;
	}
}

void arrive(const char *fn, char side)
{
	char point[NAME];

	snprintf(point, sizeof(point), "%s:%s%c", role_of_current(), fn, side);
	pr_info("racewindow: reached %s\n", point);
	for (int i = 0; i < nr_waits; i++)
		if (!strcmp(waits[i].tell, point))
			smp_store_release(&waits[i].told, true);
	wake_up_all(&told);
	for (int i = 0; i < nr_waits; i++) {
		struct order_wait *w = &waits[i];
		long left;

		if (strcmp(w->at, point))
			continue;
		left = wait_event_timeout(told, smp_load_acquire(&w->told),
					  msecs_to_jiffies(timeout));
		pr_info("racewindow: %s at %s for %s\n", left ? "met" : "timed out",
			point, w->tell);
	}
}

typedef long (*fn_t)(long, long, long, long, long, long);

struct slot {
	struct kprobe kp;
	char name[NAME];
	const char *role;	/* of whoever is inside, or NULL: a point about dev */
	bool once;		/* and a point, of whichever device */
	void *wrapper;
	struct task_struct *callers[CALLERS];
	bool set;
};

static struct slot slots[SLOTS];
static int nr_slots;
static atomic_t running = ATOMIC_INIT(0);

static int divert(struct kprobe *kp, struct pt_regs *regs)
{
	struct slot *s = container_of(kp, struct slot, kp);

	for (int i = 0; i < CALLERS; i++) {
		if (READ_ONCE(s->callers[i]) != current)
			continue;
		WRITE_ONCE(s->callers[i], NULL);
		return 0;
	}
	atomic_inc(&running);
	instruction_pointer_set(regs, (unsigned long)s->wrapper);
	return 1;
}

/* The function itself, which lets its next call by current through. */
static fn_t function_of(struct slot *s)
{
	for (;;) {
		for (int i = 0; i < CALLERS; i++)
			if (!cmpxchg(&s->callers[i], NULL, current))
				return (fn_t)s->kp.addr;
		cpu_relax();
	}
}

static bool is_named(struct device *d, const char *wanted)
{
	const char *name = dev_name(d);

	return name && !strcmp(name, wanted);
}

bool is_client(struct device *d)
{
	return is_named(d, dev);
}

/* The device that points are about for whoever runs. */
static bool is_watched(struct device *d)
{
	const char *role = role_of_current();
	bool walks = !strcmp(role, "walk") || !strcmp(role, "beside");

	return is_named(d, *subject && walks ? subject : dev);
}

/* Of whoever is inside: iommu_device_register() has the device of the IOMMU as its third argument. */
static const char *role_inside(struct slot *s, long c)
{
	if (s->role && !strcmp(s->role, "walk") && c && is_named((struct device *)c, beside))
		return "beside";
	return s->role;
}

static long hold(struct slot *s, long a, long b, long c, long d, long e, long f)
{
	bool counts = s->once || (!s->role && a && is_watched((struct device *)a));
	const char *before = s->role ? enter_role(role_inside(s, c)) : NULL;
	long ret;

	if (counts)
		arrive(s->name, '+');
	ret = function_of(s)(a, b, c, d, e, f);
	if (counts)
		arrive(s->name, '-');
	if (s->role)
		leave_role(before);
	atomic_dec(&running);
	return ret;
}

#define WRAPPER(n)								\
static long wrapper_##n(long a, long b, long c, long d, long e, long f)		\
{										\
	return hold(&slots[n], a, b, c, d, e, f);				\
}
WRAPPER(0) WRAPPER(1) WRAPPER(2) WRAPPER(3) WRAPPER(4) WRAPPER(5) WRAPPER(6) WRAPPER(7)
WRAPPER(8) WRAPPER(9) WRAPPER(10) WRAPPER(11) WRAPPER(12) WRAPPER(13) WRAPPER(14) WRAPPER(15)

static void *const wrappers[SLOTS] = {
	wrapper_0, wrapper_1, wrapper_2, wrapper_3, wrapper_4, wrapper_5, wrapper_6, wrapper_7,
	wrapper_8, wrapper_9, wrapper_10, wrapper_11, wrapper_12, wrapper_13, wrapper_14, wrapper_15,
};

static void add_slot(const char *name, size_t len, const char *role, bool once)
{
	struct slot *s = &slots[nr_slots];
	int err;

	if (nr_slots == SLOTS || !len || len >= NAME) {
		pr_err("racewindow: no hook %.*s: no room\n", (int)len, name);
		return;
	}
	memcpy(s->name, name, len);
	s->role = role;
	s->once = once;
	s->wrapper = wrappers[nr_slots++];
	s->kp.symbol_name = s->name;
	s->kp.pre_handler = divert;
	err = register_kprobe(&s->kp);
	s->set = !err;
	if (err)
		pr_err("racewindow: no hook %s: %d\n", s->name, err);
	else
		pr_info("racewindow: hook %s\n", s->name);
}

void set_hooks(void)
{
	const char *p = hooks;

	while (*p) {
		size_t len = strcspn(p, ",");

		add_slot(p, len, NULL, false);
		p += len + (p[len] == ',');
	}
	add_slot("iommu_device_register", 21, "walk", true);
	add_slot("deferred_probe_work_func", 24, "worker", false);
	add_slot("device_add", 10, "add", false);
	add_slot("deferred_probe_timeout_work_func", 32, "timeout", true);
}

void remove_hooks(void)
{
	for (int i = 0; i < nr_slots; i++)
		if (slots[i].set)
			unregister_kprobe(&slots[i].kp);
	/* Who was diverted comes back to this module: it stays until they are out. */
	while (atomic_read(&running))
		schedule_timeout_uninterruptible(1);
}

int parse_order(void)
{
	const char *p = order;

	while (*p) {
		size_t len = strcspn(p, ","), tell = strcspn(p, "<");
		struct order_wait *w = &waits[nr_waits];

		if (nr_waits == WAITS || tell >= len || tell >= NAME || len - tell > NAME)
			return -EINVAL;
		memcpy(w->tell, p, tell);
		memcpy(w->at, p + tell + 1, len - tell - 1);
		nr_waits++;
		p += len + (p[len] == ',');
	}
	return 0;
}
