/* SPDX-License-Identifier: GPL-2.0-only */
/* No perf events: empty on purpose. */
