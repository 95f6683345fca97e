// SPDX-License-Identifier: GPL-2.0-only
// What our three proposals share: the probe says that it calls, instead of being guessed at.
//
// Since v6.15 one function parses firmware for two callers: a driver that binds, and the per-device
// probe of the IOMMU core (walk, notifier). of_iommu_configure() and iommu_fwspec_init() tell them
// apart by dev->iommu: there is one, so this must be the probe. It need not be: another specifier
// of the same bind has made it (C13), or another thread is probing (C14).
//
// Here the probe calls the firmware half of bus->dma_configure directly and says so (`inside`),
// and the driver half, which reads dev->driver, is left to those who bind. In the kernel that is
// one more bus operation, or a flag of dma_configure.
import {
  ENODEV,
  EPROBE_DEFER,
  frame,
  type Handle,
  type Kfn,
  load,
  mutex_lock,
  mutex_unlock,
  READ_ONCE,
  event as report,
  store,
} from 'racewindow/env';
import {
  type Commit,
  type DevIommu,
  type Device,
  type Draft,
  defineCommit,
  event,
  type Kernel,
} from 'racewindow/kernel';

/** Which of the proposals are in force. */
export interface Proposal {
  /** C13: only the probe itself gets past an instance that is not ready. */
  readonly readyPerInstance: boolean;
  /** C14: a bind waits while a probe of its device is in progress. */
  readonly deferInFlight: boolean;
  /** C10: the probe leaves a device alone only once its bind has settled for no IOMMU. */
  readonly skipDecidedOnly: boolean;
}

/** The fields that the proposals add. */
interface Added {
  /** dev->iommu: contexts that have dropped the lock in iommu_init_device(). */
  probing: number;
  /** dev: the driver now bound, or binding, goes on without IOMMU. */
  dma_settled: boolean;
}

/** Any object, by the fields that the proposals add to it. */
function added<H extends object>(obj: H): H & Handle<Added> {
  return obj as H & Handle<Added>;
}

function* probing(param: DevIommu): Kfn<number> {
  return (yield* load(added(param), 'probing')) ?? 0;
}

/** A bind that has to wait: with C14, where a probe of its device is in progress. */
function* mustWait(p: Proposal, dev: Device): Kfn<boolean> {
  if (!p.deferInFlight) return false;
  const param = yield* load(dev, 'iommu');
  return param !== null && (yield* probing(param)) > 0;
}

/** A bind has found no IOMMU to wait for, and goes on: under iommu_probe_device_lock. */
function* settle(p: Proposal, dev: Device, err: number): Kfn<void> {
  if (p.skipDecidedOnly && err && err !== -EPROBE_DEFER) {
    yield* store(added(dev), 'dma_settled', true);
  }
}

/** of_iommu_configure() and acpi_iommu_configure_id() for a driver that binds. */
function* configure_for_bind(k: Kernel, p: Proposal, dev: Device): Kfn<number> {
  yield* mutex_lock(k.iommu_probe_device_lock);
  if (yield* mustWait(p, dev)) {
    report('deferred-in-flight', dev);
    yield* mutex_unlock(k.iommu_probe_device_lock);
    return -EPROBE_DEFER;
  }
  if (yield* k.dev_iommu_fwspec_get(dev)) {
    event('fwspec-found', { dev });
    yield* mutex_unlock(k.iommu_probe_device_lock);
    return 0;
  }
  const present = (yield* load(dev, 'iommu')) !== null;
  const err = yield* parse(k, p, dev, false);
  // On ACPI, too: else half a fwspec stays, and the next try takes it for a whole one.
  if (err && present) yield* k.iommu_fwspec_free(dev);
  else if (err && (yield* load(dev, 'iommu'))) yield* k.dev_iommu_free(dev);
  yield* settle(p, dev, err);
  yield* mutex_unlock(k.iommu_probe_device_lock);
  if (err || present || dev.firmware !== 'dt') return err;
  event('replay-begin', { dev });
  const ret = yield* k.iommu_probe_device(dev, 'replay');
  event('replay-end', { dev, errno: ret });
  return ret;
}

/** The same for the per-device probe, whose caller has dropped the lock for it. */
function* configure_for_probe(k: Kernel, p: Proposal, dev: Device): Kfn<number> {
  yield* mutex_lock(k.iommu_probe_device_lock);
  let err = 0;
  if (!(yield* k.dev_iommu_fwspec_get(dev))) {
    err = yield* parse(k, p, dev, true);
    if (err) yield* k.iommu_fwspec_free(dev);
  }
  yield* mutex_unlock(k.iommu_probe_device_lock);
  return err;
}

/** All specifiers up to the first error. */
function* parse(k: Kernel, p: Proposal, dev: Device, inside: boolean): Kfn<number> {
  let err = -ENODEV;
  if (dev.firmware === 'dt' && dev.bus.bus === 'pci') yield* k.pci_request_acs();
  for (const { fwnode, ids } of dev.specifiers) {
    err = yield* fwspec_init(k, p, dev, fwnode, inside);
    // Stands for of_iommu_xlate() and iort_iommu_xlate(): the driver adds the ids.
    if (!err) err = yield* k.iommu_fwspec_add_ids(dev, ids);
    if (err) break;
  }
  return err;
}

/**
 * iommu_fwspec_init(), told who calls. One look-up decides, for the list of instances grows under
 * a lock of its own: to ask all instances first and then build the fwspec leaves C13 open, for one
 * that was absent when asked may be listed, and not ready, a moment later.
 */
function* fwspec_init(
  k: Kernel,
  p: Proposal,
  dev: Device,
  fwnode: string,
  inside: boolean,
): Kfn<number> {
  if (!p.readyPerInstance || inside) return yield* k.iommu_fwspec_init(dev, fwnode);
  const iommu = yield* k.iommu_from_fwnode(fwnode);
  if (!iommu) return yield* k.driver_deferred_probe_check_state(dev);
  if (!(yield* READ_ONCE(iommu, 'ready'))) {
    event('not-ready-deferred', { dev, instance: iommu });
    return -EPROBE_DEFER;
  }
  return yield* k.iommu_fwspec_init(dev, fwnode);
}

/** A proposal as a commit on 7.2; @about: what is its own. */
export function proposal(
  about: Pick<Commit, 'sha' | 'subject' | 'fixes'>,
  inForce: Proposal,
): Commit {
  return defineCommit({
    ...about,
    landed: 'proposal',
    link: null,
    requires: ['da33e87bd2bf', '0c8e9c148e29'],
    conflicts: [],
    apply: (draft) => applyProposal(draft, inForce),
  });
}

/** Put the proposals into @draft. */
function applyProposal(draft: Draft, p: Proposal): void {
  draft.fns.of_iommu_configure = (k, dev) => configure_for_bind(k, p, dev);
  draft.fns.acpi_iommu_configure_id = (k, dev) => configure_for_bind(k, p, dev);
  draft.fns.iommu_init_device__configure = initConfigure(draft, p);
  draft.fns.__iommu_probe_device = probeDevice(p);
  if (p.deferInFlight) draft.fns.iommu_init_device__failed = initFailed(draft);
  if (p.skipDecidedOnly) {
    const { device_unbind_cleanup } = draft.fns;
    draft.fns.device_unbind_cleanup = function* (k, dev) {
      yield* store(added(dev), 'dma_settled', false);
      yield* device_unbind_cleanup(k, dev);
    };
  }
}

/** Where somebody else's business begins: a driver is set, or (C10) has settled for no IOMMU. */
function* isTaken(p: Proposal, dev: Device): Kfn<boolean> {
  if (p.skipDecidedOnly) return (yield* load(added(dev), 'dma_settled')) === true;
  return (yield* load(dev, 'driver')) !== null;
}

/** iommu_init_device__configure() with the firmware half of dma_configure alone. */
function initConfigure(draft: Draft, p: Proposal): Draft['fns']['iommu_init_device__configure'] {
  const { of_dma_configure, acpi_dma_configure } = draft.fns;
  return function* (k, dev, by) {
    const param = yield* load(dev, 'iommu');
    if (!param || (yield* load(param, 'fwspec'))) return 0;
    if (yield* isTaken(p, dev)) {
      event('configure-skipped', { dev, by });
      return 0;
    }
    const inside = {
      ...k,
      of_iommu_configure: (d: Device) => configure_for_probe(k, p, d),
      acpi_iommu_configure_id: (d: Device) => configure_for_probe(k, p, d),
    };
    const configure = dev.firmware === 'dt' ? of_dma_configure : acpi_dma_configure;
    yield* store(added(param), 'probing', (yield* probing(param)) + 1);
    yield* mutex_unlock(k.iommu_probe_device_lock);
    event('configure-begin', { dev, by });
    yield* frame('model__firmware_dma_configure', [dev], () => configure(inside, dev));
    if (dev.bus.bus === 'pci' && k.sw.acs_after_configure) yield* k.pci_enable_acs(dev);
    yield* mutex_lock(k.iommu_probe_device_lock);

    // As in v7.2, give up where another one has finished the device or torn it down.
    if ((yield* load(dev, 'iommu')) !== param) return -ENODEV;
    yield* store(added(param), 'probing', (yield* probing(param)) - 1);
    return (yield* load(dev, 'iommu_group')) ? -ENODEV : 0;
  };
}

/**
 * __iommu_probe_device() that warns only of a driver which was there when the probe began: with
 * C14 one that comes later waits, and is as yet no driver that anything has been kept from.
 */
function probeDevice(p: Proposal): Draft['fns']['__iommu_probe_device'] {
  return function* (k, dev, groups, by, walker) {
    const probed = yield* load(dev, 'iommu_group');
    if (by === 'walk') event('walk-visit', { dev, instance: walker });
    if (probed) return 0;

    const late = !p.deferInFlight || by === 'replay' || (yield* isTaken(p, dev));
    event('init-begin', { dev, by });
    const ret = yield* k.iommu_init_device(dev, by);
    event('init-end', { dev, by, errno: ret });
    if (ret) return ret;
    if (late && (yield* load(dev, 'driver'))) event('late-warn', { dev, by });
    return yield* k.__iommu_probe_device__join(dev, groups);
  };
}

/** iommu_init_device__failed() leaves dev->iommu to those who still probe with it (C15). */
function initFailed(draft: Draft): Draft['fns']['iommu_init_device__failed'] {
  const { iommu_init_device__failed } = draft.fns;
  return function* (k, dev, ret) {
    const param = yield* load(dev, 'iommu');
    if (!param || (yield* probing(param)) === 0)
      return yield* iommu_init_device__failed(k, dev, ret);
    yield* store(param, 'iommu_dev', null);
    return ret;
  };
}
