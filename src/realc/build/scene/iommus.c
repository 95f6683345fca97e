// SPDX-License-Identifier: GPL-2.0-only
// IOMMU drivers without hardware: the order of calls of five drivers, and nothing else of them.
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include "rw.h"

enum rw_family { RW_SMMU, RW_SMMU_V3, RW_EXYNOS, RW_ROCKCHIP, RW_VIRTIO, RW_FAMILIES };

#define RW_STREAMS 64

struct rw_iommu {
	struct iommu_device iommu;
	struct device *dev;
	struct iommu_group *streams[RW_STREAMS];	/* s2crs[].group of arm-smmu */
};

/* Per-device data: one pointer for rockchip and virtio, a list for exynos. */
struct rw_master {
	int n;
	struct rw_iommu *iommus[4];
};

static struct iommu_domain_ops rw_domain_ops;
static struct iommu_domain rw_identity = {
	.type = IOMMU_DOMAIN_IDENTITY, .ops = &rw_domain_ops,
};

#if RW_KV >= 619
static int rw_attach(struct iommu_domain *d, struct device *dev, struct iommu_domain *old)
#else
static int rw_attach(struct iommu_domain *d, struct device *dev)
#endif
{
	rw_event(RW_EV_ATTACH, dev, (void *)(unsigned long)d->type);
	return 0;
}

static void rw_domain_free(struct iommu_domain *d)
{
	kfree(d);
}

static struct iommu_domain_ops rw_domain_ops = { .attach_dev = rw_attach, .free = rw_domain_free };

static struct iommu_domain *rw_domain_alloc(struct device *dev)
{
	struct iommu_domain *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return NULL;
	d->pgsize_bitmap = SZ_4K;
	d->geometry.aperture_end = DMA_BIT_MASK(32);
	return d;
}

static int rw_match_fwnode(struct device *dev, const void *fwnode)
{
	return dev->parent && dev_fwnode(dev) == fwnode;
}

static struct rw_iommu *rw_by_fwnode(struct fwnode_handle *fwnode)
{
	struct device *dev = bus_find_device(&platform_bus_type, NULL, fwnode, rw_match_fwnode);

	put_device(dev);
#if RW_KV < 615
	/* These drivers searched the devices bound to them: an instance that registers is none yet. */
	if (dev)
		dev = driver_find_device(dev->driver, NULL, fwnode, rw_match_fwnode);
	put_device(dev);
#endif
	return dev ? dev_get_drvdata(dev) : NULL;
}

static struct iommu_device *rw_found(struct device *dev, struct rw_iommu *mmu)
{
	rw_event(RW_EV_PROBE_DEVICE, dev, &mmu->iommu);
	return &mmu->iommu;
}

/* arm-smmu-v3, virtio: look the instance up by fwnode, allocate a master; no link. */
static struct iommu_device *rw_fwnode_probe_device(struct device *dev)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct rw_iommu *mmu = rw_by_fwnode(fwspec->iommu_fwnode);
	struct rw_master *m;

	rw_event(RW_EV_TRIED, dev, mmu);
	if (!mmu)
		return ERR_PTR(-ENODEV);
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return ERR_PTR(-ENOMEM);
	m->iommus[0] = mmu;
	dev_iommu_priv_set(dev, m);
	return rw_found(dev, mmu);
}

/* arm-smmu links the client to its supplier; in 6.12 stable it defers one that is not bound. */
static struct iommu_device *rw_smmu_probe_device(struct device *dev)
{
	struct iommu_device *iommu;

#if RW_KV < 615
	if (!rw_by_fwnode(dev_iommu_fwspec_get(dev)->iommu_fwnode)) {
		rw_event(RW_EV_TRIED, dev, dev);
		return ERR_PTR(-EPROBE_DEFER);
	}
#endif
	iommu = rw_fwnode_probe_device(dev);
	if (!IS_ERR(iommu))
		device_link_add(dev, container_of(iommu, struct rw_iommu, iommu)->dev,
				DL_FLAG_PM_RUNTIME | DL_FLAG_AUTOREMOVE_SUPPLIER);
	return iommu;
}

static void rw_smmu_release_device(struct device *dev)
{
	kfree(dev_iommu_priv_get(dev));
}

/* PCI functions by topology, all others alone. */
static struct iommu_group *rw_device_group(struct device *dev)
{
	return dev_is_pci(dev) ? pci_device_group(dev) : generic_device_group(dev);
}

/* arm-smmu: every stream id remembers the group of the first device that used it. */
static struct iommu_group *rw_smmu_device_group(struct device *dev)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct rw_master *m = dev_iommu_priv_get(dev);
	struct rw_iommu *mmu = m->iommus[0];
	struct iommu_group *group = NULL, *at;
	int i;

	for (i = 0; i < fwspec->num_ids; i++) {
		at = mmu->streams[fwspec->ids[i] % RW_STREAMS];
		if (group && at && group != at)
			return ERR_PTR(-EINVAL);
		if (at)
			group = at;
	}
	if (group)
		return iommu_group_ref_get(group);
	group = rw_device_group(dev);
	if (!IS_ERR(group))
		for (i = 0; i < fwspec->num_ids; i++)
			mmu->streams[fwspec->ids[i] % RW_STREAMS] = group;
	return group;
}

static int rw_ids_xlate(struct device *dev, const struct of_phandle_args *args)
{
	u32 id = args->args_count ? args->args[0] : 0;

	return iommu_fwspec_add_ids(dev, &id, 1);
}

/* exynos, rockchip: of_xlate looks the instance up and keeps it in the per-device data. */
static int rw_owner_xlate(struct device *dev, const struct of_phandle_args *args)
{
	struct platform_device *pdev = of_find_device_by_node(args->np);
	struct rw_master *m = dev_iommu_priv_get(dev);
	struct rw_iommu *mmu;

	if (!pdev)
		return -ENODEV;
	mmu = platform_get_drvdata(pdev);
	put_device(&pdev->dev);
	if (!mmu)
		return -ENODEV;
	if (!m) {
		m = kzalloc(sizeof(*m), GFP_KERNEL);
		if (!m)
			return -ENOMEM;
		dev_iommu_priv_set(dev, m);
	}
	if (m->n < ARRAY_SIZE(m->iommus))
		m->iommus[m->n++] = mmu;
	return 0;
}

static struct iommu_device *rw_owner_probe_device(struct device *dev)
{
	struct rw_master *m = dev_iommu_priv_get(dev);
	int i;

	rw_event(RW_EV_TRIED, dev, dev);
	if (!m || !m->n)
		return ERR_PTR(-ENODEV);
	for (i = 0; i < m->n; i++)
		device_link_add(dev, m->iommus[i]->dev, DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME);
	return rw_found(dev, m->iommus[0]);
}

#define RW_OPS(probe, release, group, xlate) { \
	.probe_device = probe, .release_device = release, .device_group = group, \
	.of_xlate = xlate, .domain_alloc_paging = rw_domain_alloc, \
	.identity_domain = &rw_identity, .default_domain_ops = &rw_domain_ops, \
}

static struct iommu_ops rw_ops[RW_FAMILIES] = {
	[RW_SMMU] = RW_OPS(rw_smmu_probe_device, rw_smmu_release_device,
			   rw_smmu_device_group, rw_ids_xlate),
	[RW_SMMU_V3] = RW_OPS(rw_fwnode_probe_device, rw_smmu_release_device,
			      rw_device_group, rw_ids_xlate),
	[RW_EXYNOS] = RW_OPS(rw_owner_probe_device, NULL, generic_device_group, rw_owner_xlate),
	[RW_ROCKCHIP] = RW_OPS(rw_owner_probe_device, NULL,
			       generic_single_device_group, rw_owner_xlate),
	[RW_VIRTIO] = RW_OPS(rw_fwnode_probe_device, rw_smmu_release_device,
			     rw_device_group, rw_ids_xlate),
};

/* The part of an IOMMU driver's probe that the rest of the kernel can see. */
int rw_iommu_probe(struct device *dev, int family)
{
	struct rw_iommu *mmu = devm_kzalloc(dev, sizeof(*mmu), GFP_KERNEL);
	int err;

	if (!mmu)
		return -ENOMEM;
	mmu->dev = dev;
	rw_identity.owner = &rw_ops[family];
	dev_set_drvdata(dev, mmu);
	err = iommu_device_sysfs_add(&mmu->iommu, dev, NULL, "%s", dev_name(dev));
	if (err)
		return err;
	err = iommu_device_register(&mmu->iommu, &rw_ops[family], dev);
	if (err && family != RW_VIRTIO) {
		iommu_device_sysfs_remove(&mmu->iommu);
		return err;
	}
	return 0;
}
