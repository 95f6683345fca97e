/* SPDX-License-Identifier: GPL-2.0-only */
/* Scheduler offsets that Kbuild would compute. */
#define RQ_nr_pinned 0
