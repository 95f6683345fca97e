// SPDX-License-Identifier: GPL-2.0-only
/* The driver of the client: tells what its device has where it probes, and maps a buffer there. */
#include <linux/amba/bus.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/iommu-dma.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include "racewindow.h"

static bool async;
module_param(async, bool, 0444);
MODULE_PARM_DESC(async, "the client's driver probes asynchronously");

static void say(struct device *d, const char *when)
{
	struct iommu_group *group = iommu_group_get(d);

	pr_info("racewindow: %s %s driver %s group %d dma %s used %s\n", when, dev_name(d),
		d->driver ? d->driver->name : "none", group ? iommu_group_id(group) : -1,
		use_dma_iommu(d) ? "iommu" : "direct",
		group && iommu_group_dma_owner_claimed(group) ? "yes" : "no");
	iommu_group_put(group);
}

/* QEMU's device edu, which copies by DMA; other clients have no registers here. */
#define EDU_SOURCE 0x80
#define EDU_TARGET 0x88
#define EDU_COUNT 0x90
#define EDU_COMMAND 0x98
#define EDU_START 1
#define EDU_TO_MEMORY 2
#define EDU_BUFFER 0x40000
#define EDU_BYTES 1024

static void edu_copy(void __iomem *regs, u64 source, u64 target, u64 command)
{
	writeq(source, regs + EDU_SOURCE);
	writeq(target, regs + EDU_TARGET);
	writeq(EDU_BYTES, regs + EDU_COUNT);
	writeq(command | EDU_START, regs + EDU_COMMAND);
	for (int i = 0; i < 100 && readq(regs + EDU_COMMAND) & EDU_START; i++)
		msleep(10);
}

/* A copy to the device and back again: what came back is what went there, or DMA failed. */
static bool dma_arrives(struct device *d, void __iomem *regs, u8 *buffer, dma_addr_t at)
{
	memset(buffer, 0x5a, EDU_BYTES);
	memset(buffer + EDU_BYTES, 0, EDU_BYTES);
	dma_sync_single_for_device(d, at, PAGE_SIZE, DMA_BIDIRECTIONAL);
	edu_copy(regs, at, EDU_BUFFER, 0);
	edu_copy(regs, EDU_BUFFER, at + EDU_BYTES, EDU_TO_MEMORY);
	dma_sync_single_for_cpu(d, at, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return !memcmp(buffer, buffer + EDU_BYTES, EDU_BYTES);
}

static const char *domain_of(struct device *d)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(d);

	if (!domain)
		return "none";
	return domain->type & __IOMMU_DOMAIN_PAGING ? "translates" : "passes";
}

/* A buffer is mapped, used and unmapped: direct where its address is the physical one. */
static void use_buffer(struct device *d, void __iomem *regs, const char *when)
{
	u8 *buffer = (u8 *)__get_free_page(GFP_KERNEL);
	const char *domain = domain_of(d), *came = "untried";
	dma_addr_t at;

	if (!buffer)
		return;
	at = dma_map_single(d, buffer, PAGE_SIZE, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(d, at)) {
		pr_info("racewindow: %s map %s failed\n", when, dev_name(d));
		goto out;
	}
	if (regs)
		came = dma_arrives(d, regs, buffer, at) ? "arrives" : "fails";
	pr_info("racewindow: %s map %s %s domain %s transfer %s\n", when, dev_name(d),
		at == virt_to_phys(buffer) ? "direct" : "iommu", domain, came);
	dma_unmap_single(d, at, PAGE_SIZE, DMA_BIDIRECTIONAL);
out:
	free_page((unsigned long)buffer);
}

static void __iomem *edu_regs;

static int probe_client(struct device *d, void __iomem *regs)
{
	say(d, "probe");
	edu_regs = regs;
	arrive("dma_map_single", '+');
	use_buffer(d, regs, "probe");
	arrive("dma_map_single", '-');
	return 0;
}

static int client_probe(struct platform_device *pdev)
{
	return is_client(&pdev->dev) ? probe_client(&pdev->dev, NULL) : 0;
}

static const struct of_device_id client_ids[] = {
	{ .compatible = "racewindow,client" },
	{ }
};

static struct platform_driver client_driver = {
	.probe = client_probe,
	.driver = { .name = "racewindow", .of_match_table = client_ids },
};

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret = is_client(&pdev->dev) ? pcim_enable_device(pdev) : -ENODEV;

	if (ret)
		return ret;
	pci_set_master(pdev);
	return probe_client(&pdev->dev, pcim_iomap(pdev, 0, 0));
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};

static struct pci_driver edu_driver = {
	.name = "racewindow",
	.id_table = edu_ids,
	.probe = edu_probe,
};

static int amba_client_probe(struct amba_device *adev, const struct amba_id *id)
{
	return is_client(&adev->dev) ? probe_client(&adev->dev, NULL) : 0;
}

/* The id that the tree of our machine gives its client. */
static const struct amba_id amba_ids[] = {
	{ .id = 0x7277, .mask = 0xffffffff },
	{ }
};

static struct amba_driver amba_client_driver = {
	.drv = { .name = "racewindow" },
	.id_table = amba_ids,
	.probe = amba_client_probe,
};

/* Known once the client was looked for: the bus that has a device of its name. */
static const struct bus_type *client_bus;

bool client_is_pci(void)
{
	return client_bus == &pci_bus_type;
}

struct device *find_client(void)
{
	static const struct bus_type *const buses[] = {
		&pci_bus_type, &amba_bustype, &platform_bus_type,
	};
	struct device *client;

	if (client_bus)
		return bus_find_device_by_name(client_bus, NULL, dev);
	for (int i = 0; i < ARRAY_SIZE(buses); i++) {
		client = bus_find_device_by_name(buses[i], NULL, dev);
		client_bus = buses[i];
		if (client)
			return client;
	}
	return NULL;
}

int load_driver(void)
{
	enum probe_type type = async ? PROBE_PREFER_ASYNCHRONOUS : PROBE_FORCE_SYNCHRONOUS;

	client_driver.driver.probe_type = type;
	edu_driver.driver.probe_type = type;
	amba_client_driver.drv.probe_type = type;
	if (client_bus == &pci_bus_type)
		return pci_register_driver(&edu_driver);
	if (client_bus == &amba_bustype)
		return amba_driver_register(&amba_client_driver);
	return platform_driver_register(&client_driver);
}

void unload_driver(void)
{
	if (client_bus == &pci_bus_type)
		pci_unregister_driver(&edu_driver);
	else if (client_bus == &amba_bustype)
		amba_driver_unregister(&amba_client_driver);
	else
		platform_driver_unregister(&client_driver);
}

/* The group of a device that firmware puts behind an IOMMU. */
static int tell_group(struct device *d, void *unused)
{
	struct iommu_group *group = iommu_group_get(d);

	if (group)
		pr_info("racewindow: order %s group %d\n", dev_name(d), iommu_group_id(group));
	iommu_group_put(group);
	return 0;
}

/* What became of the client, once all is settled, and what is left of that without a driver. */
void tell_end(void)
{
	struct device *client = find_client();

	if (!client) {
		unload_driver();
		return;
	}
	say(client, "end");
	/* As the bus lists them, which is the order in which a walk meets them. */
	bus_for_each_dev(client_bus, NULL, NULL, tell_group);
	if (client->driver)
		use_buffer(client, edu_regs, "end");
	unload_driver();
	say(client, "left");
	put_device(client);
}
