// SPDX-License-Identifier: GPL-2.0-only
// What would close windows that nothing in the history closes, and what would open one: for tests.
import { ENODEV, EPROBE_DEFER } from '#env/errno';
import { list_add_tail } from '#env/list';
import { load, store, WRITE_ONCE } from '#env/op';
import { event } from '#kernel/event';
import { type Commit, type Draft, defineCommit } from '#kernel/index';

function fix(sha: string, subject: string, apply: (draft: Draft) => void): Commit {
  const rest = { landed: 'test', fixes: [], link: null, requires: [], conflicts: [] };
  return defineCommit({ sha, subject, ...rest, apply });
}

/** C17: hand the error on. */
export const cdxReturns = fix('cdx-returns', 'cdx: Return the error', (draft) => {
  draft.fns.cdx_dma_configure = function* (k, dev) {
    return yield* k.model__dma_configure_as(k.sw.cdx_driver_read, dev);
  };
});

/** C23: what deferred_trigger_count makes up for. */
export const noTriggerCount = fix('no-count', 'driver core: No trigger count', (draft) => {
  draft.fns.driver_probe_device = function* (k, drv, dev) {
    const ret = yield* k.__driver_probe_device(drv, dev);
    if (ret === -EPROBE_DEFER || ret === EPROBE_DEFER) yield* k.driver_deferred_probe_add(dev);
    return ret;
  };
});

/** C24: READY is stored right behind the group, and read without the probe lock. */
export const readyBehindGroup = fix('ready-behind', 'iommu: READY behind the group', (draft) => {
  const { __iommu_probe_device__join } = draft.fns;
  draft.sw.configure_locked = false;
  draft.fns.__iommu_probe_device__join = function* (k, dev, groups) {
    const param = yield* load(dev, 'iommu');
    const iommu = param && (yield* load(param, 'iommu_dev'));
    if (groups && iommu) yield* WRITE_ONCE(iommu, 'ready', true);
    return yield* __iommu_probe_device__join(k, dev, groups);
  };
});

/** C24 before there was READY: the instance is listed without the lock of the list. */
export const listedUnlocked = fix('list-unlocked', 'iommu: List without lock', (draft) => {
  draft.fns.iommu_device_register = function* (k, iommu, ops, hwdev) {
    yield* store(iommu, 'ops', ops);
    if (hwdev) yield* store(iommu, 'fwnode', iommu.node);
    yield* list_add_tail(k.iommu_device_list, 'list', iommu);
    event('instance-listed', { instance: iommu });
    for (const bus of k.iommu_buses) yield* k.iommu_device_register__bus(bus, iommu, ops);
    event('register-end', { instance: iommu, errno: 0 });
    return 0;
  };
});

/** C21: of_iommu_xlate() tests what it has looked up. */
export const opsTested = fix('ops-tested', 'iommu/of: Test the ops', (draft) => {
  draft.fns.of_iommu_xlate = function* (k, dev, spec) {
    const ret = yield* k.iommu_fwspec_init(dev, spec.fwnode);
    if (ret) return ret;
    const ops = yield* k.iommu_ops_from_fwnode(spec.fwnode);
    return ops ? yield* ops.of_xlate(k, dev, spec) : -ENODEV;
  };
});
