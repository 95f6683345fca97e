/* SPDX-License-Identifier: GPL-2.0-only */
/* No assembler offsets: empty on purpose. */
