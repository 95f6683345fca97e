/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks are taken by the host: empty on purpose. */
