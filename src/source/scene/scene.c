// SPDX-License-Identifier: GPL-2.0-only
// Drivers of the scene, the boot sequence and the bodies of its threads.
#include <linux/kernel.h>
#include <linux/async.h>
#include <linux/device.h>
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
	platform_bus_init();
	return bus_register(&pci_bus_type);
}

/* A platform driver made by the host; the compatible string chooses its devices. */
struct rw_driver {
	struct platform_driver pdrv;
	struct of_device_id ids[2];
	int family;	/* -1: a client's driver */
};

static int rw_client_probe(struct platform_device *pdev)
{
	rw_event(RW_EV_DRIVER_PROBE, &pdev->dev, NULL);
	rw_yield(&pdev->dev);
	rw_event(RW_EV_DRIVER_PROBE_END, &pdev->dev, NULL);
	return 0;
}

static int rw_instance_probe(struct platform_device *pdev)
{
	struct rw_driver *drv = container_of(to_platform_driver(pdev->dev.driver),
					     struct rw_driver, pdrv);

	return rw_iommu_probe(&pdev->dev, drv->family);
}

/* Make a driver; @family chooses the kind of IOMMU driver, -1 a client's. */
struct rw_driver *rw_driver_new(const char *name, const char *compatible, int family,
				bool async, bool managed)
{
	struct rw_driver *d = kzalloc(sizeof(*d), GFP_KERNEL);

	strscpy(d->ids[0].compatible, compatible, sizeof(d->ids[0].compatible));
	d->family = family;
	d->pdrv.probe = family < 0 ? rw_client_probe : rw_instance_probe;
	d->pdrv.driver.name = name;
	d->pdrv.driver.of_match_table = d->ids;
	d->pdrv.driver.suppress_bind_attrs = true;
	d->pdrv.driver_managed_dma = managed;
	d->pdrv.driver.probe_type = async ? PROBE_PREFER_ASYNCHRONOUS : PROBE_FORCE_SYNCHRONOUS;
	return d;
}

/* Thread body: register a driver, which attaches it to the devices on the bus. */
int rw_thread_register(struct rw_driver *d)
{
	return platform_driver_register(&d->pdrv);
}

struct device *rw_device_add(struct device_node *np, const char *name);

/* Thread body: create a device while others run. */
int rw_thread_device_add(struct device_node *np, const char *name)
{
	return rw_device_add(np, name) ? 0 : -ENOMEM;
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
