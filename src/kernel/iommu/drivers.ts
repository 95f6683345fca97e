// SPDX-License-Identifier: GPL-2.0-only
// IOMMU drivers, one stub per family: the callbacks of struct iommu_ops of v7.2.
import { EINVAL, ENODEV, EPROBE_DEFER, type Errno } from '#env/errno';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import { type Kfn, load, store } from '#env/op';
import { oops } from '#env/printk';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import {
  type Device,
  type IommuDevice,
  type IommuGroup,
  IommuOps,
  type Specifier,
} from '../types.ts';

/** of_xlate() of most drivers: remember the stream ids. */
function* model__xlate_ids(k: Kernel, dev: Device, spec: Specifier): Kfn<Errno> {
  return yield* k.iommu_fwspec_add_ids(dev, spec.ids);
}

/**
 * probe_device() of most drivers: the instance that the fwspec names.
 * ABSTRACTED: stream table entries and register writes.
 */
function* model__probe_by_fwspec(k: Kernel, dev: Device): Kfn<IommuDevice | Errno> {
  const fwspec = yield* k.dev_iommu_fwspec_get(dev);
  if (!fwspec) return -ENODEV;
  if (!k.sw.fwspec_resolves_ops && !(yield* load(fwspec, 'ops'))) return -ENODEV;
  const fwnode = yield* load(fwspec, 'iommu_fwnode');
  const ids = yield* load(fwspec, 'ids');
  if (dev.probeError) return -EINVAL;
  const want = dev.specifiers.reduce((sum, spec) => sum + spec.ids.length, 0);
  if (ids.length < want) event('fwspec-incomplete', { dev, have: ids.length, want });
  const iommu = yield* k.iommu_from_fwnode(fwnode);
  if (!iommu) oops(`probe_device(${dev.name}): no instance ${fwnode}`);
  return iommu;
}

/**
 * arm_smmu_probe_device() of arm-smmu.c: also links the device to the SMMU, so that it waits for
 * it when it binds next.
 * WINDOW: up to v6.14 the SMMU was looked up among bound devices: one that is registering is not
 * found, which was a NULL dereference first, and a deferral later.
 */
function* arm_smmu_probe_device(k: Kernel, dev: Device): Kfn<IommuDevice | Errno> {
  const iommu = yield* model__probe_by_fwspec(k, dev);
  if (typeof iommu === 'number') return iommu;
  if (k.sw.smmu_lookup !== 'bus' && !(yield* load(iommu.hwdev, 'bound'))) {
    if (k.sw.smmu_lookup === 'bound-or-defer') return -EPROBE_DEFER;
    oops(`arm_smmu_probe_device(${dev.name}): ${iommu.node} has not bound yet`);
  }
  yield* k.device_link_add(dev, iommu.hwdev, false);
  return iommu;
}

/** arm_smmu_probe_device() of arm-smmu-v3.c: an SMMU that is not found is none. */
function* arm_smmu_probe_device__v3(k: Kernel, dev: Device): Kfn<IommuDevice | Errno> {
  const iommu = yield* model__probe_by_fwspec(k, dev);
  if (typeof iommu === 'number' || k.sw.smmu_lookup === 'bus') return iommu;
  return yield* model__bound_or_none(dev, iommu);
}

/**
 * driver_find_device_by_fwnode() in the drivers of v6.12: only devices that are bound are found.
 * WINDOW: an instance that registers is listed, and its clients probed, before it is bound.
 */
function* model__bound_or_none(dev: Device, iommu: IommuDevice): Kfn<IommuDevice | Errno> {
  if (yield* load(iommu.hwdev, 'bound')) return iommu;
  event('instance-not-found', { dev, instance: iommu });
  return -ENODEV;
}

/** viommu_probe_device(): up to v6.16 it finds no instance that is still registering. */
function* viommu_probe_device(k: Kernel, dev: Device): Kfn<IommuDevice | Errno> {
  const iommu = yield* model__probe_by_fwspec(k, dev);
  if (typeof iommu === 'number' || k.sw.virtio_lookup === 'bus') return iommu;
  return yield* model__bound_or_none(dev, iommu);
}

/**
 * mtk_iommu_device_group() of v7.2: follows the list of its banks, which the probe fills, and keeps
 * the group of the first client.
 * WINDOW: the pointer that it keeps has no reference: it stays when the last client is gone.
 */
function* mtk_iommu_device_group(k: Kernel, dev: Device): Kfn<IommuGroup | Errno> {
  const param = yield* load(dev, 'iommu');
  const iommu = param && (yield* load(param, 'iommu_dev'));
  if (!iommu) return -ENODEV;
  if (!(yield* load(iommu, 'driver_state'))) {
    oops(`mtk_iommu_device_group(${dev.name}): the list of ${iommu.node} is empty`);
  }
  // Stands for data->mutex.
  yield* mutex_lock(iommu);
  let group = yield* load(iommu, 'm4u_group');
  if (group) {
    yield* k.iommu_group_ref_get(group);
  } else {
    group = yield* k.iommu_group_alloc(dev);
    yield* store(iommu, 'm4u_group', group);
  }
  yield* mutex_unlock(iommu);
  return group;
}

/**
 * intel_iommu_probe_device() and amd_iommu_probe_device(): the unit is looked up in the DMAR or
 * IVRS table; there is no fwspec.
 */
function* intel_iommu_probe_device(k: Kernel, dev: Device): Kfn<IommuDevice | Errno> {
  const [spec] = dev.specifiers;
  return spec ? k.instance(spec.fwnode) : -ENODEV;
}

/**
 * intel_iommu_probe_finalize() and amd_iommu_probe_finalize() of v6.1: up to v6.9 the driver sets
 * the DMA ops, once the group is there; on x86 a bind does not.
 * WINDOW: a driver may bind after the group has its default domain, and before this.
 */
function* intel_iommu_probe_finalize(k: Kernel, dev: Device): Kfn<void> {
  if (k.sw.core_sets_dma_ops) return;
  yield* k.model__dev_assign_flag(dev, 'dma_iommu', false);
  const group = yield* k.iommu_group_get(dev);
  if (!group) return;
  const domain = yield* load(group, 'domain');
  yield* k.iommu_group_put(group);
  if (!domain) return;
  yield* k.iommu_setup_dma_ops(dev, domain);
  event('dma-ops', { dev, path: 'iommu' });
}

function* model__device_group(k: Kernel, dev: Device): Kfn<IommuGroup | Errno> {
  if (dev.acs || dev.alias !== null) return yield* k.pci_device_group(dev);
  if (dev.groupKey !== null) return yield* k.model__shared_device_group(dev);
  return yield* k.generic_device_group(dev);
}

function* model__single_device_group(k: Kernel, dev: Device): Kfn<IommuGroup | Errno> {
  return yield* k.generic_single_device_group(dev);
}

const generic = {
  of_xlate: model__xlate_ids,
  probe_device: model__probe_by_fwspec,
  device_group: model__device_group,
};

const x86 = {
  ...generic,
  probe_device: intel_iommu_probe_device,
  probe_finalize: intel_iommu_probe_finalize,
};

/**
 * The ops of a family: arm-smmu adds managed device links, the links of exynos, rockchip and
 * mediatek are stateless (power management only). Rockchip shares one group per instance, and
 * mediatek does so in its own way. ABSTRACTED: everything that touches hardware.
 */
export const families: Readonly<Record<string, IommuOps>> = {
  'arm-smmu': new IommuOps('arm-smmu', { ...generic, probe_device: arm_smmu_probe_device }),
  'arm-smmu-v3': new IommuOps('arm-smmu-v3', {
    ...generic,
    probe_device: arm_smmu_probe_device__v3,
  }),
  exynos: new IommuOps('exynos', generic),
  rockchip: new IommuOps('rockchip', { ...generic, device_group: model__single_device_group }),
  mediatek: new IommuOps('mediatek', { ...generic, device_group: mtk_iommu_device_group }),
  virtio: new IommuOps('virtio', { ...generic, probe_device: viommu_probe_device }),
  intel: new IommuOps('intel', x86),
  amd: new IommuOps('amd', x86),
  mock: new IommuOps('mock', generic),
  generic: new IommuOps('generic', generic),
};

/**
 * Families that register without a fwnode: their drivers find the unit of a device in a table of
 * their own, DMAR or IVRS, which no dma_configure() looks at.
 */
export const byOwnTable: ReadonlySet<string> = new Set(['intel', 'amd']);

/** The ops of @family; an unknown family behaves as most drivers do. */
export function family_ops(family: string): IommuOps {
  return families[family] ?? (families['generic'] as IommuOps);
}
