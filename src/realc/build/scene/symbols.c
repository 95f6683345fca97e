// SPDX-License-Identifier: GPL-2.0-only
// Data that the linked kernel files expect of files that are not linked, and the DMA layer's edge.
#include <linux/kernel.h>
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/iommu-dma.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/radix-tree.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/tracepoint-defs.h>
#include <linux/workqueue.h>
#include "rw.h"

struct kobject *kernel_kobj, *firmware_kobj;
struct resource iomem_resource = { .name = "mem", .end = -1 };
struct resource ioport_resource = { .name = "io", .end = -1 };
struct page *mem_map, *__zero_page;
const struct attribute_group dev_attr_physical_location_group;
bool initcall_debug;
enum system_states system_state = SYSTEM_RUNNING;
struct cpumask __cpu_possible_mask;
struct workqueue_struct *system_wq, *system_unbound_wq, *system_percpu_wq, *system_dfl_wq;
const struct attribute_group *pci_bus_groups[1], *pci_dev_groups[1];
LIST_HEAD(pci_root_buses);
kmem_buckets kmalloc_caches[NR_KMALLOC_TYPES];
const u8 guid_index[16], uuid_index[16];
bool console_set_on_cmdline;
const struct trace_print_flags vmaflag_names[1], gfpflag_names[1], pageflag_names[1];

/*
 * dma-iommu.c is not linked: no mapping is ever made. What the core sees of it is the flag that
 * sends a device's DMA through its default domain.
 */
#if RW_KV >= 702
void iommu_setup_dma_ops(struct device *dev, struct iommu_domain *domain)
{
	dev_assign_dma_iommu(dev, iommu_is_dma_domain(domain));
}
#else
void iommu_setup_dma_ops(struct device *dev)
{
	dev->dma_iommu = iommu_is_dma_domain(iommu_get_domain_for_dev(dev));
}
#endif

/* Of no device in a scene the memory is known: its direct mapping takes any mask. */
int dma_direct_supported(struct device *dev, u64 mask)
{
	return 1;
}

int iommu_get_dma_cookie(struct iommu_domain *domain)
{
	return 0;
}

void iommu_put_dma_cookie(struct iommu_domain *domain)
{
}

int iommu_dma_init_fq(struct iommu_domain *domain)
{
	return 0;
}
