// SPDX-License-Identifier: GPL-2.0-only
// Turns what followed functions, watched words and the scene report into the named events.

import { type By, type Events, listed } from '#env/events';
import type { Handle, Value } from '#env/op';
import type { World } from '#worlds/world';
import type { BootedWorld } from './boot.ts';
import type { ImageMachine } from './machine.ts';
import type { Frame, KernelThread, MachineListener } from './types.ts';
import type { SourceEventName } from './untold.ts';
import { KernelView } from './view.ts';

const ENODEV = -19;
const EPROBE_DEFER = -517;

/** An event with the objects it is about. */
export interface SourceEvent {
  readonly name: SourceEventName;
  readonly args: readonly Value[];
  readonly thread: string;
}

/** Kinds of scene/rw.h. */
const SCENE = { probeDevice: 1, driverProbe: 2, driverProbeEnd: 3, tried: 5 } as const;

/** What the view tells of deferred probes. */
interface Pending {
  readonly pending: readonly Handle[];
}

/** Listens to a machine and makes the events of a run. */
export class EventMaker implements MachineListener {
  private readonly m: ImageMachine;
  readonly view: KernelView;
  onEvent: (e: SourceEvent) => void = () => undefined;
  onText: (line: string) => void = () => undefined;
  onAccess: (addr: number, kind: number, site: number) => void = () => undefined;

  constructor(m: ImageMachine, world: World, booted: BootedWorld) {
    this.m = m;
    this.view = new KernelView(m, world, booted);
    m.listener = this;
  }

  private emit<N extends SourceEventName>(name: N, fields: Events[N]): void {
    this.onEvent({ name, args: listed(name, fields), thread: this.m.current?.name ?? 'boot' });
  }

  private frames(): readonly Frame[] {
    return this.m.current?.frames ?? [];
  }

  private inside(fn: string): Frame | undefined {
    return this.frames().findLast((f) => f.fn === fn);
  }

  /** The parsing of firmware that is under way, from either kind. */
  private configuring(): Frame | undefined {
    return this.inside('of_iommu_configure') ?? this.inside('acpi_iommu_configure_id');
  }

  /** Which of the three callers of the per-device probe acts. */
  private by(): By {
    const frames = this.frames();
    for (let i = frames.length - 1; i >= 0; i--) {
      const { fn } = frames[i]!;
      if (fn === 'bus_iommu_probe') return 'walk';
      if (fn === 'of_iommu_configure' || fn === 'acpi_iommu_configure_id') return 'replay';
      if (fn === 'iommu_bus_notifier') return 'notifier';
    }
    return 'replay';
  }

  private isPending(dev: Handle | null): boolean {
    const { deferred } = this.view;
    return dev !== null && this.view.get(deferred as Handle<Pending>, 'pending').includes(dev);
  }

  private walker(): Handle | null {
    const register = this.inside('iommu_device_register');
    return register ? this.view.instanceOfHardware(register.c) : null;
  }

  enter(t: KernelThread | null, f: Frame): void {
    if (!t) return;
    if (f.fn === 'iommu_device_unregister') this.releases(f.a);
    const dev = this.view.device(f.a);
    switch (f.fn) {
      case 'bus_iommu_probe': {
        const register = this.inside('iommu_device_register');
        if (register && !register.notes['listed']) {
          register.notes['listed'] = 1;
          const instance = this.view.instanceOfHardware(register.c);
          if (instance) this.emit('instance-listed', { instance });
        }
        return;
      }
      case '__iommu_probe_device':
        // Told once the group was looked at: older kernels look for ops before that.
        f.notes['group'] = dev && this.view.groupOf(f.a) ? 1 : 0;
        return;
      case 'iommu_init_device':
        if (!dev) return;
        f.notes['fwspec'] = this.view.fwspecAddress(f.a);
        this.visited(dev);
        this.emit('init-begin', { dev, by: this.by() });
        return;
      case 'platform_dma_configure':
      case 'pci_dma_configure':
      case 'amba_dma_configure': {
        const init = this.inside('iommu_init_device');
        if (!dev || !init || init.a !== f.a) return;
        init.notes['configured'] = 1;
        this.emit('configure-begin', { dev, by: this.by() });
        return;
      }
      case 'iommu_probe_device': {
        const configure = this.configuring();
        if (!dev || !configure) return;
        configure.notes['replayed'] = 1;
        f.notes['replay'] = 1;
        this.emit('replay-begin', { dev });
        return;
      }
      case 'iommu_fwspec_init':
        this.enterFwspec(f);
        return;
      case 'iommu_ops_from_fwnode': {
        const caller = this.frames().at(-2);
        if (caller?.fn === 'iommu_init_device') caller.notes['looked'] = 1;
        return;
      }
      case 'driver_deferred_probe_check_state': {
        const init = this.inside('iommu_fwspec_init');
        if (init) init.notes['absent'] = 1;
        return;
      }
      case 'device_links_driver_bound':
        // driver_bound() has just put the device on the list of its driver.
        if (dev) this.emit('bound', { dev });
        return;
      case 'driver_deferred_probe_add':
        f.notes['listed'] = this.isPending(dev) ? 1 : 0;
        return;
      case 'iommu_setup_default_domain':
        this.leftMembers();
        f.notes['domain'] = this.view.defaultDomainAddress(f.a);
        return;
      default:
    }
  }

  private releases(iommu: number): void {
    const instance = this.view.instanceOfIommu(iommu);
    if (instance) this.emit('release-begin', { instance });
  }

  leave(t: KernelThread | null, f: Frame, result: number): void {
    if (!t) return;
    const dev = this.view.device(f.a);
    switch (f.fn) {
      case 'iommu_device_register': {
        const instance = this.view.instanceOfHardware(f.c);
        if (!instance) return;
        if (result === 0 && this.view.hasReady()) this.emit('instance-ready', { instance });
        this.emit('register-end', { instance, errno: result });
        return;
      }
      case '__iommu_probe_device':
        if (!dev || f.notes['visited']) return;
        if (f.notes['group']) this.visit(f, dev);
        else if (result === ENODEV) this.emit('ops-missing', { dev, by: this.by() });
        return;
      case 'iommu_init_device':
        if (dev) this.leaveInit(f, dev, result);
        return;
      case 'iommu_probe_device':
        if (dev && f.notes['replay']) this.emit('replay-end', { dev, errno: result });
        return;
      case 'iommu_fwspec_init':
        if (dev) this.leaveFwspec(f, dev, result);
        return;
      case 'of_iommu_configure':
      case 'acpi_iommu_configure_id':
        if (dev && result === 0 && !f.notes['xlated'] && !f.notes['replayed']) {
          this.emit('fwspec-found', { dev });
        }
        return;
      case 'iommu_device_use_default_domain':
        if (dev)
          this.emit('use-default-domain', { dev, errno: result, group: this.view.groupOf(f.a) });
        return;
      case 'driver_deferred_probe_add':
        // It does nothing where no driver matches, or where the device is on the list.
        if (dev && !f.notes['listed'] && this.isPending(dev)) this.emit('deferred', { dev });
        return;
      case 'really_probe':
        if (dev && result < 0 && result !== EPROBE_DEFER)
          this.emit('probe-failed', { dev, errno: result });
        return;
      case 'kill_device':
        if (dev) this.emit('device-removed', { dev });
        return;
      case 'bus_iommu_probe':
        this.leftMembers();
        return;
      case 'iommu_setup_default_domain': {
        if (result === 0) this.visitsMembers(f);
        const address = this.view.defaultDomainAddress(f.a);
        if (!address || address === f.notes['domain']) return;
        const [group, domain] = [this.view.group(f.a), this.view.domain(address)];
        if (group && domain) this.emit('default-domain-set', { group, domain });
        return;
      }
      default:
    }
  }

  /**
   * The walk goes over the members of the group of @setup next, in the end without its mutex: what
   * it does before under that mutex can not meet one that is gone.
   */
  private visitsMembers({ a }: Frame): void {
    const walk = this.inside('bus_iommu_probe');
    const group = this.view.group(a);
    if (!walk || !group || this.inside('__iommu_probe_device')) return;
    walk.notes['group'] = a;
    this.emit('members-unlocked', { group, edge: 'begin' });
  }

  /** The walk is done with the members of a group. */
  private leftMembers(): void {
    const walk = this.inside('bus_iommu_probe');
    const group = walk?.notes['group'] ? this.view.group(walk.notes['group']) : null;
    if (!walk || !group || this.inside('__iommu_probe_device')) return;
    walk.notes['group'] = 0;
    this.emit('members-unlocked', { group, edge: 'end' });
  }

  /** The per-device probe around us has seen that the device has no group. */
  private visited(dev: Handle): void {
    const probe = this.inside('__iommu_probe_device');
    if (probe) this.visit(probe, dev);
  }

  private visit(probe: Frame, dev: Handle): void {
    probe.notes['visited'] = 1;
    if (probe.b !== 0) this.emit('walk-visit', { dev, instance: this.walker() });
  }

  private leaveInit(f: Frame, dev: Handle, result: number): void {
    const by = this.by();
    // These buses can always configure: not having done so means that a driver was set.
    if (!f.notes['configured'] && !f.notes['fwspec']) {
      this.emit('configure-skipped', { dev, by });
    }
    const missing = f.notes['looked'] && !f.notes['tried'];
    if (result === ENODEV && missing) this.emit('ops-missing', { dev, by });
    this.emit('init-end', { dev, by, errno: result });
  }

  private enterFwspec(f: Frame): void {
    f.notes['iommu'] = this.view.iommuAddress(f.a);
    f.notes['fwspec'] = this.view.fwspecAddress(f.a);
    f.notes['ready'] = this.view.readyOf(f.b) ? 1 : 0;
    const configure = this.configuring();
    if (configure) configure.notes['xlated'] = 1;
  }

  private leaveFwspec(f: Frame, dev: Handle, result: number): void {
    const instance = this.view.instanceOfNode(f.b);
    if (!instance) return;
    // Without the flag there is nothing to be not ready; with it, the caller is told by another way
    // that nothing was listed when it looked, whatever has been listed since.
    const flagged = this.view.hasReady() && !f.notes['absent'];
    if (result === EPROBE_DEFER && flagged) this.emit('not-ready-deferred', { dev, instance });
    if (result !== 0) return;
    // Where dev->iommu exists the flag is not read, so that nothing tells when it would have been:
    // it counts as accepted only if it was not ready all along.
    const isReady = f.notes['ready'] === 1 || this.view.readyOf(f.b);
    const accepted = flagged && !isReady && f.notes['iommu'];
    if (accepted) this.emit('not-ready-accepted', { dev, instance });
    if (!f.notes['fwspec']) this.emit('fwspec-built', { dev, instance });
  }

  watched(_t: KernelThread, addr: number): void {
    const what = this.view.watchedWord(addr);
    if (!what) return;
    const { dev, field, address } = what;
    if (field === 'driver') {
      if (this.view.driverAddress(address)) this.emit('driver-set', { dev });
      else this.emit('driver-clear', { dev });
      return;
    }
    if (field !== 'iommu_group') {
      const mask = { dev, word: field, bits: this.view.maskBits(addr) };
      const isDriver = this.inside('dma_set_mask') ?? this.inside('dma_set_coherent_mask');
      this.emit(isDriver ? 'dma-mask-set' : 'dma-mask-limited', mask);
      return;
    }
    const group = this.view.groupOf(address);
    if (group)
      this.emit('group-set', { dev, group, id: this.view.groupId(address), by: this.by() });
  }

  scene(kind: number, a: number, b: number): void {
    if (!this.m.current) return;
    const dev = this.view.device(a);
    if (!dev) return;
    if (kind === SCENE.tried) {
      const init = this.inside('iommu_init_device');
      if (init) init.notes['tried'] = 1;
      const { have, want } = this.view.streamIds(a);
      // Of a device that is gone there are no ids to look at.
      if (this.view.iommuAddress(a) && have < want)
        this.emit('fwspec-incomplete', { dev, have, want });
      const instance = this.view.instanceOfNode(this.view.instanceNode(a));
      if (b === 0 && instance) this.emit('instance-not-found', { dev, instance });
    } else if (kind === SCENE.probeDevice) {
      this.emit('probe-device', { dev, instance: this.view.instanceOfIommu(b), by: this.by() });
    } else if (kind === SCENE.driverProbe) this.emit('driver-probe', { dev });
    else if (kind === SCENE.driverProbeEnd) this.emit('driver-probe-end', { dev });
  }

  /** The IOMMU or the group of a device that the current thread has loaded last, and is NULL. */
  lacking(): string | null {
    const { log, logLength } = this.m.mem;
    for (let i = logLength - 3; i >= 0; i -= 3) {
      if (log[i + 2]! >> 8 === this.m.current?.id) return this.view.lacking(log[i + 1]!);
    }
    return null;
  }

  lateWarn(): void {
    if (!this.m.current) return;
    const probe = this.inside('__iommu_probe_device');
    const dev = probe ? this.view.device(probe.a) : null;
    if (dev) this.emit('late-warn', { dev, by: this.by() });
  }

  bugOn(text: string): void {
    if (this.m.current) this.emit('bug-on', { text });
  }

  /** The bus driver that container_of(NULL) gives is asked whether it manages its DMA. */
  astray(addr: number, site: number): void {
    const f = this.frames().at(-1);
    const { frames, debug } = this.m.image;
    const [, bus] = /^(\w+)_dma_configure$/.exec(f?.fn ?? '') ?? [];
    if (!f || bus === undefined || frames[site]?.[0]?.fn !== f.fn) return;
    const struct = `${bus}_driver`;
    const driver = debug.offsetOf(struct, 'driver') ?? debug.offsetOf(struct, 'drv');
    const asked = debug.offsetOf(struct, 'driver_managed_dma');
    if (driver === null || asked === null || addr !== (asked - driver) >>> 0) return;
    const dev = this.view.device(f.a);
    if (dev) this.emit('driver-from-null', { dev });
  }

  text(line: string): void {
    this.onText(line);
  }
  access(addr: number, kind: number, site: number): void {
    this.onAccess(addr, kind, site);
  }
}
