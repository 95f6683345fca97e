// SPDX-License-Identifier: GPL-2.0-only
// Drivers of the scene, the boot sequence and the bodies of its threads.
#include <linux/kernel.h>
#include <linux/amba/bus.h>
#include <linux/async.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/mod_devicetable.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include "rw.h"

int devices_init(void), buses_init(void), classes_init(void), platform_bus_init(void);
void radix_tree_init(void);

/* Everything that start_kernel() and driver_init() do before the first initcall. */
int rw_boot(void)
{
	radix_tree_init();
	devices_init();
	buses_init();
	classes_init();
	return platform_bus_init();
}

/* A driver made by the host; the compatible string or an id chooses its devices. */
struct rw_driver {
	/* The last one gives traces their names. */
	union {
		struct pci_driver pci;
		struct amba_driver amba;
		struct platform_driver pdrv;
	};
	enum rw_bus bus;
	struct of_device_id ids[2];
	struct pci_device_id pci_ids[2];
	struct amba_id amba_ids[2];
	int family;	/* -1: a client's driver */
	u32 mask_bits;	/* of the DMA mask that its probe sets; 0: it sets none */
};

static int rw_client(struct device *dev, const struct rw_driver *drv)
{
	rw_event(RW_EV_DRIVER_PROBE, dev, NULL);
	rw_yield(dev);
	if (drv->mask_bits) {
		int ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(drv->mask_bits));

		if (ret)
			return ret;
	}
	rw_event(RW_EV_DRIVER_PROBE_END, dev, NULL);
	return 0;
}

static int rw_client_probe(struct platform_device *pdev)
{
	return rw_client(&pdev->dev, container_of(to_platform_driver(pdev->dev.driver),
						  struct rw_driver, pdrv));
}

static int rw_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return rw_client(&pdev->dev, container_of(pdev->dev.driver, struct rw_driver, pci.driver));
}

static int rw_amba_probe(struct amba_device *adev, const struct amba_id *id)
{
	return rw_client(&adev->dev, container_of(adev->dev.driver, struct rw_driver, amba.drv));
}

static int rw_instance_probe(struct platform_device *pdev)
{
	struct rw_driver *drv = container_of(to_platform_driver(pdev->dev.driver),
					     struct rw_driver, pdrv);

	return rw_iommu_probe(&pdev->dev, drv->family);
}

static struct device_driver *rw_platform_driver(struct rw_driver *d, const char *compatible,
						bool managed)
{
	strscpy(d->ids[0].compatible, compatible, sizeof(d->ids[0].compatible));
	d->pdrv.probe = d->family < 0 ? rw_client_probe : rw_instance_probe;
	d->pdrv.driver.of_match_table = d->ids;
	d->pdrv.driver_managed_dma = managed;
	return &d->pdrv.driver;
}

static struct device_driver *rw_pci_driver(struct rw_driver *d, const char *name, u32 id,
					   bool managed)
{
	d->pci_ids[0].vendor = RW_PCI_VENDOR;
	d->pci_ids[0].device = id;
	d->pci_ids[0].subvendor = d->pci_ids[0].subdevice = PCI_ANY_ID;
	d->pci.name = name;
	d->pci.id_table = d->pci_ids;
	d->pci.probe = rw_pci_probe;
	d->pci.driver_managed_dma = managed;
	return &d->pci.driver;
}

static struct device_driver *rw_amba_driver(struct rw_driver *d, u32 id, bool managed)
{
	d->amba_ids[0].id = id;
	d->amba_ids[0].mask = -1;
	d->amba.id_table = d->amba_ids;
	d->amba.probe = rw_amba_probe;
	d->amba.driver_managed_dma = managed;
	return &d->amba.drv;
}

/* Make a driver; @family chooses the kind of IOMMU driver, -1 a client's. */
struct rw_driver *rw_driver_new(enum rw_bus bus, const char *name, const char *compatible, u32 id,
				int family, bool async, bool managed, u32 mask_bits)
{
	struct rw_driver *d = kzalloc(sizeof(*d), GFP_KERNEL);
	struct device_driver *drv;

	d->bus = bus;
	d->family = family;
	d->mask_bits = mask_bits;
	if (bus == RW_PCI)
		drv = rw_pci_driver(d, name, id, managed);
	else if (bus == RW_AMBA)
		drv = rw_amba_driver(d, id, managed);
	else
		drv = rw_platform_driver(d, compatible, managed);
	drv->name = name;
	drv->suppress_bind_attrs = true;
	drv->probe_type = async ? PROBE_PREFER_ASYNCHRONOUS : PROBE_DEFAULT_STRATEGY;
	return d;
}

/* Thread body: register a driver, which attaches it to the devices on the bus. */
int rw_thread_register(struct rw_driver *d)
{
	if (d->bus == RW_PCI)
		return pci_register_driver(&d->pci);
	if (d->bus == RW_AMBA)
		return amba_driver_register(&d->amba);
	return platform_driver_register(&d->pdrv);
}

struct device *rw_device_add(struct device_node *np, const char *name);

/* Thread body: create a device while others run. */
int rw_thread_device_add(struct device_node *np, const char *name)
{
	return rw_device_add(np, name) ? 0 : -ENOMEM;
}

struct device *rw_pci_add(struct pci_bus *bus, struct device_node *np, const char *name,
			  u32 devfn, u16 id);

/* Thread body: find a PCI device while others run. */
int rw_thread_pci_add(struct pci_bus *bus, struct device_node *np, const char *name,
		      u32 devfn, u16 id)
{
	return rw_pci_add(bus, np, name, devfn, id) ? 0 : -ENOMEM;
}

struct device *rw_amba_add(struct device_node *np, const char *name, u32 id);

/* Thread body: create an AMBA device while others run. */
int rw_thread_amba_add(struct device_node *np, const char *name, u32 id)
{
	return rw_amba_add(np, name, id) ? 0 : -ENOMEM;
}

/* Thread body: take a device away while others run. */
int rw_thread_device_del(struct device *dev)
{
	device_del(dev);
	return 0;
}

/* Thread body: an initcall. */
int rw_thread_call(initcall_t fn)
{
	return fn();
}

/* Thread body: a work item. */
int rw_thread_work(struct work_struct *work)
{
	work->func(work);
	return 0;
}

/* Thread body: an async_schedule() helper. */
int rw_thread_async(async_func_t func, void *data)
{
	func(data, 1);
	return 0;
}
