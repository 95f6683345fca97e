// SPDX-License-Identifier: GPL-2.0-only
// Worlds by name: small scenes in which the model and the kernel's own C are held side by side.

import type {
  World,
  WorldDevice,
  WorldInstance,
  WorldSpecifier,
  WorldSwitches,
  WorldThread,
} from '#worlds/world';

const SWITCHES: WorldSwitches = {
  asyncProbe: false,
  strictDevlink: false,
  deferralEnabled: true,
  deferralTimeout: false,
};

function mmu(n: number): WorldDevice {
  return {
    name: `a000${n}000.iommu`,
    bus: 'platform',
    role: 'iommu',
    iommus: [],
    present: true,
    driver: { name: 'iommu', managedDma: false, async: false },
    groupKey: null,
    dmaRanges: false,
  };
}

function instance(n: number, driver: string, registered = false): WorldInstance {
  return { name: `mmu${n}`, device: `a000${n}000.iommu`, driver, registered };
}

function use(n: number, id: number): WorldSpecifier {
  return { instance: `mmu${n}`, ids: [id] };
}

function client(name: string, iommus: WorldSpecifier[], over: Partial<WorldDevice> = {}) {
  return {
    name,
    bus: 'platform',
    role: 'client',
    iommus,
    present: true,
    driver: { name: name.split('.')[1] ?? name, managedDma: false, async: false },
    groupKey: null,
    dmaRanges: false,
    ...over,
  } satisfies WorldDevice;
}

const register = (n: number, name: string): WorldThread => ({
  kind: 'iommu-probe',
  name,
  instance: `mmu${n}`,
});
const attach = (device: string, name: string): WorldThread => ({
  kind: 'driver-attach',
  name,
  device,
});

const remove = (device: string): WorldThread => ({ kind: 'device-del', name: 'rmmod', device });

function world(name: string, over: Partial<World>): World {
  return {
    name,
    classKey: `hand:${name}`,
    firmware: 'dt',
    devices: [mmu(0), client('b0000000.eth', [use(0, 1)])],
    instances: [instance(0, 'arm-smmu-v3')],
    threads: [register(0, 'swapper/0'), attach('b0000000.eth', 'modprobe')],
    switches: SWITCHES,
    focus: ['b0000000.eth'],
    ...over,
  };
}

/** A client whose driver sets a DMA mask. */
function masked(name: string, bits: number, iommus: WorldSpecifier[]): World {
  const driver = { name: 'eth', managedDma: false, async: false, dmaMask: bits };
  return world(name, { devices: [mmu(0), client('b0000000.eth', iommus, { driver })] });
}

const quiet = (name: string, n: number, id: number): WorldDevice =>
  client(name, [use(n, id)], { role: 'bystander', driver: null });

const pci = (
  name: string,
  iommus: WorldSpecifier[],
  over: Partial<WorldDevice> = {},
): WorldDevice => {
  const driver = { name: 'nvme', managedDma: false, async: false };
  return client(name, iommus, { bus: 'pci', driver, ...over });
};

/** A walk meets devices that nobody binds, before and after a client that is bound. */
const bystanders: Partial<World> = {
  devices: [
    mmu(0),
    quiet('b0000000.dma', 0, 1),
    client('b1000000.eth', [use(0, 2)]),
    quiet('b2000000.usb', 0, 3),
  ],
  threads: [register(0, 'swapper/0'), attach('b1000000.eth', 'modprobe')],
  focus: ['b1000000.eth'],
};

/** All named worlds. */
export const sourceWorlds: readonly World[] = [
  world('two-drivers', {}),
  world('two-drivers-smmu-v2', { instances: [instance(0, 'arm-smmu')] }),
  world('two-drivers-exynos', { instances: [instance(0, 'exynos')] }),
  world('two-drivers-rockchip', { instances: [instance(0, 'rockchip')] }),
  world('two-drivers-virtio', { instances: [instance(0, 'virtio')] }),
  world('bystanders', bystanders),
  world('client-first', {
    devices: [client('b0000000.eth', [use(0, 1)]), mmu(0)],
  }),
  world('two-clients', {
    devices: [mmu(0), client('b0000000.eth', [use(0, 1)]), client('b1000000.usb', [use(0, 2)])],
    threads: [
      register(0, 'swapper/0'),
      attach('b0000000.eth', 'modprobe'),
      attach('b1000000.usb', 'modprobe:1'),
    ],
    focus: ['b0000000.eth', 'b1000000.usb'],
  }),
  world('shared-ids', {
    devices: [
      mmu(0),
      client('b0000000.eth', [use(0, 1)], { groupKey: 'ids' }),
      client('b1000000.usb', [use(0, 1)], { groupKey: 'ids', role: 'bystander', driver: null }),
    ],
    instances: [instance(0, 'arm-smmu')],
  }),
  world('second-instance', {
    devices: [mmu(0), mmu(1), client('b0000000.eth', [use(0, 1)])],
    instances: [instance(0, 'arm-smmu-v3'), instance(1, 'arm-smmu-v3', true)],
  }),
  world('two-walks', {
    devices: [mmu(0), mmu(1), client('b0000000.eth', [use(0, 1)])],
    instances: [instance(0, 'arm-smmu-v3'), instance(1, 'arm-smmu-v3')],
    threads: [
      register(0, 'swapper/0'),
      register(1, 'kworker/u8:9'),
      attach('b0000000.eth', 'modprobe'),
    ],
  }),
  world('two-specifiers', {
    devices: [mmu(0), mmu(1), client('b0000000.decon', [use(0, 1), use(1, 1)])],
    instances: [instance(0, 'exynos', true), instance(1, 'exynos')],
    threads: [register(1, 'swapper/0'), attach('b0000000.decon', 'modprobe')],
    focus: ['b0000000.decon'],
  }),
  world('device-add', {
    devices: [mmu(0), client('b0000000.eth', [use(0, 1)], { present: false })],
    threads: [
      register(0, 'swapper/0'),
      { kind: 'device-add', name: 'kworker/u8:8', device: 'b0000000.eth' },
      attach('b0000000.eth', 'modprobe'),
    ],
  }),
  world('async-probe', {
    devices: [
      mmu(0),
      client('b0000000.eth', [use(0, 1)], {
        driver: { name: 'eth', managedDma: false, async: true },
      }),
    ],
    switches: { ...SWITCHES, asyncProbe: true },
  }),
  world('strict-devlink', { switches: { ...SWITCHES, strictDevlink: true } }),
  world('pci', {
    devices: [mmu(0), pci('0000:00:01.0', [use(0, 1)])],
    threads: [register(0, 'swapper/0'), attach('0000:00:01.0', 'modprobe')],
    focus: ['0000:00:01.0'],
  }),
  world('pci-functions', {
    devices: [
      mmu(0),
      pci('0000:00:01.0', [use(0, 1)], { groupKey: 'slot' }),
      pci('0000:00:01.1', [use(0, 2)], { groupKey: 'slot', role: 'bystander', driver: null }),
    ],
    threads: [register(0, 'swapper/0'), attach('0000:00:01.0', 'modprobe')],
    focus: ['0000:00:01.0'],
  }),
  world('pci-scan', {
    devices: [mmu(0), pci('0000:00:01.0', [use(0, 1)], { present: false })],
    threads: [
      register(0, 'swapper/0'),
      { kind: 'device-add', name: 'kworker/u8:8', device: '0000:00:01.0' },
    ],
    focus: ['0000:00:01.0'],
  }),
  world('deferred', {
    devices: [mmu(0), mmu(1), client('b0000000.eth', [use(0, 1)], { deferred: true })],
    instances: [instance(0, 'arm-smmu-v3'), instance(1, 'arm-smmu-v3')],
    threads: [register(0, 'swapper/0'), register(1, 'kworker/u8:9')],
  }),
  world('amba', {
    devices: [mmu(0), client('b0000000.dma', [use(0, 1)], { bus: 'amba' })],
    threads: [register(0, 'swapper/0'), attach('b0000000.dma', 'modprobe')],
    focus: ['b0000000.dma'],
  }),
  world('acpi', { firmware: 'acpi' }),
  world('acpi-bystanders', { firmware: 'acpi', ...bystanders }),
  world('acpi-two-instances', {
    firmware: 'acpi',
    devices: [mmu(0), mmu(1), client('b0000000.eth', [use(0, 1), use(1, 2)], { driver: null })],
    instances: [instance(0, 'arm-smmu-v3'), instance(1, 'arm-smmu-v3')],
    threads: [register(0, 'swapper/0'), register(1, 'kworker/u8:9')],
  }),
  world('acpi-device-add', {
    firmware: 'acpi',
    devices: [mmu(0), client('b0000000.eth', [use(0, 1)], { present: false })],
    threads: [
      register(0, 'swapper/0'),
      { kind: 'device-add', name: 'kworker/u8:8', device: 'b0000000.eth' },
    ],
  }),
  world('acpi-pci', {
    firmware: 'acpi',
    devices: [mmu(0), pci('0000:00:01.0', [use(0, 1)])],
    threads: [register(0, 'swapper/0'), attach('0000:00:01.0', 'modprobe')],
    focus: ['0000:00:01.0'],
  }),
  masked('wide-mask', 64, [use(0, 1)]),
  masked('narrow-mask', 30, [use(0, 1)]),
  masked('wide-mask-bare', 64, []),
  masked('narrow-mask-bare', 30, []),
  world('removal', {
    threads: [register(0, 'swapper/0'), attach('b0000000.eth', 'modprobe'), remove('b0000000.eth')],
  }),
  world('removal-deferred', {
    threads: [attach('b0000000.eth', 'modprobe'), remove('b0000000.eth')],
  }),
  world('removal-walk', {
    devices: [mmu(0), client('b0000000.eth', [use(0, 1)], { driver: null })],
    threads: [register(0, 'swapper/0'), remove('b0000000.eth')],
  }),
  world('removal-shared', {
    devices: [
      mmu(0),
      client('b0000000.eth', [use(0, 1)], { groupKey: 'ids', driver: null }),
      client('b1000000.usb', [use(0, 1)], { groupKey: 'ids', role: 'bystander', driver: null }),
    ],
    instances: [instance(0, 'arm-smmu')],
    threads: [register(0, 'swapper/0'), remove('b0000000.eth')],
  }),
  world('removal-add', {
    devices: [
      mmu(0),
      client('b0000000.eth', [use(0, 1)], { driver: null }),
      client('b1000000.usb', [use(0, 2)], { present: false, driver: null }),
    ],
    threads: [
      register(0, 'swapper/0'),
      remove('b0000000.eth'),
      { kind: 'device-add', name: 'kworker/u8:8', device: 'b1000000.usb' },
    ],
    focus: ['b0000000.eth', 'b1000000.usb'],
  }),
  world('late-initcall', {
    threads: [
      register(0, 'modprobe:1'),
      attach('b0000000.eth', 'modprobe'),
      { kind: 'late-initcall', name: 'swapper/0' },
    ],
    switches: { ...SWITCHES, deferralEnabled: false },
  }),
];

/** A named world; undefined if there is none. */
export function sourceWorld(name: string): World | undefined {
  return sourceWorlds.find((w) => w.name === name);
}
