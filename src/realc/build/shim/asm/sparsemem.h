/* SPDX-License-Identifier: GPL-2.0-only */
/* Flat memory only: empty on purpose. */
