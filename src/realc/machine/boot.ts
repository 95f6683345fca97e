// SPDX-License-Identifier: GPL-2.0-only
// Boots an image into a world: nodes, devices, drivers, and what happened before the threads.

import { must } from '#base/assert';
import { SourceError } from '#realc/build/errors';
import { BOOT_INITCALLS } from '#realc/build/link';
import type { World, WorldDevice, WorldThread } from '#worlds/world';
import { checkWorld, registeredLater } from './buildable.ts';
import { busNumber, devfn, deviceId, iommuMap } from './buses.ts';
import { iortOf } from './iort.ts';
import type { ImageMachine } from './machine.ts';

/** Families of IOMMU drivers, by the number that scene/iommus.c gives them. */
const FAMILIES: Readonly<Record<string, number>> = {
  'arm-smmu': 0,
  'arm-smmu-v3': 1,
  exynos: 2,
  rockchip: 3,
  virtio: 4,
};

/** Which of our drivers stands for one of the world's; others behave like arm-smmu-v3. */
function familyOf(driver: string): number {
  return FAMILIES[driver] ?? FAMILIES['arm-smmu-v3']!;
}

/** Where the scene's objects are. */
export interface BootedWorld {
  /** Device name -> address of its struct device; absent until device_add() has run. */
  readonly devices: Map<string, number>;
  readonly nodes: ReadonlyMap<string, number>;
  /** Device name -> the fwnode by which others refer to it. */
  readonly fwnodes: ReadonlyMap<string, number>;
  /** Device name -> its driver of ours. */
  readonly drivers: ReadonlyMap<string, number>;
  /** String addresses, for threads that add devices. */
  readonly names: ReadonlyMap<string, number>;
  /** Root bus of the PCI devices; 0 without any. */
  readonly pciBus: number;
}

/** Function that makes a device on a bus, as a thread's body or not, and its arguments. */
function adding(world: World, d: WorldDevice, at: { node: number; name: number; pciBus: number }) {
  const { node, name, pciBus } = at;
  const id = deviceId(world, d);
  if (d.bus === 'pci') return { fn: 'pci_add', args: [pciBus, node, name, devfn(world, d), id] };
  if (d.bus === 'amba') return { fn: 'amba_add', args: [node, name, id] };
  if (world.firmware === 'acpi') return { fn: 'acpi_add', args: [node, name] };
  return { fn: 'device_add', args: [node, name] };
}

class Boot {
  private readonly m: ImageMachine;
  private readonly world: World;
  private readonly strings = new Map<string, number>();
  readonly nodes = new Map<string, number>();
  readonly fwnodes = new Map<string, number>();
  readonly drivers = new Map<string, number>();
  readonly devices = new Map<string, number>();
  private pciBus = 0;

  constructor(m: ImageMachine, world: World) {
    this.m = m;
    this.world = world;
  }

  string(text: string): number {
    let p = this.strings.get(text);
    if (p === undefined) {
      p = this.bytes(Buffer.from(`${text}\0`, 'latin1'));
      this.strings.set(text, p);
    }
    return p;
  }

  private bytes(b: Uint8Array): number {
    const p = this.m.heap.alloc(b.length);
    this.m.mem.u8.set(b, p);
    return p;
  }

  private cells(values: readonly number[]): Uint8Array {
    const b = Buffer.alloc(values.length * 4);
    values.forEach((v, i) => {
      b.writeUInt32BE(v >>> 0, i * 4);
    });
    return b;
  }

  private prop(node: number, name: string, value: Uint8Array): void {
    this.m.call('rw_prop_add', node, this.string(name), this.bytes(value), value.length);
  }

  private setGlobal(name: string, value: number): void {
    const g = this.m.image.debug.globals.find((v) => v.name === name);
    if (!g) {
      throw new SourceError(
        'RW309',
        `this kernel has no variable ${name}, which the world needs`,
        'leave the option away that asks for it',
      );
    }
    if (g.size === 1) this.m.mem.u8[g.address] = value;
    else this.m.mem.u32[g.address >> 2] = value;
  }

  kernel(): void {
    const { m, world } = this;
    const done = m.call('rw_boot');
    if (done !== 0)
      throw new SourceError('RW308', `boot failed with ${done}`, 'see the kernel log');
    if (world.firmware === 'dt') m.call('rw_tree_init');
    if (world.switches.strictDevlink) this.setGlobal('fw_devlink_strict', 1);
    if (world.switches.asyncProbe) this.setGlobal('async_probe_default', 1);
    for (const name of BOOT_INITCALLS) {
      const index = m.initcall(name);
      if (index) m.callTable(index);
    }
  }

  private phandle(device: string): number {
    return this.world.devices.findIndex((d) => d.name === device) + 1;
  }

  makeNodes(): void {
    for (const d of this.world.devices) {
      const name = this.string(d.name);
      const node = this.m.call('rw_node_add', name, name, this.phandle(d.name));
      this.nodes.set(d.name, node);
      this.fwnodes.set(d.name, node + this.offset('device_node'));
      this.prop(node, 'compatible', Buffer.from(`${compatible(d)}\0`, 'latin1'));
      if (d.role === 'iommu') this.prop(node, '#iommu-cells', this.cells([1]));
      const specifiers: number[] = [];
      for (const use of d.iommus) {
        const instance = must(
          this.world.instances.find((i) => i.name === use.instance),
          use.instance,
        );
        for (const id of use.ids.length > 0 ? use.ids : [0]) {
          specifiers.push(this.phandle(instance.device), id);
        }
      }
      const own = specifiers.length > 0 && d.bus !== 'pci';
      if (own) this.prop(node, 'iommus', this.cells(specifiers));
      if (d.dmaRanges) this.prop(node, 'dma-coherent', new Uint8Array(0));
    }
  }

  /** Where the fwnode of a node of either kind is. */
  private offset(struct: 'device_node' | 'acpi_device' | 'device'): number {
    return must(this.m.image.debug.offsetOf(struct, 'fwnode'), struct);
  }

  /** The tables are there, the SMMUs have been made of them, and so has the namespace. */
  makeNamespace(): void {
    const { m, world } = this;
    m.call('rw_acpi_init', this.bytes(iortOf(world)));
    m.works.drainBoot();
    world.devices
      .filter((d) => d.role === 'iommu')
      .forEach((d, n) => {
        const dev = m.call('rw_acpi_smmu', n, this.string(driverName(d)));
        if (dev === 0) throw new SourceError('RW308', `no SMMU for ${d.name}`, 'see the log');
        this.devices.set(d.name, dev);
        this.fwnodes.set(d.name, m.mem.u32[(dev + this.offset('device')) >> 2]!);
      });
    for (const d of world.devices) {
      if (d.role === 'iommu' || d.bus === 'pci') continue;
      const node = m.call('rw_acpi_node', this.string(d.name));
      this.nodes.set(d.name, node);
      this.fwnodes.set(d.name, node + this.offset('acpi_device'));
    }
    if (!world.devices.some((d) => d.bus === 'pci')) return;
    const host = m.call('rw_acpi_node', this.string('PCI0'));
    this.pciBus = m.call('rw_pci_host', 0, host + this.offset('acpi_device'));
  }

  /** A host bridge whose iommu-map tells where its functions' DMA goes. */
  makePciHost(): void {
    if (!this.world.devices.some((d) => d.bus === 'pci')) return;
    const name = this.string('40000000.pcie');
    const node = this.m.call('rw_node_add', name, name, 0);
    const map = iommuMap(this.world, (device) => this.phandle(device));
    if (map.length > 0) this.prop(node, 'iommu-map', this.cells(map));
    this.pciBus = this.m.call('rw_pci_host', node, 0);
    this.m.works.drainBoot();
  }

  makeDrivers(): void {
    for (const d of this.world.devices) {
      const instance = this.world.instances.find((i) => i.device === d.name);
      if (!d.driver && !instance) continue;
      const driver = this.m.call(
        'rw_driver_new',
        busNumber(d),
        this.string(driverName(d)),
        this.string(compatible(d)),
        deviceId(this.world, d),
        instance ? familyOf(instance.driver) : -1,
        d.driver?.async ? 1 : 0,
        d.driver?.managedDma ? 1 : 0,
        d.driver?.dmaMask ?? 0,
      );
      this.drivers.set(d.name, driver);
    }
  }

  /** The namespace's devices and their drivers are matched by name. */
  nameOf(d: WorldDevice): string {
    return this.world.firmware === 'acpi' && d.driver && d.bus === 'platform'
      ? driverName(d)
      : d.name;
  }

  addDevice(d: WorldDevice): void {
    if (this.devices.has(d.name)) return;
    const { pciBus } = this;
    const at = { node: this.nodes.get(d.name) ?? 0, name: this.string(this.nameOf(d)), pciBus };
    const { fn, args } = adding(this.world, d, at);
    const dev = this.m.call(`rw_${fn}`, ...args);
    if (dev === 0)
      throw new SourceError('RW308', `device ${d.name} cannot be added`, 'see the log');
    this.devices.set(d.name, dev);
    this.m.works.drainBoot();
  }

  register(device: string): void {
    const driver = this.drivers.get(device);
    if (driver) this.m.call('rw_thread_register', driver);
    this.m.works.drainBoot();
  }

  /** Drivers that no thread registers are there from the start; their devices were deferred. */
  private early(): void {
    for (const d of this.world.devices) {
      if (d.role !== 'iommu' && !registeredLater(this.world, d)) this.register(d.name);
    }
  }

  /** What was registered, and deferral that is on, before anything runs. */
  before(): void {
    if (this.world.switches.deferralEnabled) {
      const index = this.m.initcall('deferred_probe_initcall');
      if (index) this.m.callTable(index);
      this.m.works.drainBoot();
    }
    this.early();
    for (const i of this.world.instances) if (i.registered) this.register(i.device);
  }

  booted(): BootedWorld {
    const { devices, nodes, fwnodes, drivers, pciBus } = this;
    const names = new Map(this.world.devices.map((d) => [d.name, this.string(this.nameOf(d))]));
    return { devices, nodes, fwnodes, drivers, names, pciBus };
  }
}

const driverName = (d: WorldDevice): string =>
  `${d.driver?.name ?? 'iommu'}-${d.name}`.slice(0, 60);

function compatible(d: WorldDevice): string {
  return `racewindow,${d.name}`.slice(0, 120);
}

/** Boot @world; the machine is left where the world's threads begin, without a snapshot. */
export function bootWorld(m: ImageMachine, world: World): BootedWorld {
  checkWorld(world);
  const boot = new Boot(m, world);
  boot.kernel();
  if (world.firmware === 'acpi') boot.makeNamespace();
  else {
    boot.makeNodes();
    boot.makePciHost();
  }
  boot.makeDrivers();
  for (const d of world.devices) if (d.present) boot.addDevice(d);
  boot.before();
  return boot.booted();
}

/** Make the world's threads, in order. */
export function startThreads(m: ImageMachine, world: World, booted: BootedWorld): void {
  for (const t of world.threads) startThread(m, world, booted, t);
}

function startThread(m: ImageMachine, world: World, booted: BootedWorld, t: WorldThread): void {
  const register = (device: string): void => {
    m.spawn(t.name, 'rw_thread_register', [must(booted.drivers.get(device), device)]);
  };
  switch (t.kind) {
    case 'iommu-probe':
      register(
        must(
          world.instances.find((i) => i.name === t.instance),
          t.instance,
        ).device,
      );
      return;
    case 'driver-attach':
      register(t.device);
      return;
    case 'device-add': {
      const { nodes, names, pciBus } = booted;
      const device = must(
        world.devices.find((d) => d.name === t.device),
        t.device,
      );
      const node = nodes.get(t.device) ?? 0;
      const name = must(names.get(t.device), t.device);
      const { fn, args } = adding(world, device, { node, name, pciBus });
      m.spawn(t.name, `rw_thread_${fn}`, args);
      return;
    }
    case 'device-del':
      m.spawn(t.name, 'rw_thread_device_del', [must(booted.devices.get(t.device), t.device)]);
      return;
    case 'late-initcall':
      m.spawn(t.name, 'rw_thread_call', [m.initcall('deferred_probe_initcall')]);
      return;
    case 'deferral-timeout': {
      const g = m.image.debug.globals.find((v) => v.name === 'deferred_probe_timeout_work');
      m.spawn(t.name, 'rw_thread_work', [must(g, 'deferred_probe_timeout_work').address]);
      return;
    }
  }
}
