// SPDX-License-Identifier: GPL-2.0-only
// Worlds written by hand: scenes that no board gives, each with the reason why.

import type { DerivedWorld } from './derive.ts';
import { besides } from './hand-beside.ts';
import { maskWorlds } from './hand-masks.ts';
import {
  adder,
  altered,
  binder,
  both,
  client,
  instance,
  intel,
  iommu,
  ready,
  second,
  two,
  undriven,
  walker,
  world,
} from './hand-parts.ts';
import {
  addedBy,
  managed,
  settled,
  withLateFailure,
  withRefusal,
  withRemoval,
  withTimeout,
} from './transforms.ts';
import type { World, WorldThread } from './world.ts';

/** All hand-made worlds. */
export function handWorlds(): DerivedWorld[] {
  return [
    ...removals(),
    ...oddities(),
    ...lazyGroups(),
    ...otherFirmware(),
    ...compositions(),
    ...walksAndLookups(),
    ...topologies(),
    ...besides(),
    ...maskWorlds(),
    mockDevice(),
  ];
}

/** No board says that something goes away, or fails. */
function removals(): DerivedWorld[] {
  const unbinder: WorldThread = { kind: 'iommu-unbind', name: 'bash', instance: '100.iommu' };
  const gpu = client('20.gpu');
  const threads = [walker, binder];
  const refused = client('30.bad', undriven);
  const removed = (w: World): World => withRemoval(w, gpu.name);
  const refusing = (w: World): World => withRefusal(w, refused.name);
  return [
    // C28: hot removal is no property of a device.
    altered(world({ name: 'walk+del', devices: [iommu(), gpu], threads: [walker] }), removed),
    altered(world({ name: 'walk+del intel', ...intel(gpu), threads: [walker] }), removed),
    // C21: most drivers cannot be unbound, but some can.
    world({
      name: 'unbind+add',
      devices: [iommu(), { ...gpu, present: false }],
      instances: ready,
      threads: [unbinder, adder],
    }),
    // C19, C21: the IOMMU's own probe fails after it has registered; that of mediatek may, and does
    // not look its instance up as that of an SMMU did.
    ...(['arm-smmu', 'mediatek'] as const).map((driver) => {
      const name = driver === 'arm-smmu' ? 'fail+bind+retry' : `fail+bind+retry ${driver}`;
      const instances = [instance({ driver })];
      return altered(world({ name, devices: [iommu(), gpu], instances, threads }), withLateFailure);
    }),
    // C19, C20: one device that its IOMMU refuses ends the registration.
    altered(
      world({ name: 'refuse+bind+retry', devices: [iommu(), gpu, refused], threads }),
      refusing,
    ),
    // C20: the groups of another instance stay on the dead list.
    altered(
      world({
        name: 'refuse+walk+retry',
        devices: [
          iommu(),
          iommu('200.iommu'),
          client('20.gpu', { iommus: [both[1]!], deferred: true }),
          refused,
        ],
        instances: two,
        threads: [walker, second],
      }),
      refusing,
    ),
    // C34: a member of a shared group goes away.
    altered(
      world({
        name: 'walk+del shared',
        devices: [
          iommu(),
          client('20.gpu', { ...undriven, role: 'client', groupKey: 'shared' }),
          client('30.eth', { ...undriven, groupKey: 'shared' }),
        ],
        threads: [walker],
      }),
      removed,
    ),
    // C27: no board says when a driver is registered.
    ...(['dt', 'acpi'] as const).map((firmware) =>
      altered(
        world({ name: `add+attach ${firmware}`, firmware, devices: [iommu(), gpu], threads }),
        (w) => addedBy(settled(w), gpu.name, 'kworker/u8:2'),
      ),
    ),
  ];
}

/** Choices of the configuration, of user space, or of a driver. */
function oddities(): DerivedWorld[] {
  const driver = { name: 'vfio-platform', managedDma: false, async: false };
  const owned = client('20.gpu', { driver });
  const threads = [walker, binder];
  return [
    // C22: the deferral timeout.
    altered(
      world({ name: 'walk+bind+timeout', devices: [iommu(), client('20.gpu')], threads }),
      withTimeout,
    ),
    // C29: a driver that manages DMA itself.
    altered(world({ name: 'walk+bind managed', devices: [iommu(), owned], threads }), managed),
    altered(world({ name: 'walk+bind managed intel', ...intel(owned), threads }), managed),
    // C26: the flags of struct device in one word.
    world({
      name: 'walk+bind flags',
      devices: [iommu(), client('20.gpu')],
      instances: [instance({ driver: 'exynos' })],
      threads: [walker, binder],
      switches: { flagsWord: true },
    }),
    // C24: what one processor stores reaches others late and out of order. A bystander comes last:
    // its group is what the walk stores last before READY.
    world({
      name: 'walk+bind buffers',
      devices: [iommu(), client('20.gpu'), client('30.eth', undriven)],
      instances: [instance({ driver: 'exynos' })],
      threads: [walker, binder],
      switches: { storeBuffers: 'pso' },
    }),
  ];
}

/** A lazy default domain whose type is rewritten, and groups of two. */
function lazyGroups(): DerivedWorld[] {
  const shared = { groupKey: 'shared' };
  return [
    // C12: a group that grows.
    world({
      name: 'walk+bind lazy shared',
      devices: [iommu(), client('20.gpu', shared), client('30.eth', { ...undriven, ...shared })],
      threads: [walker, binder],
      switches: { lazyDma: true },
    }),
    // C12: a group of which the first member waits for the walk and the second one does not.
    world({
      name: 'walk+bind lazy shared two',
      devices: [
        iommu(),
        iommu('200.iommu'),
        client('15.eth', { ...undriven, ...shared, iommus: both }),
        client('20.gpu', { ...shared, iommus: both }),
      ],
      instances: [instance({ registered: true }), instance({ name: '200.iommu' })],
      threads: [second, binder],
      switches: { lazyDma: true },
    }),
    // C12 before v6.15, where a walk takes up who has a fwspec, and nobody else: one member got it
    // from a bind that failed, and the other one is replayed while the walk is on its way.
    world({
      name: 'walk+bind lazy shared parsed',
      firmware: 'acpi',
      devices: [
        iommu(),
        iommu('200.iommu'),
        client('15.eth', { ...undriven, ...shared, iommus: both, parsed: true }),
        client('20.gpu', { ...shared, iommus: both }),
      ],
      instances: [
        instance({ driver: 'exynos', registered: true }),
        instance({ name: '200.iommu', driver: 'exynos' }),
      ],
      threads: [second, binder],
      switches: { lazyDma: true },
    }),
  ];
}

/** Firmware, or a bus, that no board reader knows. */
function otherFirmware(): DerivedWorld[] {
  return [
    // C17: no board reader creates CDX devices.
    world({
      name: 'walk+bind cdx',
      devices: [iommu(), client('20.gpu', { bus: 'cdx' })],
      threads: [walker, binder],
    }),
    // C26: ... and a walk that finds what an earlier bind has left, so that it has a group to
    // set up.
    world({
      name: 'walk+bind parsed flags',
      firmware: 'acpi',
      devices: [iommu(), iommu('200.iommu'), client('20.gpu', { iommus: both, parsed: true })],
      instances: [
        instance({ driver: 'exynos', registered: true }),
        instance({ name: '200.iommu', driver: 'exynos' }),
      ],
      threads: [second, binder],
      switches: { flagsWord: true },
    }),
    // C31: one device tree or table entry that names two SMMUs.
    world({
      name: 'walk+bind acpi two',
      firmware: 'acpi',
      devices: [iommu(), iommu('200.iommu'), client('20.gpu', { iommus: both })],
      instances: [instance({ registered: true }), instance({ name: '200.iommu' })],
      threads: [second, binder],
    }),
  ];
}

/** Drivers that do something out of the way. */
function compositions(): DerivedWorld[] {
  return [
    // C30: no board reader reads DMAR tables, and CPUs come and go with user space.
    world({
      name: 'walk+cpu intel',
      ...intel(client('20.gpu', { driver: null })),
      threads: [walker, { kind: 'cpu-online', name: 'cpuhp/1' }],
    }),
    // C43: firmware does not say that the client is behind a unit, so nothing makes it wait.
    world({ name: 'walk+bind intel', ...intel(client('20.gpu')), threads: [walker, binder] }),
    // C18: IOMMU drivers that register before they are prepared.
    world({
      name: 'walk+bind mediatek',
      devices: [iommu(), client('20.gpu')],
      instances: [instance({ driver: 'mediatek' })],
      threads: [walker, binder],
    }),
    world({
      name: 'walk+bind acpi virtio',
      firmware: 'acpi',
      devices: [iommu(), client('20.gpu')],
      instances: [instance({ driver: 'virtio' })],
      threads: [walker, binder],
    }),
    // C02: two walks meet a device that has a fwspec; for want of one they probe none, up to v6.14.
    world({
      name: 'walk+walk parsed',
      devices: [
        iommu(),
        iommu('200.iommu'),
        iommu('300.iommu'),
        client('20.gpu', { driver: null, iommus: both, parsed: true }),
      ],
      instances: ['100.iommu', '200.iommu', '300.iommu'].map((name, i) =>
        instance({ name, driver: 'exynos', registered: i === 0 }),
      ),
      threads: [
        { kind: 'iommu-probe', name: 'swapper/0', instance: '200.iommu' },
        { kind: 'iommu-probe', name: 'kworker/u8:2', instance: '300.iommu' },
      ],
    }),
  ];
}

/** Walks alone, and drivers that look nothing up. */
function walksAndLookups(): DerivedWorld[] {
  return [
    // One walk, and a device that has a fwspec: what a second instance does before v6.15.
    world({
      name: 'walk parsed',
      devices: [
        iommu(),
        iommu('200.iommu'),
        client('20.gpu', { driver: null, iommus: both, parsed: true }),
      ],
      instances: [
        instance({ driver: 'exynos', registered: true }),
        instance({ name: '200.iommu', driver: 'exynos' }),
      ],
      threads: [second],
    }),
    // C40: the worlds of a board have two clients of one instance, or two walks, not both.
    world({
      name: 'walk+walk order',
      devices: [
        iommu(),
        iommu('200.iommu'),
        client('20.gpu', { driver: null, iommus: [both[1]!] }),
        client('30.eth', { driver: null, iommus: [both[1]!] }),
      ],
      instances: two.map((i) => ({ ...i, driver: 'exynos' })),
      threads: [walker, second],
    }),
    // An IOMMU driver that looks no instance up by its own driver: the SMMU's did, and until
    // 7d835134d4e1 so refused the very replay that C09 is about.
    world({
      name: 'walk+bind exynos',
      devices: [iommu(), client('10.cam', undriven), client('20.gpu')],
      instances: [instance({ driver: 'exynos' })],
      threads: [walker, binder],
    }),
    // C25: the same with dma-ranges: it is in 6.12.y, where an SMMU's driver keeps it shut.
    world({
      name: 'walk+bind exynos ranges',
      devices: [iommu(), client('20.gpu', { dmaRanges: true })],
      instances: [instance({ driver: 'exynos' })],
      threads: [walker, binder],
    }),
    // The 7.0-rc regression: an IOMMU driver whose probe registers another driver.
    world({
      name: 'probe registers a driver',
      devices: [iommu(), client('20.gpu')],
      instances: [instance({ registersDriverOf: '20.gpu' })],
      threads: [walker],
    }),
  ];
}

/** PCI functions whose groups depend on the bridge before them, or on ACS. */
function topologies(): DerivedWorld[] {
  const [f0, f1, port, behind] = ['0000:01:00.0', '0000:01:00.1', '0000:00:1c.0', '0000:02:00.0'];
  const pci = { bus: 'pci', groupKey: 'slot', acs: true } as const;
  const attach = (name: string, device: string): WorldThread => ({
    kind: 'driver-attach',
    name,
    device,
  });
  return [
    // C41: no board reader knows of ACS. A bridge is scanned when its own driver has bound.
    world({
      name: 'scan acs dt',
      devices: [
        iommu(),
        client(f0, { ...pci, present: false }),
        client(f1, { ...pci, present: false }),
      ],
      instances: [instance({ driver: 'exynos', registered: true })],
      threads: [
        { kind: 'bus-scan', name: 'kworker/u8:2', devices: [f0, f1] },
        attach('modprobe', f0),
        attach('modprobe/2', f1),
      ],
    }),
    // C41: Intel's unit finds its devices without firmware data; they are all there when it comes.
    world({
      name: 'walk acs intel',
      ...intel(client(f0, { ...pci, driver: null }), client(f1, { ...pci, driver: null })),
      threads: [walker],
    }),
    // Aliases: a device behind a bridge to conventional PCI carries the requester id of the bridge.
    world({
      name: 'walk+bind alias',
      devices: [
        iommu(),
        client(port, { bus: 'pci' }),
        client(behind, { bus: 'pci', alias: port, driver: null }),
      ],
      instances: [instance({ driver: 'exynos' })],
      threads: [walker, attach('modprobe', port)],
    }),
    // Aliases, where the device binds first, or is found first.
    world({
      name: 'scan alias',
      devices: [
        iommu(),
        client(port, { bus: 'pci', present: false }),
        client(behind, { bus: 'pci', present: false, alias: port }),
      ],
      instances: [instance({ driver: 'exynos', registered: true })],
      threads: [
        { kind: 'bus-scan', name: 'kworker/u8:2', devices: [port, behind] },
        attach('modprobe', port),
        attach('modprobe/2', behind),
      ],
    }),
  ];
}

/** C33: the iommufd selftest makes its devices by itself. */
function mockDevice(): DerivedWorld {
  const test = { ...undriven, role: 'client', present: false, addFails: true } as const;
  return world({
    name: 'mock add',
    devices: [iommu(), client('iommufd_mock0', test)],
    instances: [instance({ driver: 'mock', registered: true })],
    threads: [{ kind: 'mock-add', name: 'iommufd', device: 'iommufd_mock0' }],
  });
}
