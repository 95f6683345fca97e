// SPDX-License-Identifier: GPL-2.0-only
/* IOMMUs of our own, without hardware: they register, and let all DMA of their clients pass. */
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "racewindow.h"

static char *ready = "";
module_param(ready, charp, 0444);
MODULE_PARM_DESC(ready, "which of our IOMMUs has registered before");

/* Once it is set, each may register. */
static bool open_to_all;

#define UNITS 4

static struct unit {
	struct iommu_device iommu;
	struct device *d;
} units[UNITS];

static int attach(struct iommu_domain *domain, struct device *d, struct iommu_domain *old)
{
	return 0;
}

static const struct iommu_domain_ops passes_ops = {
	.attach_dev = attach,
};

static struct iommu_domain passes = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &passes_ops,
};

static struct iommu_device *unit_probe_device(struct device *d)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(d);

	for (int i = 0; fwspec && i < UNITS; i++)
		if (units[i].d && dev_fwnode(units[i].d) == fwspec->iommu_fwnode)
			return &units[i].iommu;
	return ERR_PTR(-ENODEV);
}

static int unit_xlate(struct device *d, const struct of_phandle_args *args)
{
	return iommu_fwspec_add_ids(d, args->args, 1);
}

static int unit_domain_type(struct device *d)
{
	return IOMMU_DOMAIN_IDENTITY;
}

static const struct iommu_ops unit_ops = {
	.probe_device = unit_probe_device,
	.of_xlate = unit_xlate,
	.device_group = generic_device_group,
	.def_domain_type = unit_domain_type,
	.identity_domain = &passes,
	.owner = THIS_MODULE,
};

static struct unit *unit_for(struct device *d)
{
	for (int i = 0; i < UNITS; i++)
		if (!cmpxchg(&units[i].d, NULL, d))
			return &units[i];
	return NULL;
}

static int unit_probe(struct platform_device *pdev)
{
	struct device *d = &pdev->dev;
	struct unit *unit;
	int ret;

	if (!open_to_all && strcmp(dev_name(d), ready))
		return -ENODEV;
	unit = unit_for(d);
	if (!unit)
		return -ENOSPC;
	ret = iommu_device_sysfs_add(&unit->iommu, NULL, NULL, "%s", dev_name(d));
	if (ret)
		goto free;
	ret = iommu_device_register(&unit->iommu, &unit_ops, d);
	if (!ret)
		return 0;
	iommu_device_sysfs_remove(&unit->iommu);
free:
	unit->d = NULL;
	return ret;
}

static const struct of_device_id unit_ids[] = {
	{ .compatible = "racewindow,iommu" },
	{ }
};

static struct platform_driver unit_driver = {
	.probe = unit_probe,
	.driver = {
		.name = "racewindow-iommu",
		.of_match_table = unit_ids,
		.suppress_bind_attrs = true,
	},
};

/*
 * Those of our IOMMUs that are ready register now; all others once somebody attaches them. What has
 * registered is never taken away, so the module stays.
 */
int load_units(void)
{
	int ret = platform_driver_register(&unit_driver);

	if (!ret)
		__module_get(THIS_MODULE);
	open_to_all = true;
	return ret;
}

bool is_unit(struct device *d)
{
	return d->of_node && of_match_node(unit_ids, d->of_node);
}
