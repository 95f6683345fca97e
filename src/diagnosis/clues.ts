// SPDX-License-Identifier: GPL-2.0-only
// What a log has that may be the sign of a window: each clue with the device and line it is about.

import type { Fit, OtherCause } from '#finding/diagnosis';
import { isPciName, type LogStory, pciPlace, type Registration, type Trace } from '#log/index';
import { eventsOf } from '#log/story';
import type { Evidence } from '#windows/evidence';

/** Who probed late, where a call trace tells. */
type LateBy = 'walk' | 'notifier' | 'replay' | null;

/** Something to be explained. */
export interface Clue {
  readonly kind: Evidence['kind'];
  readonly device: string | null;
  readonly line: number;
  readonly says: string;
  readonly by?: LateBy;
  readonly trace?: Trace | null;
  readonly what?: string;
  /** The source file that warns. */
  readonly file?: string;
  /** Its first line, of a crash. */
  readonly text?: string;
  readonly address?: string | null;
  readonly locks?: readonly string[];
  readonly withDriver?: boolean;
}

/** A cause that is no window. */
export interface LookAlike {
  readonly cause: OtherCause;
  readonly fits: Exclude<Fit, 'no'>;
  readonly because: string;
  readonly lines: readonly number[];
  readonly todo: string;
  /** The clues that it explains, which no window has to explain then. */
  readonly explains: readonly number[];
}

/** Kinds that nothing but a race explains; the others have causes of every day as well. */
const TELLING: ReadonlySet<Clue['kind']> = new Set([
  'late',
  'duplicate link',
  'no group',
  'lock circle',
  'leak',
  'a device twice',
]);

/** True where nothing but a race explains @clue. */
export function isTelling({ kind }: Pick<Clue, 'kind'>): boolean {
  return TELLING.has(kind);
}

/** All clues of @story, in the order of the log. */
export function cluesOf(story: LogStory): Clue[] {
  return [
    ...lates(story),
    ...crashes(story),
    ...warnings(story),
    ...others(story),
    ...groupless(story),
    ...waiting(story),
    ...timeouts(story),
    ...outOfOrder(story),
    ...twice(story),
  ].sort((a, b) => a.line - b.line);
}

/** The caller of the probe that a call trace shows: the innermost that tells. */
export function callerIn(frames: readonly string[]): LateBy {
  const from = Math.max(
    frames.indexOf('__iommu_probe_device'),
    frames.indexOf('iommu_init_device'),
    frames.indexOf('iommu_probe_device'),
  );
  for (const frame of frames.slice(Math.max(0, from))) {
    if (/^(?:probe_iommu_group|bus_iommu_probe|iommu_device_register)$/.test(frame)) return 'walk';
    if (/^(?:of_iommu_configure|acpi_iommu_configure_id|of_dma_configure_id)$/.test(frame)) {
      return 'replay';
    }
    if (/^(?:iommu_bus_notifier|blocking_notifier_call_chain|bus_notify)$/.test(frame)) {
      return 'notifier';
    }
  }
  return null;
}

const WHO: Readonly<Record<Exclude<LateBy, null>, string>> = {
  walk: 'in the walk of a registering IOMMU',
  replay: 'in the replay of a bind',
  notifier: 'in device_add()',
};

function lates({ log }: LogStory): Clue[] {
  return eventsOf(log, 'late').map(({ device, line, trace }) => {
    const by = trace === null ? null : callerIn(trace.frames);
    const who = by === null ? 'by whom is not told' : WHO[by];
    return { kind: 'late', device, line, by, trace, says: `late probe of ${device}, ${who}` };
  });
}

function crashes({ log }: LogStory): Clue[] {
  return eventsOf(log, 'crash').map(({ line, what, address, trace, text }) => {
    const where = trace.pc ?? trace.frames[0] ?? 'an unknown function';
    const says = `${what === 'null' ? 'NULL dereference' : what} in ${where}()`;
    return { kind: 'crash', device: null, line, trace, what, address, text, says };
  });
}

function warnings({ log }: LogStory): Clue[] {
  return eventsOf(log, 'warning').map(({ line, where, file, trace }) => {
    const says = `warning in ${where}()`;
    return { kind: 'warning', device: null, line, what: where, file, trace, says };
  });
}

function others({ log }: LogStory): Clue[] {
  return [
    ...eventsOf(log, 'lock-circle').map(({ line, locks, trace }): Clue => {
      return { kind: 'lock circle', device: null, line, locks, trace, says: 'a circle of locks' };
    }),
    ...eventsOf(log, 'duplicate-link')
      .filter(({ path }) => /iommu_group/.test(path))
      .map(({ line, path }): Clue => {
        const device =
          /\/([^/]+)\/iommu_group$/.exec(path)?.[1] ?? /\/devices\/([^/]+)$/.exec(path)?.[1];
        const says = `a second link ${path.split('/').slice(-2).join('/')}`;
        return { kind: 'duplicate link', device: device ?? null, line, says };
      }),
    ...eventsOf(log, 'leak').map(({ line, trace }): Clue => {
      return { kind: 'leak', device: null, line, trace, says: 'memory that is left to nobody' };
    }),
    ...eventsOf(log, 'fault')
      .filter(({ about }) => about === 'translation')
      .map(({ line, device, iommu }): Clue => {
        const whose = device ?? (iommu === null ? 'a device' : `a device behind ${iommu}`);
        return { kind: 'fault', device, line, says: `a translation fault of ${whose}` };
      }),
  ];
}

/** The registration under way at @line: the last that had begun. */
export function registrationAt(story: LogStory, line: number): Registration | null {
  const begun = story.registrations.filter((r) => r.line < line);
  return begun[begun.length - 1] ?? null;
}

/** Functions that were in a group, whose IOMMU has registered anew, and whose driver is at work. */
function groupless(story: LogStory): Clue[] {
  const { registrations, groupings, devices } = story;
  return registrations.flatMap((again) => {
    const first = registrations.find((r) => r.name === again.name && r.index < again.index);
    if (first === undefined) return [];
    const next = registrations.find((r) => r.index > again.index);
    const isNow = (line: number): boolean =>
      line > again.line && (next === undefined || line < next.line);
    const grouped = new Set(groupings.filter((g) => isNow(g.line)).map((g) => g.device));
    if (grouped.size === 0) return [];
    const before = groupings.filter((g) => g.during === first.index).map((g) => g.device);
    return [...new Set(before)].flatMap((device): Clue[] => {
      if (grouped.has(device)) return [];
      const work = devices
        .get(device)
        ?.events.find(
          (e) => isNow(e.line) && ['spoke', 'bound', 'failed', 'trouble'].includes(e.kind),
        );
      if (work === undefined) return [];
      const says = `${device} has a driver at work and is in no group`;
      return [{ kind: 'no group', device, line: work.line, says }];
    });
  });
}

function waiting({ log }: LogStory): Clue[] {
  return eventsOf(log, 'pending')
    .filter((e) => e.supplier === null)
    .map(({ device, line }) => {
      return { kind: 'waits for ever', device, line, says: `${device} is still deferred` };
    });
}

function timeouts({ log }: LogStory): Clue[] {
  return eventsOf(log, 'timed-out').map(({ device, line }) => {
    return { kind: 'timed out', device, line, says: `${device} waits no longer` };
  });
}

/** Functions of one PCI bus are on its list in the order of their numbers. */
function outOfOrder({ groupings, registrations }: LogStory): Clue[] {
  // Of several IOMMUs each has walked by itself, as Intel's do: their order says nothing.
  if (new Set(registrations.map((r) => r.name)).size > 1) return [];
  return registrations.concat(noRegistration(groupings.length)).flatMap((r) => {
    const own = groupings.filter((g) => g.during === r.index && isPciName(g.device));
    return own.flatMap((g, i): Clue[] => {
      const later = own
        .slice(0, i)
        .find((o) => sameBus(o.device, g.device) && pciPlace(o.device)! > pciPlace(g.device)!);
      if (later === undefined) return [];
      const { device, line } = g;
      const says = `${device} is grouped after ${later.device}`;
      return [{ kind: 'out of order', device, line, withDriver: g.withDriver === true, says }];
    });
  });
}

function noRegistration(count: number): Registration[] {
  return count === 0 ? [] : [{ name: '', driver: '', line: 0, index: -1 }];
}

function sameBus(a: string, b: string): boolean {
  return a.slice(0, a.lastIndexOf(':')) === b.slice(0, b.lastIndexOf(':'));
}

/** One device joins a group twice, and has not left the first. */
function twice({ devices, log }: LogStory): Clue[] {
  const removed = eventsOf(log, 'group-removed');
  return [...devices.values()].flatMap(({ name, groupings }) =>
    groupings.slice(1).flatMap((g, i): Clue[] => {
      const before = groupings[i]!;
      const left = removed.some(
        (e) => e.device === name && e.line > before.line && e.line < g.line,
      );
      if (left || before.during !== g.during) return [];
      const says = `${name} joins group ${g.group} and is in group ${before.group} already`;
      return [{ kind: 'a device twice', device: name, line: g.line, says }];
    }),
  );
}
