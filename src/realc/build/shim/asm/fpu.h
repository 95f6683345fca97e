/* SPDX-License-Identifier: GPL-2.0-only */
/* No FPU state: empty on purpose. */
