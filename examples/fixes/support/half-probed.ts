// SPDX-License-Identifier: GPL-2.0-only
// The series against devices that are met half probed, as changes of the model; step by step.
//
// hold: iommu_init_device() keeps iommu_probe_device_lock while it parses firmware, and whoever
//   binds takes the lock to read dev->iommu_group: nobody meets a device that is probed half way.
//   Who is called from iommu_init_device() is known by the task that is in it.
// split: what a bus does for a driver, claiming the device for the DMA API, is another operation
//   than dma_configure, which is called before dev->driver is set: so a driver that is set means
//   what the walk takes it for.
// ready: nobody but iommu_init_device() gets past an IOMMU that is not ready, and on ACPI nothing
//   of a fwspec is left by an error.
import {
  EINVAL,
  ENOMEM,
  EPROBE_DEFER,
  type Kfn,
  load,
  lockdep_assert_held,
  mutex_lock,
  mutex_unlock,
  READ_ONCE,
} from 'racewindow/env';
import {
  assemble,
  type Commit,
  type Draft,
  defineCommit,
  event,
  type Kernel,
} from 'racewindow/kernel';

/** How much of the series is there: each step stands on those before it. */
export type Steps = 'hold' | 'hold+split' | 'hold+split+ready';

/** The series up to @steps, as a commit on 7.2. */
export function halfProbed(about: Pick<Commit, 'sha' | 'subject'>, steps: Steps): Commit {
  return defineCommit({
    ...about,
    fixes: ['bcb81ac6ae3c'],
    landed: 'proposal',
    link: null,
    requires: ['0c8e9c148e29', ...(steps === 'hold+split+ready' ? ['da33e87bd2bf'] : [])],
    conflicts: [],
    apply: (draft) => {
      hold(draft, steps);
      if (steps !== 'hold') split(draft);
      if (steps === 'hold+split+ready') ready(draft);
    },
  });
}

/** Stands for `iommu_init_task == current`: what runs inside goes on with a kernel of its own. */
const inInit = Symbol('iommu_init_task');
type Marked = Kernel & { readonly [inInit]?: true };
const isInit = (k: Kernel): boolean => (k as Marked)[inInit] === true;

/** The first patch: the lock is kept, and a bind takes it before it looks for its group. */
function hold(draft: Draft, steps: Steps): void {
  const { fns } = draft;
  const { model__configure_lock, model__configure_unlock, model__replay } = fns;
  const { iommu_device_use_default_domain } = fns;
  const made = new WeakMap<Kernel, Kernel>();
  const inside = (k: Kernel): Kernel => {
    const kernel = made.get(k) ?? assemble(draft, { ...k, [inInit]: true } as Marked);
    made.set(k, kernel);
    return kernel;
  };

  fns.model__configure_lock = function* (k) {
    if (!isInit(k)) yield* model__configure_lock(k);
  };
  fns.model__configure_unlock = function* (k) {
    if (!isInit(k)) yield* model__configure_unlock(k);
  };
  fns.model__replay = function* (k, dev) {
    return isInit(k) ? 0 : yield* model__replay(k, dev);
  };

  fns.iommu_init_device__configure = function* (k, dev, by) {
    if (yield* k.dev_iommu_fwspec_get(dev)) return 0;
    if (yield* load(dev, 'driver')) {
      event('configure-skipped', { dev, by });
      return 0;
    }
    event('configure-begin', { dev, by });
    yield* inside(k).model__dma_configure(dev);
    return 0;
  };

  fns.iommu_device_use_default_domain = function* (k, dev) {
    if (isInit(k)) return 0;
    // Who has not seen dev->driver may be probing the device still; who comes later sees it.
    yield* mutex_lock(k.iommu_probe_device_lock);
    const group = yield* load(dev, 'iommu_group');
    yield* mutex_unlock(k.iommu_probe_device_lock);
    if (group) return yield* iommu_device_use_default_domain(k, dev);
    event('use-default-domain', { dev, errno: 0, group: null });
    return 0;
  };

  fns.__iommu_probe_device = function* (k, dev, groups, by, walker) {
    lockdep_assert_held(k.iommu_probe_device_lock);
    const probed = yield* load(dev, 'iommu_group');
    if (by === 'walk') event('walk-visit', { dev, instance: walker });
    if (probed) return 0;
    // With `split` the driver of a replay is not set yet: links.status says that it binds.
    const binds = steps !== 'hold' && by === 'replay';
    const late = binds || (yield* load(dev, 'driver')) !== null;
    event('init-begin', { dev, by });
    const ret = yield* k.iommu_init_device(dev, by);
    event('init-end', { dev, by, errno: ret });
    if (ret) return ret;
    if (late) event('late-warn', { dev, by });
    return yield* k.__iommu_probe_device__join(dev, groups);
  };
}

/** The second patch: firmware first, then dev->driver, then the claim. */
function split({ fns }: Draft): void {
  fns.platform_dma_configure = (k, dev) => k.model__firmware_dma_configure(dev);
  fns.pci_dma_configure = (k, dev) => k.model__firmware_dma_configure(dev);
  fns.amba_dma_configure = (k, dev) => k.model__firmware_dma_configure(dev);
  fns.cdx_dma_configure = (k, dev) => k.model__firmware_dma_configure(dev);

  fns.really_probe = function* (k, dev, drv) {
    lockdep_assert_held(dev);
    const link_ret = yield* k.device_links_check_suppliers(dev);
    if (link_ret === -EPROBE_DEFER) return link_ret;
    let ret = yield* k.model__dma_configure(dev);
    if (ret) {
      yield* k.device_links_no_driver(dev);
      if (ret !== -EPROBE_DEFER) event('probe-failed', { dev, errno: ret });
      return ret;
    }
    yield* k.device_set_driver(dev, drv);
    event('driver-set', { dev });
    // bus->dma_claim()
    if (!drv.managed_dma) ret = yield* k.iommu_device_use_default_domain(dev);
    if (ret) {
      yield* k.really_probe__failed(dev, ret);
      return ret;
    }
    ret = -(yield* k.call_driver_probe(dev, drv));
    if (ret) {
      yield* k.model__dma_cleanup(dev, drv);
      yield* k.really_probe__failed(dev, -ret);
      return ret;
    }
    yield* k.driver_bound(dev);
    return 0;
  };
}

/** The third patch: only iommu_init_device() gets past an IOMMU that is not ready. */
function ready({ fns }: Draft): void {
  fns.iommu_fwspec_init = function* (k, dev, fwnode): Kfn<number> {
    lockdep_assert_held(k.iommu_probe_device_lock);
    const iommu = yield* k.iommu_from_fwnode(fwnode);
    const fwspec = yield* k.dev_iommu_fwspec_get(dev);
    if (!iommu) return yield* k.driver_deferred_probe_check_state(dev);
    if (!isInit(k) && !(yield* READ_ONCE(iommu, 'ready'))) {
      event('not-ready-deferred', { dev, instance: iommu });
      return -EPROBE_DEFER;
    }
    if (fwspec) {
      const ops = yield* load(iommu, 'ops');
      return ops === (yield* k.iommu_fwspec_ops(fwspec)) ? 0 : -EINVAL;
    }
    if (!(yield* k.dev_iommu_get(dev))) return -ENOMEM;
    yield* k.iommu_fwspec_init__publish(dev, fwnode, null);
    event('fwspec-built', { dev, instance: iommu });
    return 0;
  };

  fns.acpi_iommu_configure_id = function* (k, dev) {
    yield* k.model__configure_lock();
    if (yield* k.dev_iommu_fwspec_get(dev)) {
      event('fwspec-found', { dev });
      yield* k.model__configure_unlock();
      return 0;
    }
    let err = yield* k.iort_iommu_configure_id(dev);
    if (err && err !== -EPROBE_DEFER) err = yield* k.rimt_iommu_configure_id(dev);
    if (err && err !== -EPROBE_DEFER) err = yield* k.viot_iommu_configure(dev);
    if (err) yield* k.iommu_fwspec_free(dev);
    yield* k.model__configure_unlock();
    return err;
  };
}
