/* SPDX-License-Identifier: GPL-2.0-only */
/* No firmware shares a lock with the kernel. */
#define ACPI_ACQUIRE_GLOBAL_LOCK(facs, acquired) ((acquired) = 1)
#define ACPI_RELEASE_GLOBAL_LOCK(facs, pending) ((pending) = 0)
