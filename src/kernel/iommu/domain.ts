// SPDX-License-Identifier: GPL-2.0-only
// Default domains and who owns a group's DMA: drivers/iommu/iommu.c of v7.2.
import { EBUSY, ENODEV, EPERM, EPROBE_DEFER, type Errno } from '#env/errno';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import { alloc, free, type Kfn, load, lockdep_assert_held, store } from '#env/op';
import { WARN_ON } from '#env/printk';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import {
  type Device,
  type DomainType,
  type IommuDomain,
  type IommuGroup,
  iommu_domain,
} from '../types.ts';

/**
 * What the drivers of the group's members ask for; 0 leaves it to the global default.
 *
 * Models iommu_get_default_domain_type() and iommu_get_def_domain_type() of v7.2.
 * WINDOW: only the members of this moment are asked.
 * ABSTRACTED: untrusted devices and static default domains.
 */
export function* iommu_get_default_domain_type(
  k: Kernel,
  group: IommuGroup,
  target: DomainType,
): Kfn<DomainType> {
  lockdep_assert_held(group);
  let type: DomainType = 0;
  for (const gdev of yield* load(group, 'devices')) {
    const dev = yield* load(gdev, 'dev');
    const ops = yield* k.dev_iommu_ops(dev);
    const wish = ops ? dev.domainType : 0;
    // A conflict is an IOMMU driver's error: IDENTITY takes precedence.
    if (!type || wish === 'IDENTITY') type = wish || type;
  }
  return target || type;
}

/**
 * The domain that would be the default for this type: the one there is when its type is equal.
 *
 * Models iommu_group_alloc_default_domain() of v7.2. ABSTRACTED: failure to allocate.
 */
export function* iommu_group_alloc_default_domain(
  k: Kernel,
  group: IommuGroup,
  req_type: DomainType,
): Kfn<IommuDomain> {
  lockdep_assert_held(group);
  const type = req_type || k.config.def_domain_type;
  const current = yield* load(group, 'default_domain');
  if (current && (yield* load(current, 'type')) === type) return current;
  const dom = yield* alloc(iommu_domain, group, 'domain');
  yield* store(dom, 'type', type);
  return dom;
}

/**
 * Give the group a default domain, and its members if they have none.
 *
 * Models iommu_setup_default_domain() of v7.2.
 * WINDOW: a group that is in use (owner_cnt) is switched all the same.
 * ABSTRACTED: direct mappings, the DMA cookie.
 */
export function* iommu_setup_default_domain(
  k: Kernel,
  group: IommuGroup,
  target: DomainType,
): Kfn<Errno> {
  lockdep_assert_held(group);
  const old_dom = yield* load(group, 'default_domain');
  // probe_alloc_default_domain() of v6.1 leaves a default domain alone, but attaches it to all.
  if (old_dom && !k.sw.default_domain_setup) return yield* k.__iommu_group_dma_attach(group);
  const req_type = yield* k.iommu_get_default_domain_type(group, target);
  const dom = yield* k.iommu_group_alloc_default_domain(group, req_type);
  if (old_dom === dom) return 0;

  yield* store(group, 'default_domain', dom);
  event('default-domain-set', { group, domain: dom });
  const ret = yield* k.__iommu_group_set_domain(group, dom);
  if (ret) {
    if (old_dom) {
      yield* free(dom);
      yield* store(group, 'default_domain', old_dom);
    }
    return ret;
  }
  if (old_dom) yield* free(old_dom);
  return 0;
}

/**
 * Attach every member to @domain.
 *
 * Models __iommu_group_set_domain_internal() of v7.2. ABSTRACTED: attach never fails.
 */
export function* __iommu_group_set_domain(
  k: Kernel,
  group: IommuGroup,
  domain: IommuDomain,
): Kfn<Errno> {
  lockdep_assert_held(group);
  if ((yield* load(group, 'domain')) === domain) return 0;
  // INVARIANT: every member moves, or none.
  for (const gdev of yield* load(group, 'devices')) {
    const dev = yield* load(gdev, 'dev');
    const ret = yield* k.__iommu_device_set_domain(dev, domain);
    if (ret) return ret;
  }
  yield* store(group, 'domain', domain);
  return 0;
}

/** Models __iommu_group_dma_attach() of v6.1: every member once more, whoever owns the group. */
export function* __iommu_group_dma_attach(k: Kernel, group: IommuGroup): Kfn<Errno> {
  lockdep_assert_held(group);
  const domain = yield* load(group, 'default_domain');
  for (const gdev of yield* load(group, 'devices')) {
    const dev = yield* load(gdev, 'dev');
    if (domain) yield* k.__iommu_device_set_domain(dev, domain);
  }
  return 0;
}

/** Models __iommu_device_set_domain() of v7.2: the driver reads the domain and dev->iommu. */
export function* __iommu_device_set_domain(
  k: Kernel,
  dev: Device,
  domain: IommuDomain,
): Kfn<Errno> {
  yield* k.dev_iommu_fwspec_get(dev);
  yield* load(domain, 'type');
  return 0;
}

/** The end of iommu_deinit_device() of v7.2 for the last device. */
export function* iommu_deinit_device__domains(_k: Kernel, group: IommuGroup): Kfn<void> {
  const default_domain = yield* load(group, 'default_domain');
  if (default_domain) {
    yield* free(default_domain);
    yield* store(group, 'default_domain', null);
  }
  const blocking_domain = yield* load(group, 'blocking_domain');
  if (blocking_domain) {
    yield* free(blocking_domain);
    yield* store(group, 'blocking_domain', null);
  }
  yield* store(group, 'domain', null);
}

/**
 * A driver is about to use the DMA API.
 *
 * Models iommu_device_use_default_domain() of v7.2.
 * WINDOW: dev->iommu_group is read without a lock, and NULL is taken to mean "no IOMMU"; since
 * v6.6 no reference keeps the group.
 */
export function* iommu_device_use_default_domain(k: Kernel, dev: Device): Kfn<Errno> {
  const group = k.sw.probe_tests_group
    ? yield* load(dev, 'iommu_group')
    : yield* k.iommu_group_get(dev);
  if (!group) {
    event('use-default-domain', { dev, errno: 0, group: null });
    return 0;
  }
  yield* mutex_lock(group);
  const ret = yield* k.iommu_device_use_default_domain__locked(group);
  event('use-default-domain', { dev, errno: ret, group });
  yield* mutex_unlock(group);
  if (!k.sw.probe_tests_group) yield* k.iommu_group_put(group);
  return ret;
}

/** The part of iommu_device_use_default_domain() of v7.2 under group->mutex. */
export function* iommu_device_use_default_domain__locked(k: Kernel, group: IommuGroup): Kfn<Errno> {
  lockdep_assert_held(group);
  const default_domain = yield* load(group, 'default_domain');
  if (k.sw.use_default_domain_defers && !default_domain) return -EPROBE_DEFER;
  const owner_cnt = yield* load(group, 'owner_cnt');
  if (owner_cnt) {
    if ((yield* load(group, 'domain')) !== default_domain) return -EBUSY;
    if (yield* load(group, 'owner')) return -EBUSY;
  }
  yield* store(group, 'owner_cnt', owner_cnt + 1);
  return 0;
}

/**
 * A driver that manages DMA itself claims the group, which gets a domain that blocks DMA.
 *
 * Models iommu_device_claim_dma_owner() and __iommu_take_dma_ownership() of v7.2.
 * WINDOW: a group whose default domain is still to come is claimed, too.
 */
export function* iommu_device_claim_dma_owner(k: Kernel, dev: Device, owner: string): Kfn<Errno> {
  const group = yield* load(dev, 'iommu_group');
  if (!group) return -ENODEV;
  yield* mutex_lock(group);
  const ret = yield* k.__iommu_take_dma_ownership(dev, group, owner);
  event('dma-owner', { dev, errno: ret, group });
  yield* mutex_unlock(group);
  return ret;
}

/** The part of iommu_device_claim_dma_owner() of v7.2 under group->mutex. */
export function* __iommu_take_dma_ownership(
  k: Kernel,
  dev: Device,
  group: IommuGroup,
  owner: string,
): Kfn<Errno> {
  lockdep_assert_held(group);
  if (yield* load(group, 'owner_cnt')) return -EPERM;
  const domain = yield* load(group, 'domain');
  if (domain && domain !== (yield* load(group, 'default_domain'))) return -EBUSY;
  const blocking = yield* alloc(iommu_domain, group, 'blocking_domain');
  yield* store(blocking, 'type', 'BLOCKED');
  yield* store(group, 'blocking_domain', blocking);
  yield* k.__iommu_group_set_domain(group, blocking);
  yield* store(group, 'owner', `${owner} of ${dev.name}`);
  yield* store(group, 'owner_cnt', 1);
  return 0;
}

/** Models iommu_device_unuse_default_domain() of v7.2. */
export function* iommu_device_unuse_default_domain(_k: Kernel, dev: Device): Kfn<void> {
  const group = yield* load(dev, 'iommu_group');
  if (!group) return;
  yield* mutex_lock(group);
  const owner_cnt = yield* load(group, 'owner_cnt');
  if (!WARN_ON(owner_cnt === 0, 'unuse_default_domain: owner_cnt is 0')) {
    yield* store(group, 'owner_cnt', owner_cnt - 1);
  }
  yield* mutex_unlock(group);
}
