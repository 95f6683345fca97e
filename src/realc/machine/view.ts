// SPDX-License-Identifier: GPL-2.0-only
// The kernel's objects as rules see them: handles and fields, read from memory through DWARF.

import { must } from '#base/assert';
import type { Peek } from '#checker/program/scene';
import { Handle, type Value } from '#env/op';
import type { World } from '#worlds/world';
import type { BootedWorld } from './boot.ts';
import type { ImageMachine } from './machine.ts';
import { type Offsets, offsetsIn } from './offsets.ts';

interface WatchedWord {
  readonly dev: Handle;
  readonly field: 'driver' | 'iommu_group' | 'dma_mask' | 'coherent_dma_mask';
  readonly address: number;
}

/** What a run has met so far. */
export interface SavedView {
  readonly byAddress: ReadonlyMap<number, Handle>;
  readonly addressOf: ReadonlyMap<Handle, number>;
}

/** Reads the kernel's memory for rules. */
export class KernelView implements Peek {
  private readonly m: ImageMachine;
  private readonly o: Offsets;
  private readonly world: World;
  private readonly booted: BootedWorld;
  private readonly deviceHandles = new Map<string, Handle>();
  private readonly instanceHandles = new Map<string, Handle>();
  private readonly byAddress = new Map<number, Handle>();
  private readonly addressOf = new Map<Handle, number>();
  /** What save() has made, as long as nothing has changed since. */
  private saved: SavedView | null = null;
  private readonly byFwnode = new Map<number, Handle>();
  private readonly words = new Map<number, WatchedWord>();
  private readonly others = new Map<string, Handle>();
  private readonly groups = new Map<number, Handle>();
  private readonly coreLocks: ReadonlySet<number>;
  private readonly globals = new Map<string, number>();
  readonly deferred = new Handle('deferred_probe', 'deferred_probe');

  constructor(m: ImageMachine, world: World, booted: BootedWorld) {
    this.m = m;
    this.o = offsetsIn(m);
    this.world = world;
    this.booted = booted;
    for (const d of world.devices) this.deviceHandles.set(d.name, new Handle('device', d.name));
    for (const i of world.instances) {
      const handle = new Handle('iommu_device', i.name);
      this.instanceHandles.set(i.name, handle);
      this.byFwnode.set(must(booted.fwnodes.get(i.device), i.device), handle);
    }
    for (const [name, addr] of booted.devices) this.learn(name, addr);
    const lock = /^iommu_(probe_device|device)_lock$/;
    const locks = m.image.debug.globals.filter((g) => lock.test(g.name));
    this.coreLocks = new Set(locks.map((g) => g.address));
  }

  /** Call after a snapshot's restore: devices that a run added are forgotten. */
  reset(): void {
    for (const [addr, handle] of [...this.byAddress]) {
      if (this.booted.devices.get(handle.name) !== addr) {
        this.byAddress.delete(addr);
        this.addressOf.delete(handle);
        this.saved = null;
      }
    }
  }

  save(): SavedView {
    this.saved ??= { byAddress: new Map(this.byAddress), addressOf: new Map(this.addressOf) };
    return this.saved;
  }

  load(to: SavedView): void {
    if (this.saved === to) return;
    this.saved = to;
    this.byAddress.clear();
    for (const [addr, handle] of to.byAddress) this.byAddress.set(addr, handle);
    this.addressOf.clear();
    for (const [handle, addr] of to.addressOf) this.addressOf.set(handle, addr);
  }

  private learn(name: string, addr: number): Handle {
    const handle = must(this.deviceHandles.get(name), name);
    this.byAddress.set(addr, handle);
    this.saved = null;
    this.place(handle, addr);
    const watch = (word: number, field: WatchedWord['field']): void => {
      this.words.set(word, { dev: handle, field, address: addr });
      this.m.mem.watch(word);
    };
    watch(addr + this.o.driver, 'driver');
    watch(addr + this.o.group, 'iommu_group');
    if (this.world.devices.find((d) => d.name === name)?.driver?.dmaMask !== undefined) {
      watch(this.u32(addr + this.o.dmaMask), 'dma_mask');
      // On AMBA that is the same word.
      watch(addr + this.o.coherentMask, 'coherent_dma_mask');
    }
    return handle;
  }

  /** How many bits the mask at @addr has. */
  maskBits(addr: number): number {
    const high = this.u32(addr + 4);
    return high === 0 ? 32 - Math.clz32(this.u32(addr)) : 64 - Math.clz32(high);
  }

  private place(handle: Handle, addr: number): void {
    if (this.addressOf.get(handle) === addr) return;
    this.addressOf.set(handle, addr);
    this.saved = null;
  }

  private u32(addr: number): number {
    return this.m.mem.u32[addr >> 2]!;
  }

  /** A word that may change after it was first seen: rules depend on when they look. */
  private look(addr: number): number {
    if (this.m.stepping && this.m.current) this.m.mem.look(addr);
    return this.u32(addr);
  }

  /** Name of a device by its address; null for anything else. */
  nameOfAddress(addr: number): string | null {
    return this.byAddress.get(addr)?.name ?? null;
  }

  /** The device at an address; one that a thread has just made is recognised by its node. */
  device(addr: number): Handle | null {
    const known = this.byAddress.get(addr);
    if (known) return known;
    if (addr < this.m.mem.layout.heap || addr >= this.m.mem.layout.stacks) return null;
    const fwnode = this.u32(addr + this.o.fwnode);
    if (!fwnode) return null;
    for (const [name, own] of this.booted.fwnodes) {
      if (own !== fwnode) continue;
      const data = this.world.devices.find((d) => d.name === name);
      return data && !data.present ? this.learn(name, addr) : null;
    }
    return null;
  }

  deviceHandle(name: string): Handle | undefined {
    return this.deviceHandles.get(name);
  }
  instanceHandle(name: string): Handle | undefined {
    return this.instanceHandles.get(name);
  }
  instanceOfNode(fwnode: number): Handle | null {
    return this.byFwnode.get(fwnode) ?? null;
  }
  instanceOfHardware(dev: number): Handle | null {
    return dev ? this.instanceOfNode(this.u32(dev + this.o.fwnode)) : null;
  }
  instanceOfIommu(iommu: number): Handle | null {
    return iommu ? this.instanceOfNode(this.u32(iommu + this.o.instanceFwnode)) : null;
  }

  /** Fwnode of the instance that a device's fwspec names; 0 without one. */
  instanceNode(dev: number): number {
    const fwspec = this.fwspecAddress(dev);
    return fwspec ? this.u32(fwspec + this.o.fwspecFwnode) : 0;
  }

  /** Address of the registered struct iommu_device of a fwnode; 0 if it is not on the list. */
  private registered(fwnode: number): number {
    const head = this.global('iommu_device_list');
    for (let at = this.look(head); at && at !== head; at = this.look(at)) {
      const iommu = at - this.o.instanceList;
      if (this.u32(iommu + this.o.instanceFwnode) === fwnode) return iommu;
    }
    return 0;
  }
  /** True if instances have a flag that says that they are ready (v6.15). */
  hasReady(): boolean {
    return this.o.ready !== null;
  }

  /** Kernels without the flag count as ready once they are listed. */
  readyOf(fwnode: number): boolean {
    const iommu = this.registered(fwnode);
    if (!iommu) return false;
    if (this.o.ready === null) return true;
    this.look(iommu + this.o.ready);
    return this.m.mem.u8[iommu + this.o.ready] !== 0;
  }

  private global(name: string): number {
    let at = this.globals.get(name);
    if (at === undefined) {
      at = must(
        this.m.image.debug.globals.find((g) => g.name === name),
        name,
      ).address;
      this.globals.set(name, at);
    }
    return at;
  }

  iommuAddress(dev: number): number {
    return this.look(dev + this.o.iommu);
  }
  fwspecAddress(dev: number): number {
    const iommu = this.iommuAddress(dev);
    return iommu ? this.look(iommu + this.o.fwspec) : 0;
  }
  /**
   * How many of its stream ids a device's IOMMU driver has, and how many its firmware names. A
   * family that keeps instances instead of ids has as many as its of_xlate() was called for.
   */
  streamIds(dev: number): { have: number; want: number } {
    const name = this.byAddress.get(dev)?.name;
    const uses = this.world.devices.find((d) => d.name === name)?.iommus ?? [];
    const owned = uses.some((u) =>
      this.world.instances.some((i) => i.name === u.instance && /exynos|rockchip/.test(i.driver)),
    );
    const iommu = this.iommuAddress(dev);
    if (owned) {
      const master = iommu ? this.look(iommu + this.o.priv) : 0;
      return { have: master ? this.look(master) : 0, want: uses.length };
    }
    const fwspec = this.fwspecAddress(dev);
    const want = uses.reduce((sum, u) => sum + u.ids.length, 0);
    return { have: fwspec ? this.look(fwspec + this.o.ids) : 0, want };
  }
  driverAddress(dev: number): number {
    return this.look(dev + this.o.driver);
  }
  defaultDomainAddress(group: number): number {
    return this.look(group + this.o.defaultDomain);
  }
  groupOf(dev: number): Handle | null {
    return this.group(this.look(dev + this.o.group));
  }
  groupId(dev: number): number {
    return this.u32(this.u32(dev + this.o.group) + this.o.groupId);
  }

  private handle(
    type: string,
    addr: number,
    label = `${type}@${addr.toString(16)}`,
  ): Handle | null {
    if (!addr) return null;
    const key = `${type}:${label}`;
    let h = this.others.get(key);
    if (!h) {
      h = new Handle(type, label);
      this.others.set(key, h);
    }
    this.place(h, addr);
    return h;
  }
  group(addr: number): Handle | null {
    if (!addr) return null;
    const id = this.u32(addr + this.o.groupId);
    const known = this.groups.get(id);
    if (known) {
      this.place(known, addr);
      return known;
    }
    const made = this.handle('iommu_group', addr, `group ${id}`)!;
    this.groups.set(id, made);
    return made;
  }
  domain(addr: number): Handle | null {
    return this.handle('iommu_domain', addr);
  }

  /** Words that decide about a device: its driver, IOMMU and group, and the locks of the core. */
  decides(word: number): boolean {
    if (this.coreLocks.has(word)) return true;
    for (const dev of this.byAddress.keys()) {
      const at = word - dev;
      if (at === this.o.driver || at === this.o.iommu || at === this.o.group) return true;
    }
    return false;
  }

  /** `DEVICE): dev->iommu is NULL`, and the like, of a word that is NULL. */
  lacking(word: number): string | null {
    if (this.u32(word) !== 0) return null;
    for (const [dev, { name }] of this.byAddress) {
      if (word - dev === this.o.iommu) return `${name}): dev->iommu is NULL`;
      if (word - dev === this.o.group) return `${name}): dev->iommu_group is NULL`;
    }
    return null;
  }

  watchedWord(addr: number): WatchedWord | null {
    return this.words.get(addr) ?? null;
  }

  get<F extends object, K extends keyof F & string>(obj: Handle<F>, field: K): F[K] {
    return this.read(obj as unknown as Handle, field) as F[K];
  }

  private read(obj: Handle, field: string): Value {
    if (obj === this.deferred) return this.deferredList(field);
    if (obj.type === 'iommu_device' && field === 'ops') return this.opsOf(obj);
    const addr = this.addressOf.get(obj);
    if (addr === undefined) return null;
    if (obj.type === 'device') {
      if (field === 'iommu_group') return this.groupOf(addr);
      if (field === 'driver') {
        const driver = this.driverAddress(addr);
        if (!driver) return null;
        return this.handle(
          'device_driver',
          driver,
          this.m.mem.cstr(this.u32(driver + this.o.driverName)),
        );
      }
      if (field === 'iommu') return this.handle('dev_iommu', this.iommuAddress(addr));
      if (field === 'bound') return this.isBound(addr);
    }
    if (obj.type === 'dev_iommu' && field === 'fwspec') {
      return this.handle('iommu_fwspec', this.look(addr + this.o.fwspec));
    }
    if (obj.type === 'iommu_group') {
      if (field === 'id') return this.u32(addr + this.o.groupId);
      if (field === 'owner_cnt') return this.look(addr + this.o.ownerCount);
      if (field === 'default_domain') return this.domain(this.defaultDomainAddress(addr));
    }
    throw new Error(`no rule may read ${obj.type}.${field} of the kernel's own C`);
  }

  /** What an instance serves with; null for one that is not on the list, where nobody finds it. */
  private opsOf(instance: Handle): Value {
    const [node] = [...this.byFwnode].find(([, own]) => own === instance) ?? [0];
    const iommu = this.registered(node);
    return iommu ? this.handle('iommu_ops', this.look(iommu + this.o.instanceOps)) : null;
  }

  /** klist_node_attached(): driver_bound() has put the device on the list of its driver. */
  private isBound(dev: number): boolean {
    return this.look(this.u32(dev + this.o.devicePrivate) + this.o.driverNode) !== 0;
  }

  /** Devices on a list of deferred probes. */
  private deferredList(field: string): readonly Handle[] {
    const head = this.global(`deferred_probe_${field}_list`);
    const found: Handle[] = [];
    for (let at = this.u32(head); at && at !== head; at = this.u32(at)) {
      const p = at - this.o.deferredInPrivate;
      const dev = this.device(this.u32(p + this.o.deviceInPrivate));
      if (dev) found.push(dev);
    }
    return found;
  }

  alive(): boolean {
    return true;
  }
  holder(): string | null {
    return null;
  }
}
