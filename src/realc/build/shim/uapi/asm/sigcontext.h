/* SPDX-License-Identifier: GPL-2.0-only */
/* The least signal context. */
struct sigcontext { unsigned long pc; };
