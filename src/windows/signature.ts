// SPDX-License-Identifier: GPL-2.0-only
// What signatures share: a state with a name for each device, and who walks for whom.

import type { Report } from '#checker/program/program';
import type { Peek, Signature } from '#checker/program/scene';
import { aboutOf, type EventName } from '#env/events';
import type { Value } from '#env/op';
import {
  type GroupHandle,
  type HeardEvent,
  heard,
  isNamed,
  type RuleContext,
  type WatchedDevice,
} from '#properties/context';
import type { World, WorldDevice } from '#worlds/world';

/** How far a signature reaches; where nothing is told, it may explain whatever is reported. */
export interface Reach {
  /** Ids of the rules whose reports it may explain, besides what the machine itself reports. */
  readonly rules?: readonly string[];
  /** True where it watches devices behind no IOMMU as well. */
  readonly all?: boolean;
  /** What must have happened before it leaves its initial state for one that explains more. */
  readonly begins?: { readonly event: EventName; readonly when: (e: HeardEvent) => boolean };
}

/** How a window is recognised in a run of one world. */
interface Recogniser extends Omit<Signature, 'window' | 'subjects'> {
  readonly events: readonly EventName[];
}

/** How to recognise a window in the runs of any world. */
export interface WindowSignature extends Reach {
  make(ctx: RuleContext): Recogniser;
}

export type Explained = Omit<Report, 'window'>;

/** What a device's state may be: a name, or a list or record of what JSON can write. */
export type Plain = string | object;

/** An automaton of which each device has a state of its own. */
export interface Automaton<S extends Plain> {
  readonly events: readonly EventName[];
  readonly reads?: readonly string[];
  /** State of one device before anything runs. */
  readonly initial: S | ((d: WatchedDevice) => S);
  /** Next state of the device that the event is about. */
  step(state: S, e: HeardEvent, d: WatchedDevice, peek: Peek): S;
  /** Next state of each device behind the instance that it is about; absent: as it was. */
  ofInstance?(state: S, e: HeardEvent, d: WatchedDevice): S;
  explains(devices: Devices<S>, report: Explained, peek: Peek): boolean;
}

/** The automaton's state of each device that it watches. */
export interface Devices<S> {
  /** Undefined for a device that is not watched. */
  of(name: string): S | undefined;
  /** States of the two devices that a report is about: its subject, and the other one it names. */
  readonly named: readonly [subject: S | undefined, other: S | undefined];
  /**
   * State of the subject; where the count of users of its group is wrong, of all devices that may
   * be in it, as any of them may have counted too often, or in another group.
   */
  readonly about: readonly S[];
  some(test: (state: S, d: WatchedDevice) => boolean): boolean;
}

/** A signature whose state is one for each device: each steps on its own events alone. */
export function perDevice<S extends Plain>(
  make: (ctx: RuleContext) => Automaton<S>,
  reach: Reach = {},
): WindowSignature {
  return {
    ...reach,
    make(ctx) {
      const a = make(ctx);
      const read = readerOf<S>();
      const first = (d: WatchedDevice): S =>
        typeof a.initial === 'function' ? a.initial(d) : a.initial;
      const isWatched = (d: WatchedDevice): boolean =>
        reach.all === true || d.data.iommus.length > 0;
      return {
        events: a.events,
        reads: a.reads ?? [],
        initial: ctx.devices.map((d) => (isWatched(d) ? JSON.stringify(first(d)) : null)),
        step(state, e, peek) {
          const d = ctx.watched(aboutOf(e));
          if (d && !isWatched(d)) return state;
          const event = heard(e);
          const next = (d: WatchedDevice, s: S): S =>
            e.name in INSTANCE_EVENTS
              ? (a.ofInstance?.(s, event, d) ?? s)
              : a.step(s, event, d, peek);
          const concerned = d ? [d] : behind(ctx, event);
          return concerned.reduce((now, d) => {
            const texts = now as readonly (string | null)[];
            const before = texts[d.position] as string;
            const after = JSON.stringify(next(d, read(before)));
            return after === before ? now : replaced(texts, d.position, after);
          }, state);
        },
        explains: (state, report, peek) =>
          a.explains(devicesOf(ctx, state, read, report), report, peek),
      };
    },
  };
}

/** An automaton of which a run has one state for all devices. */
interface SharedAutomaton<S extends Plain> extends Pick<Automaton<S>, 'events' | 'reads'> {
  readonly initial: S;
  step(state: S, e: HeardEvent, peek: Peek): S;
  explains(state: S, report: Explained, peek: Peek): boolean;
}

/** A signature with one state for all devices, for events that are about none, or about several. */
export function shared<S extends Plain>(
  make: (ctx: RuleContext) => SharedAutomaton<S>,
  reach: Reach = {},
): WindowSignature {
  return {
    ...reach,
    make(ctx) {
      const a = make(ctx);
      const read = readerOf<S>();
      return {
        events: a.events,
        reads: a.reads ?? [],
        initial: JSON.stringify(a.initial),
        step: (state, e, peek) => JSON.stringify(a.step(read(state as string), heard(e), peek)),
        explains: (state, report, peek) => a.explains(read(state as string), report, peek),
      };
    },
  };
}

/** Events whose first argument is an instance. */
const INSTANCE_EVENTS: Readonly<Record<string, true>> = {
  'instance-listed': true,
  'instance-ready': true,
  'register-end': true,
  'release-begin': true,
};

/** The devices behind the instance that an event of an instance names. */
function behind(ctx: RuleContext, e: HeardEvent): readonly WatchedDevice[] {
  if (!(e.name in INSTANCE_EVENTS) || !('instance' in e)) return [];
  const name = ctx.instance(e.instance);
  return ctx.devices.filter((d) => d.data.iommus.some((use) => use.instance === name));
}

/** States are kept as text, which the machine interns; each text is parsed once. */
function readerOf<S extends Plain>(): (text: string) => S {
  const known = new Map<string, S>();
  return (text) => {
    const state = known.get(text) ?? (JSON.parse(text) as S);
    known.set(text, state);
    return state;
  };
}

function replaced(texts: readonly (string | null)[], at: number, by: string): Value {
  const next = [...texts];
  next[at] = by;
  return next;
}

function devicesOf<S extends Plain>(
  ctx: RuleContext,
  state: Value,
  read: (text: string) => S,
  report: Explained,
): Devices<S> {
  const texts = state as readonly (string | null)[];
  const at = (d: WatchedDevice | undefined): S | undefined => {
    const text = d && texts[d.position];
    return text == null ? undefined : read(text);
  };
  const of = (name: string): S | undefined => at(ctx.devices.find((x) => x.data.name === name));
  const other = report.facts['other'];
  const names = report.property === 'P10' ? mates(ctx, report.subject) : [report.subject];
  return {
    of,
    named: [of(report.subject), typeof other === 'string' ? of(other) : undefined],
    about: names.map(of).filter((x) => x !== undefined),
    some: (test) =>
      ctx.devices.some((d) => {
        const mine = at(d);
        return mine !== undefined && test(mine, d);
      }),
  };
}

/** The device, and all that may share its group. */
function mates(ctx: RuleContext, name: string): readonly string[] {
  const keys = (d: WatchedDevice): readonly unknown[] =>
    [d.data.name, d.data.alias, d.data.groupKey].filter((key) => key != null);
  const own = ctx.devices.filter((d) => d.data.name === name).flatMap(keys);
  return ctx.devices.filter((d) => keys(d).some((k) => own.includes(k))).map((d) => d.data.name);
}

/** Instances of the device that still have to walk over it, as a list of their names. */
export function unvisited(ctx: RuleContext, d: WatchedDevice): readonly string[] {
  const names = new Set(d.data.iommus.map((use) => use.instance));
  return [...names].filter((n) => !ctx.world.instances.find((i) => i.name === n)?.registered);
}

/** True when the walk that the event speaks of belongs to an IOMMU of the device. */
export function ownWalk(ctx: RuleContext, d: WatchedDevice, instance: Value): boolean {
  const name = ctx.instance(instance);
  return d.data.iommus.some((use) => use.instance === name);
}

/**
 * True where a report is about the order of probes: ids out of the order of the bus list, or two
 * groups for devices with one requester id, as the later one was probed first.
 */
export function isOrder(report: Explained): boolean {
  if (report.property === 'P13') return report.facts['kind'] === 'alias';
  return report.property === 'P2';
}

/** True where a rule reports it, and not the machine. */
export function isOfRule(report: Explained): boolean {
  return /^P\d+$/.test(report.property);
}

/** True when the device is in the group that a report is about. */
export function memberOf(peek: Peek, d: WatchedDevice, group: string): boolean {
  return (peek.get(d.handle, 'iommu_group') as GroupHandle | null)?.name === group;
}

/** True where the instance belongs to an SMMU's driver. */
export function isSmmu(ctx: RuleContext, instance: Value): boolean {
  const name = ctx.instance(instance);
  const driver = ctx.world.instances.find((i) => i.name === name)?.driver ?? '';
  return driver.startsWith('arm-smmu');
}

/** True for a device behind units of tables that their own drivers read: firmware names none. */
export function isUnnamed(world: World, d: WorldDevice): boolean {
  return d.iommus.length > 0 && !isNamed(world, d);
}

/** @list with @item in it once, in order. */
export function including(list: readonly string[], item: string): readonly string[] {
  return [...list.filter((x) => x !== item), item].sort();
}

/** @list without @item. */
export function excluding(list: readonly string[], item: string): readonly string[] {
  return list.filter((x) => x !== item);
}
