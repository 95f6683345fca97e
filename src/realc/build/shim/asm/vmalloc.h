/* SPDX-License-Identifier: GPL-2.0-only */
/* No vmalloc area: empty on purpose. */
