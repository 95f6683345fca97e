// SPDX-License-Identifier: GPL-2.0-only
// What each thread does to what both sides name: locks that it takes and gives back, fields that it
// stores, objects that it frees, and the locks that it holds meanwhile.
//
// The threads of a world run one after the other, each until it waits or ends, in every order of
// them. So the model and the C make the same run, and each thread has to do the same there, whether
// a rule breaks or not: a mutex that one side leaves out shows, and so do two stores the other way
// round, or a free that comes too early.
//
//   modprobe    lock group->mutex        {group->mutex, b0000000.eth}
//   modprobe    store group.owner_cnt    {group->mutex, b0000000.eth}
//   modprobe    unlock group->mutex      {b0000000.eth}

import { Machine } from '#checker/machine/machine';
import type { TraceStep } from '#finding/step';
import type { Revision } from '#kernel/index';
import type { KernelImage } from '#realc/build/image';
import { Names } from '#realc/machine/names';
import { KIND } from '#realc/machine/words';
import { SourceRunner } from '#realc/search/run';
import { openWorld } from '#run/watched-scene';
import type { World } from '#worlds/world';
import { threadOf } from './story.ts';

/** What was done, the locks that were held, and the functions that did it, innermost first. */
export interface Deed {
  readonly what: string;
  readonly held: readonly string[];
  readonly stack: readonly string[];
}

/** The deeds of a run, by thread. */
export type Deeds = ReadonlyMap<string, readonly Deed[]>;

/** The deeds of the runs of a world: one run for each order of its threads. */
export type DeedsOf = (order: readonly number[]) => Deeds;

/** Locks with a name of their own. Those of devices and groups are known by their objects. */
const LOCKS: ReadonlySet<string> = new Set([
  'iommu_probe_device_lock',
  'iommu_device_lock',
  'device_links_lock',
  'deferred_probe_mutex',
]);

/**
 * Fields whose stores are compared, as the model calls them, and what the C calls another way.
 * Those that only one side has are left out, and most lists: one Op there, several words here.
 */
const FIELDS: ReadonlyMap<string, string> = new Map(
  [
    ['device.driver'],
    ['device.iommu'],
    ['device.iommu_group'],
    ['device.dma_range_map'],
    ['device.async_driver', 'device_private.async_driver'],
    ['dev_iommu.fwspec'],
    ['dev_iommu.iommu_dev'],
    ['iommu_group.default_domain'],
    ['iommu_group.domain'],
    ['iommu_group.owner_cnt'],
    ['iommu_group.owner'],
    ['iommu_group.id'],
    ['device.dead', 'device_private.dead'],
  ].map(([model = '', real = model]) => [real, model]),
);

/** Members of a group: of the words that a list operation stores, one, with the function. */
const MEMBERS = 'iommu_group.devices';
const MEMBERS_BY: ReadonlyMap<string, string> = new Map([
  ['iommu_group.devices.prev', 'list_add_tail'],
  ['group_device.list.prev', 'list_del'],
]);

/** Objects of which it is compared where they are freed. */
const FREED: ReadonlySet<string> = new Set([
  'dev_iommu',
  'iommu_fwspec',
  'iommu_group',
  'group_device',
  'bus_dma_region',
]);

/** The C does not know the type of what devm_kzalloc() has given a driver: it tells this store. */
const READY = 'iommu_device.ready';
const COMPARED: ReadonlySet<string> = new Set([...FIELDS.values(), MEMBERS, READY]);

/** Fields that are numbers on both sides; of others it is told whether they are NULL. */
const NUMBERS: ReadonlySet<string> = new Set(['iommu_group.id']);

function stored(field: string, value: string): string {
  if (NUMBERS.has(field)) return `store ${field} = ${value}`;
  return `store ${field}${/^(NULL|0|false)$/.test(value) ? ' = NULL, 0 or false' : ''}`;
}

/** What a lock is called here; null for one that only one side has. */
function lockName(world: World, name: string): string | null {
  if (LOCKS.has(name)) return name;
  if (/\biommu_group(#\d+)?$/.test(name)) return 'group->mutex';
  return world.devices.some((d) => d.name === name) ? name : null;
}

/** Gathers the deeds of one run. */
class Gathered {
  private readonly world: World;
  readonly byThread = new Map<string, Deed[]>();

  constructor(world: World) {
    this.world = world;
  }

  /** A deed of @thread; @held are locks by their own names. */
  add(thread: string, what: string, held: readonly string[], stack: readonly string[]): void {
    const name = threadOf(thread);
    const deeds = this.byThread.get(name) ?? [];
    const known = held.flatMap((lock) => lockName(this.world, lock) ?? []).sort();
    deeds.push({ what, held: known, stack });
    this.byThread.set(name, deeds);
  }

  /** A step of the model. */
  step(s: TraceStep, type: string): void {
    const [, op] = /^(?:read_|write_|try)?(lock|unlock)$/.exec(s.op) ?? [];
    if (op) this.lock(s.thread, op, s.object, s.locks, s.stack);
    const field = `${type}.${s.field}`;
    if (s.op === 'store' && COMPARED.has(field))
      this.add(s.thread, stored(field, s.after), s.locks, s.stack);
    if (s.op === 'free' && FREED.has(type)) this.add(s.thread, `free ${type}`, s.locks, s.stack);
  }

  /** A lock that both sides have is taken, or given back. */
  lock(
    thread: string,
    op: string,
    lock: string,
    held: readonly string[],
    stack: readonly string[],
  ) {
    const name = lockName(this.world, lock);
    if (name) this.add(thread, `${op} ${name}`, held, stack);
  }
}

/** Who goes on: a thread of the world, in this order, before workers in that of their beginning. */
function rank(order: readonly number[], id: number, name: string, began: number): number {
  const at = order.indexOf(id);
  if (at >= 0) return at;
  return (threadOf(name) === 'kworker/async' ? 100 : 200) + began;
}

/** The deeds of the model of @revision. */
export function modelDeeds(world: World, revision: Revision): DeedsOf {
  const machine = new Machine(openWorld(world, revision, { by: 'breaks' }).scene);
  return (order) => {
    const to = new Gathered(world);
    /** Threads in the order in which they could run first: their numbers outlive a run. */
    const began: number[] = [];
    const rankOf = (t: number): number => rank(order, t, machine.threadName(t), began.indexOf(t));
    machine.reset();
    for (;;) {
      const able = Array.from({ length: machine.threadCount() }, (_, t) => t).filter(
        (t) => !machine.isDone(t) && machine.enabled(t),
      );
      began.push(...able.filter((t) => !began.includes(t)));
      const [t] = able.sort((a, b) => rankOf(a) - rankOf(b));
      if (t === undefined) return to.byThread;
      const { objectType } = machine.pending(t);
      to.step(machine.record(t, 0), objectType);
    }
  };
}

/** The deeds of the C of @image. */
export function realDeeds(image: KernelImage, world: World): DeedsOf {
  const runner = new SourceRunner(image, world);
  const { machine, events } = runner;
  const { mem, heap, locks } = machine;
  const names = new Names(image.debug, heap, (addr) => events.view.nameOfAddress(addr));
  const nameOf = (addr: number): string => {
    const { object, field } = names.at(addr);
    const [member = ''] = field.split('.');
    return LOCKS.has(object) || member === 'mutex' ? object : `${object}.${member}`;
  };
  return (order) => {
    const to = new Gathered(world);
    /** A store is told before it is made: it is looked at with what comes next. */
    let waiting: (() => void) | null = null;
    const settle = (): void => {
      waiting?.();
      waiting = null;
    };
    const heldBy = (): string[] => (machine.current?.held ?? []).map((l) => nameOf(l.addr));
    locks.onChange = (addr, op) => {
      settle();
      const { current } = machine;
      if (current) to.lock(current.name, op, nameOf(addr), heldBy(), machine.stack());
    };
    heap.onFree = (addr) => {
      settle();
      const { type } = names.at(addr);
      const { current } = machine;
      if (!current || !FREED.has(type)) return;
      to.add(current.name, `free ${type}`, heldBy(), machine.stack());
    };
    events.onAccess = (addr, kind) => {
      settle();
      const { current } = machine;
      if (!current || !(kind & KIND.write)) return;
      const { type, field: member } = names.at(addr);
      const name = `${type}.${member}`;
      const [fn] = MEMBERS_BY.has(name) ? machine.stack() : [];
      const field = fn && MEMBERS_BY.get(name) === fn ? MEMBERS : FIELDS.get(name);
      if (field === undefined) return;
      const [held, stack] = [heldBy(), machine.stack()];
      waiting = () => {
        const value = kind >> 8 === 1 ? mem.u8[addr] : mem.u32[addr >> 2];
        to.add(current.name, stored(field, String(value)), held, stack);
      };
    };
    runner.onEvent = ({ name, thread }) => {
      settle();
      if (name === 'instance-ready')
        to.add(thread, stored(READY, 'true'), heldBy(), machine.stack());
    };
    machine.recording = true;
    runner.runBy({ preemptions: [], choices: [] }, null, {
      traced: true,
      pick: (able) =>
        able.reduce((a, b) =>
          rank(order, b.id - 1, b.name, b.id) < rank(order, a.id - 1, a.name, a.id) ? b : a,
        ).id,
    });
    settle();
    machine.recording = false;
    locks.onChange = null;
    heap.onFree = () => undefined;
    events.onAccess = () => undefined;
    runner.onEvent = null;
    return to.byThread;
  };
}
