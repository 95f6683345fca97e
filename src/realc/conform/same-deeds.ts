// SPDX-License-Identifier: GPL-2.0-only
// Holds the deeds of the model's threads against those of the C's: each has to do the same.
//
// What one side alone does, and why that is right, stands in LEFT_OUT. All else is a difference.

import type { World } from '#worlds/world';
import type { Deed, Deeds, DeedsOf } from './deeds.ts';

/** Deeds that one side alone has. */
interface LeftOut {
  readonly side: 'model' | 'C';
  readonly why: string;
  readonly is: (deed: Deed, world: World) => boolean;
}

const isOwner = (world: World): boolean =>
  world.instances.some((i) => /^(exynos|rockchip)$/.test(i.driver));

/** Each is met in some world of `worlds.ts`: the tests ask for that. */
export const LEFT_OUT: readonly LeftOut[] = [
  {
    side: 'model',
    why: 'IOMMU drivers look instances up among their own, in the model on the list of the core',
    is: ({ stack: [fn, caller] }) =>
      fn === 'iommu_from_fwnode' && !/^iommu_(fwspec_init|ops_from_fwnode)$/.test(caller ?? ''),
  },
  {
    side: 'model',
    why: 'exynos and rockchip keep no ids in the fwspec, so that it is not moved',
    is: ({ stack: [fn] }, world) => fn === 'iommu_fwspec_add_ids' && isOwner(world),
  },
  {
    side: 'C',
    why: 'the links of exynos and rockchip are for power management only, and not modelled',
    is: ({ stack }) => stack.includes('rw_owner_probe_device'),
  },
  {
    side: 'C',
    why: 'a device link is a device of its own, which is deferred and removed like others',
    is: ({ stack }) => stack.includes('__device_link_del') && stack.includes('device_del'),
  },
  {
    side: 'C',
    why: 'why a device is deferred is text for debugfs',
    is: ({ stack }) => stack.includes('device_set_deferred_probe_reason'),
  },
  {
    side: 'C',
    why: 'device_add() finds no driver for a PCI function, which matches once it was enumerated',
    is: ({ stack }) =>
      stack.includes('__device_attach') &&
      stack.includes('device_add') &&
      stack.some((fn) => /^rw_(thread_)?pci_add$/.test(fn)),
  },
];

const isWorker = ({ stack }: Deed): boolean => stack.includes('deferred_probe_work_func');

/**
 * Without the looks of the deferral worker at an empty list: it begins again whenever it is told to
 * in the C, and in the model where the list has devices.
 */
function withoutIdleLooks(deeds: readonly Deed[]): readonly Deed[] {
  const isLook = (at: number): boolean => {
    const [one, two] = [deeds[at], deeds[at + 1]];
    const mutex = 'deferred_probe_mutex';
    return (
      one?.what === `lock ${mutex}` && two?.what === `unlock ${mutex}` && one.held.length === 1
    );
  };
  return deeds.filter((deed, at) => {
    if (!isWorker(deed)) return true;
    const begin = isLook(at) ? at : isLook(at - 1) ? at - 1 : null;
    if (begin === null) return true;
    const next = deeds[begin + 2];
    return next !== undefined && !isLook(begin + 2);
  });
}

/** The deeds of @side that the other side has to have as well. */
function comparable(world: World, side: LeftOut['side'], deeds: readonly Deed[]): readonly Deed[] {
  const rules = LEFT_OUT.filter((rule) => rule.side === side);
  return withoutIdleLooks(deeds.filter((deed) => !rules.some((rule) => rule.is(deed, world))));
}

const inWords = ({ what, held }: Deed): string =>
  `${what}, holding ${held.length > 0 ? held.join(' and ') : 'nothing'}`;

/** Functions that only take or give back a lock for others. */
const LOCKING =
  /^((un)?lock|_raw_spin_\w+|mutex_\w+|(device|__device_driver|device_links_\w+)_(un)?lock)$/;

function at(deed: Deed | undefined): string {
  if (!deed) return 'nothing more';
  const fn = deed.stack.find((name) => !LOCKING.test(name));
  return `${inWords(deed)}, in ${fn ?? 'no function'}()`;
}

/** The first deed in which two threads part; null where they do the same. */
function parting(model: readonly Deed[], real: readonly Deed[]): string | null {
  for (let i = 0; i < Math.max(model.length, real.length); i++) {
    const [m, r] = [model[i], real[i]];
    if (m && r && inWords(m) === inWords(r)) continue;
    const before = i === 0 ? 'at first' : `after ${model[i - 1]!.what}`;
    return `${before}: the model: ${at(m)}; the C: ${at(r)}`;
  }
  return null;
}

/** Every order of @count threads. */
export function ordersOf(count: number): number[][] {
  if (count === 0) return [[]];
  return ordersOf(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, i) => [...order.slice(0, i), count - 1, ...order.slice(i)]),
  );
}

/** What came of a world. */
interface DeedsCompared {
  /** Deeds that both sides have, in all runs. */
  readonly same: number;
  readonly differences: readonly string[];
}

/** The runs of the C, each once, to be held against several models. */
export function remembered(deedsOf: DeedsOf): DeedsOf {
  const known = new Map<string, Deeds>();
  return (order) => {
    const key = order.join();
    const deeds = known.get(key) ?? deedsOf(order);
    known.set(key, deeds);
    return deeds;
  };
}

/** Hold @model against @real in each order of the threads of @world. */
export function compareDeeds(world: World, model: DeedsOf, real: DeedsOf): DeedsCompared {
  const differences: string[] = [];
  let same = 0;
  for (const order of ordersOf(world.threads.length)) {
    const [m, r] = [model(order), real(order)];
    for (const thread of new Set([...m.keys(), ...r.keys()])) {
      const deeds = comparable(world, 'model', m.get(thread) ?? []);
      const text = parting(deeds, comparable(world, 'C', r.get(thread) ?? []));
      const names = order.map((t) => world.threads[t]!.name).join(', ');
      if (text) differences.push(`${thread} of ${names}, one after the other: ${text}`);
      else same += deeds.length;
    }
  }
  return { same, differences };
}
