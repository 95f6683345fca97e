// SPDX-License-Identifier: GPL-2.0-only
// Devices on buses other than the platform bus, made as the scans of these buses make them.
#include <linux/amba/bus.h>
#include <linux/ioport.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include "rw.h"

extern struct rw_semaphore pci_bus_sem;

static void rw_release(struct device *dev)
{
}

/*
 * A root bus behind a host bridge that @np or an ACPI @companion describes. The bridge is on no bus
 * itself: no walk meets it, and what is behind it has been found already.
 */
struct pci_bus *rw_pci_host(struct device_node *np, struct fwnode_handle *companion)
{
	struct device *parent = kzalloc(sizeof(*parent), GFP_KERNEL);
	struct pci_host_bridge *bridge = kzalloc(sizeof(*bridge), GFP_KERNEL);
	struct pci_bus *bus = kzalloc(sizeof(*bus), GFP_KERNEL);

	device_initialize(parent);
	parent->release = rw_release;
	if (np)
		device_set_node(parent, of_fwnode_handle(np));
	dev_set_name(parent, "pcie");
	device_initialize(&bridge->dev);
	if (companion)
		device_set_node(&bridge->dev, companion);
	bridge->dev.parent = parent;
	bridge->dev.release = rw_release;
	dev_set_name(&bridge->dev, "pci0000:00");
	INIT_LIST_HEAD(&bridge->windows);
	bridge->bus = bus;
	bus->bridge = &bridge->dev;
	INIT_LIST_HEAD(&bus->devices);
	INIT_LIST_HEAD(&bus->children);
	INIT_LIST_HEAD(&bus->slots);
	INIT_LIST_HEAD(&bus->resources);
	list_add_tail(&bus->node, &pci_root_buses);
	if (device_add(parent) || device_add(&bridge->dev))
		return NULL;
	return bus;
}

/* What pci_scan_single_device() and pci_bus_add_device() do, without configuration space. */
struct device *rw_pci_add(struct pci_bus *bus, struct device_node *np, const char *name,
			  u32 devfn, u16 id)
{
	struct pci_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	INIT_LIST_HEAD(&dev->bus_list);
	dev->bus = bus;
	dev->devfn = devfn & 255;
	dev->multifunction = devfn >> 8;
	dev->vendor = RW_PCI_VENDOR;
	dev->device = id;
	dev->dma_mask = DMA_BIT_MASK(32);
	device_initialize(&dev->dev);
	if (np)
		device_set_node(&dev->dev, of_fwnode_handle(np));
	dev->dev.bus = &pci_bus_type;
	dev->dev.parent = bus->bridge;
	dev->dev.release = rw_release;
	dev->dev.dma_mask = &dev->dma_mask;
	dev->dev.dma_parms = &dev->dma_parms;
	dev->dev.coherent_dma_mask = DMA_BIT_MASK(32);
	dev_set_name(&dev->dev, "%s", name);
	down_write(&pci_bus_sem);
	list_add_tail(&dev->bus_list, &bus->devices);
	up_write(&pci_bus_sem);
	if (device_add(&dev->dev))
		return NULL;
	pci_bus_add_device(dev);
	return &dev->dev;
}

/* What of_amba_device_create() does for a node whose id is known. */
struct device *rw_amba_add(struct device_node *np, const char *name, u32 id)
{
	struct amba_device *dev = amba_device_alloc(name, 0, SZ_4K);

	if (!dev)
		return NULL;
	dev->periphid = id;
	dev->dev.coherent_dma_mask = DMA_BIT_MASK(32);
	device_set_node(&dev->dev, of_fwnode_handle(np));
	return amba_device_add(dev, &iomem_resource) ? NULL : &dev->dev;
}
