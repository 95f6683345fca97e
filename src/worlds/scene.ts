// SPDX-License-Identifier: GPL-2.0-only
// A world and a revision make a scene: handles, initial values, threads.
import { must, unreachable } from '#base/assert';
import { Handle, type ThreadBody, type Value } from '#env/op';
import { deferred_probe_worker } from '../kernel/base/deferred-work.ts';
import { strict_suppliers } from '../kernel/base/links.ts';
import { byOwnTable, family_ops } from '../kernel/iommu/drivers.ts';
import {
  assemble,
  type Config,
  type Draft,
  defaultConfig,
  type Kernel,
  newGlobals,
} from '../kernel/kernel.ts';
import { draftOf, type Revision } from '../kernel/revisions.ts';
import type { Switches } from '../kernel/switches.ts';
import {
  type Bus,
  type DevIommu,
  Device,
  type DeviceLink,
  Driver,
  IommuDevice,
  type IommuFwspec,
} from '../kernel/types.ts';
import { readOf, type SwitchRead, watched } from './switches-read.ts';
import type { World, WorldDevice, WorldThread } from './world.ts';

/** A scene without its rules, and the handles that rules need. */
export interface BuiltScene {
  readonly name: string;
  readonly init: readonly (readonly [Handle, string, Value])[];
  readonly threads: readonly ThreadBody[];
  readonly k: Kernel;
  /** As far as the kernel has it: without devices on a bus that came later. */
  readonly world: World;
  readonly revision: Revision;
  /** The switches of the kernel that have been read so far, with their values. */
  readonly switches: () => readonly SwitchRead[];
  /** By name, in bus-list order. */
  readonly devices: ReadonlyMap<string, Device>;
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly instances: ReadonlyMap<string, IommuDevice>;
}

interface Made {
  readonly devices: Map<string, Device>;
  readonly drivers: Map<string, Driver>;
  readonly instances: Map<string, IommuDevice>;
}

type Init = [Handle, string, Value][];

/** Build the scene of @world under @revision. All state is in the machine that runs it. */
export function buildScene(given: World, revision: Revision): BuiltScene {
  const made: Made = { devices: new Map(), drivers: new Map(), instances: new Map() };
  const draft = draftOf(revision);
  const { sw, read } = watched(draft.sw);
  const world = asFarAsThere(given, sw);
  const lookups = {
    instance: (node: string) => must(made.instances.get(node), `no instance ${node}`),
    ops_of: (iommu: IommuDevice) => family_ops(iommu.family),
    supplier_of: (fwnode: string) => made.instances.get(fwnode)?.hwdev ?? null,
    group_sharers: (dev: Device) =>
      [...made.devices.values()].filter(
        (other) => other !== dev && other.groupKey !== null && other.groupKey === dev.groupKey,
      ),
    alias_of: (dev: Device) => (dev.alias === null ? null : (made.devices.get(dev.alias) ?? null)),
    probed_devices: () => [...made.devices.values()].filter(({ name }) => made.drivers.has(name)),
  };
  registerInProbe(world, draft, made);
  const buses = world.devices.map((device) => device.bus);
  const globals = newGlobals(configOf(world), sw, lookups, buses);
  const k = assemble(draft, globals);
  makeHandles(world, k.iommu_buses, made);
  const init: Init = [];
  initGlobals(world, k, made, init);
  for (const device of world.devices) initDevice(world, device, made, init);
  if (k.config.acs) initAcs(world, k, made, init);
  if (!k.sw.fwspec_resolves_ops || world.firmware === 'acpi') initParsed(world, k, made, init);
  for (const name of made.instances.keys()) initInstance(world, name, made, init);
  if (k.config.strict_devlink) initLinks(world, made, init);
  return {
    name: `${world.name} under ${revision.name}`,
    init,
    threads: makeThreads(world, k, made),
    k,
    world,
    revision,
    switches: () => readOf(draft.sw, read),
    ...made,
  };
}

/** @world without the devices on a bus that this kernel does not have, and who acts on them. */
function asFarAsThere(world: World, sw: Readonly<Switches>): World {
  const isThere = ({ bus }: WorldDevice): boolean => bus !== 'cdx' || sw.cdx_bus;
  const absent = world.devices.filter((device) => !isThere(device)).map(({ name }) => name);
  if (absent.length === 0) return world;
  const isAbout = (thread: WorldThread): boolean =>
    'device' in thread && absent.includes(thread.device);
  return {
    ...world,
    devices: world.devices.filter(isThere),
    threads: world.threads.filter((thread) => !isAbout(thread)),
    focus: world.focus.filter((name) => !absent.includes(name)),
  };
}

/** Let the probe of an IOMMU's driver register another driver before the instance. */
function registerInProbe(world: World, draft: Draft, made: Made): void {
  const { model__iommu_driver_probe } = draft.fns;
  if (world.instances.every((i) => i.registersDriverOf === undefined)) return;
  draft.fns.model__iommu_driver_probe = function* (k, node) {
    const device = world.instances.find((i) => i.name === node)?.registersDriverOf;
    const dev = device === undefined ? undefined : made.devices.get(device);
    const drv = device === undefined ? undefined : made.drivers.get(device);
    if (dev && drv) yield* k.bus_add_driver(dev.bus, drv);
    return yield* model__iommu_driver_probe(k, node);
  };
}

function configOf(world: World): Config {
  return {
    ...defaultConfig,
    strict_devlink: world.switches.strictDevlink,
    async_probe: world.switches.asyncProbe,
    def_domain_type: world.switches.lazyDma ? 'DMA_FQ' : 'DMA',
    flush_queue: !world.switches.lazyDma,
    flags_word: world.switches.flagsWord ?? false,
    cpu_hotplug: world.threads.some((thread) => thread.kind === 'cpu-online'),
    acs: world.devices.some((device) => device.acs),
  };
}

function makeHandles(world: World, buses: readonly Bus[], made: Made): void {
  for (const device of world.devices) {
    const bus = must(
      buses.find((b) => b.bus === device.bus),
      `no bus ${device.bus}`,
    );
    const specifiers = device.iommus.map((s) => ({ fwnode: s.instance, ids: s.ids }));
    const { role, groupKey, dmaRanges } = device;
    const constants = {
      bus,
      firmware: world.firmware,
      role,
      specifiers,
      groupKey,
      dmaRanges,
      dmaLimit: device.dmaLimit ?? null,
      hasMasks: device.driver?.dmaMask !== undefined,
      domainType: device.domainType ?? 0,
      probeError: device.probeError ?? false,
      acs: device.acs ?? false,
      alias: device.alias ?? null,
      addFails: device.addFails ?? false,
    } as const;
    made.devices.set(device.name, new Device(device.name, constants));
    const registers = world.instances.find((i) => i.device === device.name)?.name ?? null;
    if (!device.driver) continue;
    const { managedDma, async, dmaMask } = device.driver;
    const options = { managed_dma: managedDma, async, dma_mask: dmaMask ?? null, registers };
    const name = `${device.driver.name}@${device.name}`;
    made.drivers.set(device.name, new Driver(name, [device.name], options));
  }
  for (const instance of world.instances) {
    const hwdev = must(made.devices.get(instance.device), `no device ${instance.device}`);
    const fails = instance.probeFails ?? false;
    made.instances.set(
      instance.name,
      new IommuDevice(instance.name, hwdev, instance.driver, fails),
    );
  }
}

/** A driver that a thread registers is not on its bus before; all others are. */
function registeredLater(world: World, device: string): boolean {
  return (
    world.threads.some((thread) => deviceOf(world, thread, 'driver') === device) ||
    world.instances.some((i) => i.registersDriverOf === device)
  );
}

/** The device whose driver (or which itself) is brought in by @thread; null if none. */
function deviceOf(world: World, thread: WorldThread, what: 'driver' | 'device'): string | null {
  if (thread.kind === 'driver-attach' && what === 'driver') return thread.device;
  if (thread.kind === 'iommu-probe' && what === 'driver') {
    return world.instances.find((i) => i.name === thread.instance)?.device ?? null;
  }
  if (thread.kind === 'device-add' && what === 'device') return thread.device;
  return null;
}

function initGlobals(world: World, k: Kernel, made: Made, init: Init): void {
  const listed = [...made.instances.values()].filter((i) => isRegistered(world, i.node));
  init.push([k.iommu_device_list, 'list', listed], ...k.iommu_group_ida.init().map(pair));
  init.push(...k.deferred_probe_work.init().map(pair));
  const { deferralEnabled } = world.switches;
  init.push(
    [
      k.deferred,
      'pending',
      world.devices.filter((d) => d.deferred).map((d) => must(made.devices.get(d.name), d.name)),
    ],
    [k.deferred, 'active', []],
    [k.deferred, 'enable', deferralEnabled],
    [k.deferred, 'initcalls_done', deferralEnabled],
    [k.deferred, 'timeout', 10],
  );
  for (const bus of k.iommu_buses) {
    const present = world.devices.filter((d) => d.present && d.bus === bus.bus);
    const devices = present.map((d) => must(made.devices.get(d.name), d.name));
    const drivers = world.devices
      .filter((d) => d.bus === bus.bus && !registeredLater(world, d.name))
      .flatMap((d) => made.drivers.get(d.name) ?? []);
    const owner = [...made.instances.values()].find((i) => isRegistered(world, i.node));
    init.push([bus, 'iommu_ops', owner ? family_ops(owner.family) : null]);
    init.push([bus, 'iommu_notifier', owner !== undefined]);
    init.push(...bus.klist_devices.init(devices).map(pair));
    init.push(...bus.klist_drivers.init(drivers).map(pair));
  }
}

function pair(cell: readonly [Handle, string, Value]): [Handle, string, Value] {
  return [...cell];
}

function isRegistered(world: World, instance: string): boolean {
  return world.instances.some((i) => i.name === instance && i.registered);
}

function initDevice(world: World, device: WorldDevice, made: Made, init: Init): void {
  const dev = must(made.devices.get(device.name), device.name);
  const bound = world.instances.some((i) => i.device === device.name && i.registered);
  const driver = bound ? (made.drivers.get(device.name) ?? null) : null;
  init.push(
    [dev, 'driver', driver],
    [dev, 'dead', false],
    [dev, 'deferred_probe', device.deferred],
    [dev, 'triggered', false],
    [dev, 'ready_to_probe', device.present],
    [dev, 'can_match', bound || device.deferred === true],
    [dev, 'bound', bound],
    [dev, 'dma_iommu', false],
    [dev, 'flags', 0],
    [dev, 'links_status', bound ? 'bound' : 'no_driver'],
    [dev, 'suppliers', []],
    [dev, 'consumers', []],
  );
  // What setup_pdev_dma_masks(), pci_setup_device() and their like give a device that is made.
  const bits = device.madeMask ?? 32;
  const [coherent, own] = device.bus === 'cdx' ? [0, 64] : [bits, bits];
  if (dev.hasMasks) init.push([dev, 'coherent_dma_mask', coherent], [dev, 'dma_mask', own]);
}

/** Tables ask for ACS before anything is enumerated; a device tree does when it is configured. */
function initAcs(world: World, k: Kernel, made: Made, init: Init): void {
  const early = world.firmware === 'acpi';
  init.push([k.pci, 'acs_enable', early]);
  for (const device of world.devices.filter((d) => d.acs)) {
    const on = early && device.present && !k.sw.acs_after_configure;
    init.push([must(made.devices.get(device.name), device.name), 'acs_enabled', on]);
  }
}

/** What a bind that was deferred by its second IOMMU has left of the first: on ACPI always. */
function initParsed(world: World, k: Kernel, made: Made, init: Init): void {
  for (const device of world.devices.filter((d) => d.parsed)) {
    const dev = must(made.devices.get(device.name), device.name);
    const use = must(device.iommus[0], `${device.name} is behind no IOMMU`);
    const { family } = must(made.instances.get(use.instance), use.instance);
    const param: DevIommu = new Handle('dev_iommu', `${device.name}.iommu#0`);
    const fwspec: IommuFwspec = new Handle('iommu_fwspec', `${device.name}.fwspec#0`);
    init.push([dev, 'iommu', param], [param, 'fwspec', fwspec], [param, 'iommu_dev', null]);
    init.push([fwspec, 'iommu_fwnode', use.instance], [fwspec, 'ids', use.ids]);
    if (!k.sw.fwspec_resolves_ops) init.push([fwspec, 'ops', family_ops(family)]);
  }
}

/** With fw_devlink.strict=1 devices that are there from the start have their links, too. */
function initLinks(world: World, made: Made, init: Init): void {
  const consumers = new Map<Device, DeviceLink[]>();
  for (const { name } of world.devices.filter((device) => device.present)) {
    const dev = must(made.devices.get(name), name);
    const suppliers: DeviceLink[] = [];
    for (const supplier of strict_suppliers(dev, (node) => made.instances.get(node)?.hwdev)) {
      const link: DeviceLink = new Handle('device_link', `${name}.link:${supplier.name}`);
      const bound = world.instances.some((i) => i.device === supplier.name && i.registered);
      init.push([link, 'consumer', dev], [link, 'supplier', supplier]);
      init.push([link, 'status', bound ? 'available' : 'dormant'], [link, 'inferred', true]);
      suppliers.push(link);
      consumers.set(supplier, [...(consumers.get(supplier) ?? []), link]);
    }
    init.push([dev, 'suppliers', suppliers]);
  }
  for (const [supplier, links] of consumers) init.push([supplier, 'consumers', links]);
}

function initInstance(world: World, name: string, made: Made, init: Init): void {
  const iommu = must(made.instances.get(name), name);
  const registered = isRegistered(world, name);
  init.push([iommu, 'ready', registered], [iommu, 'driver_state', registered]);
  if (registered) {
    const fwnode = byOwnTable.has(iommu.family) ? null : iommu.node;
    init.push([iommu, 'ops', family_ops(iommu.family)], [iommu, 'fwnode', fwnode]);
  }
}

function makeThreads(world: World, k: Kernel, made: Made): readonly ThreadBody[] {
  const threads = world.threads.map((thread) => makeThread(world, thread, k, made));
  const deferred = deferred_probe_worker('kworker/u8:1', k);
  return [...threads, deferred];
}

function makeThread(world: World, thread: WorldThread, k: Kernel, made: Made): ThreadBody {
  const { name } = thread;
  switch (thread.kind) {
    case 'iommu-probe':
    case 'driver-attach': {
      const device = must(deviceOf(world, thread, 'driver'), `${name}: no such instance`);
      const drv = must(made.drivers.get(device), `${device} has no driver`);
      const dev = must(made.devices.get(device), `no device ${device}`);
      return { name, fn: k.bus_add_driver, args: [dev.bus, drv] };
    }
    case 'device-add': {
      const dev = must(made.devices.get(thread.device), `no device ${thread.device}`);
      return { name, fn: k.device_add, args: [dev] };
    }
    case 'bus-scan': {
      const devices = thread.devices.map((d) => must(made.devices.get(d), `no device ${d}`));
      return { name, fn: k.pci_scan_slot, args: [devices] };
    }
    case 'mock-add': {
      const dev = must(made.devices.get(thread.device), `no device ${thread.device}`);
      return { name, fn: k.mock_dev_create, args: [dev] };
    }
    case 'device-del': {
      const dev = must(made.devices.get(thread.device), `no device ${thread.device}`);
      return { name, fn: k.device_del, args: [dev] };
    }
    case 'iommu-unbind': {
      const iommu = must(made.instances.get(thread.instance), `no instance ${thread.instance}`);
      return { name, fn: k.device_release_driver, args: [iommu.hwdev] };
    }
    case 'cpu-online':
      return { name, fn: k.enable_drhd_fault_handling, args: [] };
    case 'late-initcall':
      return { name, fn: k.deferred_probe_initcall, args: [] };
    case 'deferral-timeout':
      return { name, fn: k.deferred_probe_timeout_work_func, args: [] };
    default:
      return unreachable(thread);
  }
}
