/* SPDX-License-Identifier: GPL-2.0-only */
/* No traps on WebAssembly: empty on purpose. */
