/* SPDX-License-Identifier: GPL-2.0-only */
/* No system calls: empty on purpose. */
