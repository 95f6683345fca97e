// SPDX-License-Identifier: GPL-2.0-only
// C25: two threads set and free one device's dma_range_map without a lock.

import type { EventName } from '#env/events';
import { DEFERRED_WORKER } from '#properties/context';
import type { World } from '#worlds/world';
import { including, perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** Threads that have begun to bind the device, and those that have come to it to probe it. */
interface Users {
  readonly binds: readonly string[];
  readonly probes: readonly string[];
}

export const c25: Window = {
  id: 'C25',
  name: 'dma-range-map-tug-of-war',
  title: 'Two threads set and free one dma_range_map',
  text:
    'of_dma_configure() has no lock of its own. A bind that is deferred frees ' +
    'dev->dma_range_map ' +
    'while the walk reads it; from v6.15 on walks set and clear it as well, also the walk of ' +
    'another IOMMU, and a driver may run without.',
  threads: ['walk or device_add', 'bind or second walk'],
  precondition:
    'a client with dma-ranges binds, or is walked twice, while a walk parses its firmware',
  symptom: 'KASAN: use-after-free in iommu_dma_init_domain(), or wrong DMA addresses',
  log: [
    {
      seen: {
        kind: 'crash',
        at: ['iommu_dma_init_domain', 'iommu_setup_dma_ops', 'dma_range_map_min'],
        what: 'use-after-free',
      },
    },
  ],
  symptomOf: ['P5'],
  ways: [
    {
      what: 'a bind that is deferred frees what the walk reads',
      opened: 'b46064a18810',
      // Only since then the walk reads the map.
      besides: ['b67483b3c44e'],
      closed: [],
    },
    { what: 'both set and clear it', opened: 'bcb81ac6ae3c', closed: [] },
  ],
  links: [],
  confidence: 0.8,
  kind: 'race',
  needs: ['a bind of a client with dma-ranges during a registration'],
  worlds: [
    { world: 'hand:walk+bind exynos ranges', found: ['6.12.y'], absent: ['6.14'] },
    {
      world: 'dt/platform/populate/arm-smmu@0.before/dma-ranges',
      found: ['7.2'],
      absent: ['6.14'],
    },
  ],
  signatures: {
    /** No lock guards the map: two users of it, of whom one at least probes its device. */
    main: perDevice<Users>(({ world }) => ({
      events: world.devices.some((d) => d.dmaRanges) ? EVENTS : [],
      initial: { binds: [], probes: [] },
      step(state, e) {
        const { binds, probes } = state;
        if (e.name === 'driver-set') return { ...state, binds: including(binds, e.thread) };
        const own = e.name === 'init-begin' && e.by === 'replay';
        return own ? state : { ...state, probes: including(probes, e.thread) };
      },
      explains(devices, report) {
        if (report.property !== 'use-after-free' && report.property !== 'double-free') return false;
        const device = /^(.*)\.dma_range_map#/.exec(report.subject)?.[1];
        const users = device === undefined ? undefined : devices.of(device);
        const pair = [report.facts['thread'], report.facts['freedBy']].map(String);
        if (!users || pair[0] === pair[1]) return false;
        const { binds, probes } = users;
        // Who binds may parse firmware before its driver is set, where a fix has it so.
        const isBind = (a: string) => binds.includes(a) || bindersOf(world, device).includes(a);
        const isProbe = (a: string) => probes.includes(a);
        return pair.some(isProbe) && pair.every((a) => isProbe(a) || isBind(a));
      },
    })),
  },
};

/** Threads that bind the driver of @device, whatever they have come to. */
function bindersOf({ threads }: World, device: string | undefined): readonly string[] {
  const attach = threads.filter((t) => t.kind === 'driver-attach' && t.device === device);
  return [...attach.map((t) => t.name), DEFERRED_WORKER];
}

const EVENTS: readonly EventName[] = ['driver-set', 'walk-visit', 'init-begin'];
