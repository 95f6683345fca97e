// SPDX-License-Identifier: GPL-2.0-only
// What signatures share: a small piece of text per device as state, and who walks for whom.

import type { Report } from '#checker/program/program';
import type { Peek, RunEvent, Signature } from '#checker/program/scene';
import type { Value } from '#env/op';
import type { GroupHandle, RuleContext, WatchedDevice } from '#properties/context';

/** How far a signature reaches; where nothing is told, it may explain whatever is reported. */
export interface Reach {
  /** Ids of the rules whose reports it may explain, besides what the machine itself reports. */
  readonly rules?: readonly string[];
  /** What must have happened before it leaves its initial state for one that explains more. */
  readonly begins?: { readonly event: string; readonly when: (e: RunEvent) => boolean };
}

/** A window of the catalogue: how to recognise it in a run of a given world. */
export interface WindowSignature extends Reach {
  readonly window: string;
  make(ctx: RuleContext): Signature;
}

export type Explained = Omit<Report, 'window'>;

/** Everything but the name of the window. */
export interface Automaton {
  readonly events: readonly string[];
  readonly reads?: readonly string[];
  /** State of one device before anything runs. */
  readonly initial?: (d: WatchedDevice) => string;
  /** Next state of the device that the event's first argument names. */
  step(cell: string, e: RunEvent, d: WatchedDevice, peek: Peek): string;
  explains(cells: Cells, report: Explained, peek: Peek): boolean;
}

/** The automaton's state of each device. */
export interface Cells {
  of(name: string): string;
  /** States of all devices that a report is about: its subject, and the other one it names. */
  readonly named: readonly string[];
  /**
   * State of the subject; where the count of users of its group is wrong, of all devices that may
   * be in it, as any of them may have counted too often, or in another group.
   */
  readonly about: readonly string[];
  some(test: (cell: string, d: WatchedDevice) => boolean): boolean;
}

/** A signature whose state is one short text per device: each steps on its own events alone. */
export function perDevice(
  window: string,
  make: (ctx: RuleContext) => Automaton,
  reach: Reach = {},
): WindowSignature {
  return {
    ...reach,
    window,
    make(ctx) {
      const a = make(ctx);
      const watches = (d: WatchedDevice): boolean => d.data.iommus.length > 0;
      return {
        window,
        events: a.events,
        reads: a.reads ?? [],
        initial: ctx.devices.map((d) =>
          a.initial && d.data.iommus.length > 0 ? a.initial(d) : '',
        ),
        step(state, e, peek) {
          const d = ctx.watched(e.args[0]);
          if (!d || !watches(d)) return state;
          const cells = state as readonly string[];
          const before = cells[d.position] ?? '';
          const after = a.step(before, e, d, peek);
          return after === before ? state : replaced(cells, d.position, after);
        },
        explains: (state, report, peek) => a.explains(cellsOf(ctx, state, report), report, peek),
      };
    },
  };
}

function replaced(cells: readonly string[], at: number, by: string): Value {
  const next = [...cells];
  next[at] = by;
  return next;
}

function cellsOf(ctx: RuleContext, state: Value, report: Explained): Cells {
  const cells = state as readonly string[];
  const of = (name: string): string => {
    const d = ctx.devices.find((x) => x.data.name === name);
    return (d && cells[d.position]) ?? '';
  };
  const other = report.facts['other'];
  return {
    of,
    named: [of(report.subject), typeof other === 'string' ? of(other) : ''],
    about: report.property === 'P10' ? mates(ctx, report.subject).map(of) : [of(report.subject)],
    some: (test) => ctx.devices.some((d) => test(cells[d.position] ?? '', d)),
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
