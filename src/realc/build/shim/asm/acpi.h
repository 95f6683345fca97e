/* SPDX-License-Identifier: GPL-2.0-only */
/* What the linked readers of ACPI tables need of an architecture. */
#ifndef RW_ASM_ACPI_H
#define RW_ASM_ACPI_H
#include <linux/types.h>
extern int acpi_disabled, acpi_noirq, acpi_pci_disabled, acpi_strict;
typedef u32 phys_cpuid_t;
#define PHYS_CPUID_INVALID ((phys_cpuid_t)-1)
#define acpi_os_ioremap acpi_os_ioremap
static inline void *acpi_os_ioremap(acpi_physical_address phys, acpi_size size)
{
	return NULL;
}
static inline void disable_acpi(void)
{
	acpi_disabled = 1;
}
static inline void enable_acpi(void)
{
	acpi_disabled = 0;
}
static inline void acpi_noirq_set(void)
{
}
static inline void acpi_disable_pci(void)
{
}
static inline bool acpi_has_cpu_in_madt(void)
{
	return true;
}
static inline void arch_reserve_mem_area(acpi_physical_address addr, size_t size)
{
}
#endif
