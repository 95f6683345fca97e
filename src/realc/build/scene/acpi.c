// SPDX-License-Identifier: GPL-2.0-only
// A namespace of devices, and what the tables' readers ask of ACPICA: one table, and names.
#include <linux/acpi.h>
#include <linux/acpi_iort.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include "rw.h"

int acpi_disabled = 1, acpi_noirq, acpi_pci_disabled, acpi_strict;

void acpi_iort_init(void);

static struct acpi_table_header *rw_iort;

acpi_status acpi_get_table(char *signature, u32 instance, struct acpi_table_header **out)
{
	if (!rw_iort || strncmp(signature, ACPI_SIG_IORT, 4))
		return AE_NOT_FOUND;
	*out = rw_iort;
	return AE_OK;
}

/* A handle is its full path. */
acpi_status acpi_get_name(acpi_handle handle, u32 type, struct acpi_buffer *out)
{
	out->pointer = kstrdup(handle, GFP_KERNEL);
	return out->pointer ? AE_OK : AE_NO_MEMORY;
}

/* Take ACPI into use; acpi_iort_init() makes a platform device of every SMMU in @iort. */
void rw_acpi_init(struct acpi_table_header *iort)
{
	acpi_disabled = 0;
	rw_iort = iort;
	acpi_iort_init();
}

static int rw_match_nth(struct device *dev, const void *n)
{
	return strstarts(dev_name(dev), "arm-smmu") && !(*(int *)n)--;
}

/* The SMMU number @n of the table; only the driver of that name may have it. */
struct device *rw_acpi_smmu(int n, const char *driver)
{
	struct device *dev = bus_find_device(&platform_bus_type, NULL, &n, rw_match_nth);

	if (dev && device_set_driver_override(dev, driver))
		return NULL;
	return dev;
}

/* An object of the namespace; @path must stay allocated. */
struct acpi_device *rw_acpi_node(char *path)
{
	struct acpi_device *adev = kzalloc(sizeof(*adev), GFP_KERNEL);

	device_initialize(&adev->dev);
	fwnode_init(&adev->fwnode, &acpi_device_fwnode_ops);
	adev->handle = path;
	adev->flags.cca_seen = 1;
	adev->flags.coherent_dma = 1;
	INIT_LIST_HEAD(&adev->data.properties);
	INIT_LIST_HEAD(&adev->data.subnodes);
	INIT_LIST_HEAD(&adev->pnp.ids);
	INIT_LIST_HEAD(&adev->physical_node_list);
	mutex_init(&adev->physical_node_lock);
	return adev;
}

/* What acpi_create_platform_device() does, but for resources. */
struct device *rw_acpi_add(struct acpi_device *adev, const char *name)
{
	struct platform_device *pdev = platform_device_alloc(name, PLATFORM_DEVID_NONE);

	if (!pdev)
		return NULL;
	ACPI_COMPANION_SET(&pdev->dev, adev);
	pdev->dev.coherent_dma_mask = DMA_BIT_MASK(32);
	return platform_device_add(pdev) ? NULL : &pdev->dev;
}

/* Thread body: create a device of the namespace while others run. */
int rw_thread_acpi_add(struct acpi_device *adev, const char *name)
{
	return rw_acpi_add(adev, name) ? 0 : -ENOMEM;
}
