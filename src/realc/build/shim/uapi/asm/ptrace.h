/* SPDX-License-Identifier: GPL-2.0-only */
/* No user ptrace ABI: empty on purpose. */
