// SPDX-License-Identifier: GPL-2.0-only
// Ten faults seeded in the model: slips that a reader of the kernel may make. conform catches each.

import { ENODEV, EPROBE_DEFER } from '#env/errno';
import { load, store } from '#env/op';
import { event } from '#kernel/event';
import type { Draft } from '#kernel/kernel';

/** A fault, and a world in which the kernel's own C shows it. */
export interface Seed {
  readonly name: string;
  readonly world: string;
  apply(draft: Draft): void;
}

export const seeds: readonly Seed[] = [
  {
    name: 'an instance that is registering counts as ready for everybody',
    world: 'two-drivers',
    apply(draft) {
      const { iommu_fwspec_init } = draft.fns;
      draft.fns.iommu_fwspec_init = function* (k, dev, fwnode) {
        const iommu = yield* k.iommu_from_fwnode(fwnode);
        if (iommu) yield* store(iommu, 'ready', true);
        return yield* iommu_fwspec_init(k, dev, fwnode);
      };
    },
  },
  {
    name: 'the replay is forgotten',
    world: 'two-drivers',
    apply(draft) {
      draft.fns.model__replay = function* () {
        return 0;
      };
    },
  },
  {
    name: 'a client that is deferred is not tried again',
    world: 'two-drivers',
    apply(draft) {
      draft.fns.driver_deferred_probe_trigger = function* () {};
    },
  },
  {
    name: 'a device that a driver is set for is configured by the walk all the same',
    world: 'two-drivers',
    apply(draft) {
      const { iommu_init_device__configure } = draft.fns;
      draft.fns.iommu_init_device__configure = function* (k, dev, by) {
        if ((yield* load(dev, 'driver')) && !(yield* k.dev_iommu_fwspec_get(dev))) {
          event('configure-begin', { dev, by });
          return 0;
        }
        return yield* iommu_init_device__configure(k, dev, by);
      };
    },
  },
  {
    name: 'an instance that is not there is no reason to wait',
    world: 'two-drivers',
    apply(draft) {
      const { iommu_fwspec_init } = draft.fns;
      draft.fns.iommu_fwspec_init = function* (k, dev, fwnode) {
        const err = yield* iommu_fwspec_init(k, dev, fwnode);
        return err === -EPROBE_DEFER ? -ENODEV : err;
      };
    },
  },
  {
    name: 'a walk that has probed nobody fails',
    world: 'two-drivers',
    apply(draft) {
      const { iommu_device_register } = draft.fns;
      draft.fns.iommu_device_register = function* (k, iommu, ops, hwdev) {
        const err = yield* iommu_device_register(k, iommu, ops, hwdev);
        return err || -EPROBE_DEFER;
      };
    },
  },
  {
    name: 'the driver is set after dma_configure',
    world: 'two-drivers',
    apply(draft) {
      const { model__dma_configure, device_set_driver } = draft.fns;
      draft.fns.model__dma_configure = function* (k, dev) {
        const drv = yield* load(dev, 'driver');
        yield* device_set_driver(k, dev, null);
        const err = yield* model__dma_configure(k, dev);
        yield* device_set_driver(k, dev, drv);
        return err;
      };
    },
  },
  {
    name: 'all clients of an instance share a group',
    world: 'bystanders',
    apply(draft) {
      draft.fns.generic_device_group = function* (k, dev) {
        return yield* k.generic_single_device_group(dev);
      };
    },
  },
  {
    name: 'the bus notifier does nothing',
    world: 'device-add',
    apply(draft) {
      draft.fns.iommu_bus_notifier = function* () {};
    },
  },
  {
    name: 'a device with two IOMMUs stops at its first',
    world: 'two-specifiers',
    apply(draft) {
      draft.fns.of_iommu_configure_device = function* (k, dev) {
        return yield* k.of_iommu_xlate(dev, dev.specifiers[0]!);
      };
    },
  },
];
