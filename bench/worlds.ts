// SPDX-License-Identifier: GPL-2.0-only
// Kernel worlds of growing size for the benchmark: one registration, more and more beside it.

import type { Scene } from '../src/checker/program/scene.ts';
import { findRevision } from '../src/kernel/revisions.ts';
import { buildScene } from '../src/worlds/scene.ts';
import type { World, WorldDevice, WorldThread } from '../src/worlds/world.ts';

const iommu = (name: string): WorldDevice => ({
  name,
  bus: 'platform',
  role: 'iommu',
  iommus: [],
  present: true,
  driver: { name: 'arm-smmu', managedDma: false, async: false },
  groupKey: null,
  dmaRanges: false,
});

const client = (name: string, instance = '100.iommu'): WorldDevice => ({
  name,
  bus: 'platform',
  role: 'client',
  iommus: [{ instance, ids: [1] }],
  present: true,
  driver: { name: name.replace(/^.*\./, ''), managedDma: false, async: false },
  groupKey: name,
  dmaRanges: false,
});

function world(
  name: string,
  devices: readonly WorldDevice[],
  instances: readonly string[],
  threads: readonly WorldThread[],
): World {
  const focus = devices.filter((d) => d.role === 'client').map((d) => d.name);
  return {
    name,
    classKey: `bench:${name}`,
    firmware: 'dt',
    devices,
    instances: instances.map((n) => ({
      name: n,
      device: n,
      driver: 'arm-smmu',
      registered: false,
    })),
    threads,
    switches: {
      asyncProbe: false,
      strictDevlink: false,
      deferralEnabled: true,
      deferralTimeout: false,
    },
    focus,
  };
}

const walk = (name: string, instance: string): WorldThread => ({
  kind: 'iommu-probe',
  name,
  instance,
});
const bind = (name: string, device: string): WorldThread => ({
  kind: 'driver-attach',
  name,
  device,
});

/** The worlds, smallest first. */
export function benchWorlds(): World[] {
  const [one, two] = [iommu('100.iommu'), iommu('200.iommu')];
  const [gpu, net] = [client('20.gpu'), client('30.net')];
  const w1 = walk('swapper/0', '100.iommu');
  const w2 = walk('kworker/u8:2', '200.iommu');
  const b1 = bind('modprobe', '20.gpu');
  const b2 = bind('udevd', '30.net');
  return [
    world('3 threads: walk+bind+retry, 1 client', [one, gpu], ['100.iommu'], [w1, b1]),
    world('4 threads: walk+2 binds+retry, 2 clients', [one, gpu, net], ['100.iommu'], [w1, b1, b2]),
    world(
      '5 threads: 2 walks+2 binds+retry, 2 clients',
      [one, two, gpu, net],
      ['100.iommu', '200.iommu'],
      [w1, w2, b1, b2],
    ),
  ];
}

/** A world as a scene without rules, so that both sides check the same: no deadlock. */
export function sceneOf(world: World, revision: string): Scene {
  const found = findRevision(revision);
  if (!found.ok) throw new Error(found.error.message);
  const { name, init, threads } = buildScene(world, found.value);
  return { name, init, threads, rules: [], signatures: [], sometimes: [] };
}
