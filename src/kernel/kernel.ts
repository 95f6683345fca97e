// SPDX-License-Identifier: GPL-2.0-only
// The assembled kernel `k`: one revision's functions, bound, with the globals of one scene.
import { Ida } from '#env/ida';
import { framed, Handle, type Kfn, type Lock, type Value } from '#env/op';
import { Work } from '#env/workqueue';
import { type Functions, functions } from './functions.ts';
import type { Switches } from './switches.ts';
import {
  Bus,
  type BusTypeName,
  type Device,
  type DomainType,
  type Driver,
  type IommuDevice,
  type IommuOps,
} from './types.ts';

/** Constants of a run: configuration and command line. */
export interface Config {
  /** CONFIG_MODULES */
  readonly modules: boolean;
  /** fw_devlink.strict=1 */
  readonly strict_devlink: boolean;
  /** driver_async_probe=* */
  readonly async_probe: boolean;
  /** iommu_def_domain_type: DMA_FQ with iommu.strict=0 */
  readonly def_domain_type: DomainType;
  /** Whether IOMMUs can queue flushes, so that DMA_FQ stays DMA_FQ. */
  readonly flush_queue: boolean;
  /** The bit-field flags of struct device are modelled as the one word that they share. */
  readonly flags_word: boolean;
  /** CPUs come online. */
  readonly cpu_hotplug: boolean;
  /** Some PCI function has ACS. */
  readonly acs: boolean;
}

export const defaultConfig: Config = {
  modules: true,
  strict_devlink: false,
  async_probe: false,
  def_domain_type: 'DMA',
  flush_queue: true,
  flags_word: false,
  cpu_hotplug: false,
  acs: false,
};

interface DeferredFields {
  pending: readonly Device[];
  active: readonly Device[];
  enable: boolean;
  initcalls_done: boolean;
  timeout: number;
}

interface PciFields {
  /** pci_request_acs() was called. */
  acs_enable: boolean;
}

interface IommuListFields {
  list: readonly IommuDevice[];
}

/** The globals of the kernel: locks, lists, buses. */
export interface Globals {
  readonly config: Config;
  readonly sw: Readonly<Switches>;
  readonly iommu_probe_device_lock: Lock;
  readonly iommu_device_lock: Lock;
  readonly iommu_device_list: Handle<IommuListFields>;
  readonly iommu_group_ida: Ida;
  readonly iommu_buses: readonly Bus[];
  readonly deferred_probe_mutex: Lock;
  readonly deferred: Handle<DeferredFields>;
  readonly deferred_probe_work: Work;
  readonly device_links_lock: Lock;
  readonly dmar_global_lock: Lock;
  readonly cpuhp_state_mutex: Lock;
  readonly pci: Handle<PciFields>;
  /** The instance that firmware calls `node`. */
  instance(node: string): IommuDevice;
  ops_of(iommu: IommuDevice): IommuOps;
  /** The device that would supply the fwnode; null if no device stands for it. */
  supplier_of(fwnode: string): Device | null;
  /** The other devices that a group would be shared with, in bus order. */
  group_sharers(dev: Device): readonly Device[];
  /** The bridge whose requester id the device uses; null if it has its own. */
  alias_of(dev: Device): Device | null;
  /** The devices that have a driver, in the order of the world. */
  probed_devices(): readonly Device[];
  driver_allows_async_probing(drv: Driver): boolean;
}

type Unbound<F> = F extends (k: Kernel, ...args: infer A) => Kfn<infer T>
  ? (...args: A) => Kfn<T>
  : never;

/** The functions of a revision with `k` filled in: `yield* k.iommu_probe_device(dev, by)`. */
type Bound = { readonly [N in keyof Functions]: Unbound<Functions[N]> };

export type Kernel = Globals & Bound;

/** What a commit may change: the switches, and the functions (replaced or wrapped). */
export interface Draft {
  readonly sw: Switches;
  readonly fns: { -readonly [N in keyof Functions]: Functions[N] };
}

/** A draft of the base functions with @sw. */
export function newDraft(sw: Switches): Draft {
  return { sw: { ...sw }, fns: { ...functions } };
}

type AnyFn = (k: Kernel, ...args: unknown[]) => Kfn<Value | void>;

/**
 * Bind the functions of @draft to the globals of one scene. Each call becomes a frame, and goes
 * through the table, so that a commit's override takes effect everywhere.
 */
export function assemble(draft: Draft, globals: Globals): Kernel {
  const k: Record<string, unknown> = { ...globals };
  for (const [name, fn] of Object.entries(draft.fns)) {
    const call = (...args: unknown[]) => (fn as unknown as AnyFn)(k as unknown as Kernel, ...args);
    k[name] = framed(name, call);
  }
  return k as unknown as Kernel;
}

const BUS_ORDER: readonly BusTypeName[] = ['platform', 'pci', 'amba', 'cdx'];

/**
 * Fresh globals: Handles only, all state is in the machine.
 * ABSTRACTED: a bus of the array that has no device in this scene is not walked.
 */
export function newGlobals(
  config: Config,
  sw: Readonly<Switches>,
  lookups: Pick<
    Globals,
    'instance' | 'ops_of' | 'supplier_of' | 'group_sharers' | 'alias_of' | 'probed_devices'
  >,
  buses: readonly BusTypeName[] = BUS_ORDER,
): Globals {
  return {
    ...lookups,
    config,
    sw,
    iommu_probe_device_lock: new Handle('mutex', 'iommu_probe_device_lock'),
    iommu_device_lock: new Handle('spinlock', 'iommu_device_lock'),
    iommu_device_list: new Handle<IommuListFields>('list_head', 'iommu_device_list'),
    iommu_group_ida: new Ida('iommu_group_ida'),
    iommu_buses: BUS_ORDER.filter((name) => buses.includes(name)).map((name) => new Bus(name)),
    deferred_probe_mutex: new Handle('mutex', 'deferred_probe_mutex'),
    deferred: new Handle<DeferredFields>('deferred_probe', 'deferred_probe'),
    deferred_probe_work: new Work('deferred_probe_work'),
    device_links_lock: new Handle('mutex', 'device_links_lock'),
    dmar_global_lock: new Handle('rw_semaphore', 'dmar_global_lock'),
    cpuhp_state_mutex: new Handle('mutex', 'cpuhp_state_mutex'),
    pci: new Handle<PciFields>('pci', 'pci'),
    driver_allows_async_probing: (drv) => drv.async || config.async_probe,
  };
}
