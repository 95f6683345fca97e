// SPDX-License-Identifier: GPL-2.0-only
// What happened to each device, and to each IOMMU, in which order: the events of a log by subject.

import { isBusName } from './names.ts';
import { type Release, readRelease } from './release.ts';
import type { BootLog, LogEvent, LogEventKind } from './types.ts';

/** A driver of an IOMMU probes it; the same one comes again where it is bound anew. */
export interface Registration {
  readonly name: string;
  readonly driver: string;
  readonly line: number;
  /** Position among all registrations, from 0. */
  readonly index: number;
}

/** A device joins a group. */
export interface Grouping {
  readonly device: string;
  readonly group: number;
  /** The driver, or the bus, before its name; null where the log does not tell. */
  readonly prefix: string | null;
  /** What the prefix says: a device without a driver is grouped by a walk, or when it is added. */
  readonly withDriver: boolean | null;
  readonly line: number;
  /** The last registration that had begun; -1 before the first. */
  readonly during: number;
}

/** One device. */
export interface DeviceStory {
  readonly name: string;
  readonly events: readonly LogEvent[];
  readonly groupings: readonly Grouping[];
  /** The driver that the log names last. */
  readonly driver: string | null;
}

/** A log by subject. */
export interface LogStory {
  readonly log: BootLog;
  readonly version: LogEvent<'version'> | null;
  /** The line that names the release: where it starts, else a warning, an oops or `uname -a`. */
  readonly named: LogEvent<'version' | 'running'> | null;
  /** All releases that it names, of which one has printed it; more than one leave open which. */
  readonly releases: readonly string[];
  readonly release: Release | null;
  readonly commandLine: LogEvent<'command-line'> | null;
  readonly firmware: 'dt' | 'acpi' | null;
  readonly model: string | null;
  readonly registrations: readonly Registration[];
  /** In the order of the log. */
  readonly groupings: readonly Grouping[];
  readonly devices: ReadonlyMap<string, DeviceStory>;
  /** True where the log begins with the kernel and has no gap that it tells of. */
  readonly isWhole: boolean;
  /** Why it is not whole; null where it is. */
  readonly lacks: string | null;
}

/** Events of @kind, in order. */
export function eventsOf<K extends LogEventKind>(log: BootLog, kind: K): LogEvent<K>[] {
  // What is left has that kind, which the compiler does not see through a type parameter.
  return log.events.filter((e) => e.kind === kind) as unknown as LogEvent<K>[];
}

/** The log by subject. */
export function storyOf(log: BootLog): LogStory {
  const version = eventsOf(log, 'version')[0] ?? null;
  const naming = namingOf(log, version);
  const releases = [...new Set(naming.flatMap((e) => readRelease(e.text)?.text ?? []))];
  const named = releases.length > 1 ? null : (naming[0] ?? null);
  const registrations = registrationsOf(log);
  const groupings = groupingsOf(log, registrations);
  const lacks = lackOf(log, version, releases);
  return {
    log,
    version,
    named,
    releases,
    release: named === null ? null : readRelease(named.text),
    commandLine: eventsOf(log, 'command-line')[0] ?? null,
    firmware: firmwareOf(log),
    model: modelOf(log),
    registrations,
    groupings,
    devices: devicesOf(log, groupings),
    isWhole: lacks === null,
    lacks,
  };
}

/** The machine, where its start names it, else a call trace. */
function modelOf(log: BootLog): string | null {
  const own = eventsOf(log, 'model').find((e) => !/SMBIOS|Memory slots|not present/.test(e.text));
  return (own ?? eventsOf(log, 'hardware')[0])?.text ?? null;
}

/** The lines that name the kernel: `uname -a` may be of another machine than a log with a start. */
function namingOf(
  log: BootLog,
  version: LogEvent<'version'> | null,
): LogEvent<'version' | 'running'>[] {
  const running = eventsOf(log, 'running');
  return version === null ? running : [version, ...running.filter((e) => e.by === 'trace')];
}

function lackOf(
  log: BootLog,
  version: LogEvent | null,
  releases: readonly string[],
): string | null {
  if (version === null) return 'its beginning';
  if (releases.length > 1) return 'what tells the lines of its kernels apart';
  const gap = eventsOf(log, 'gap')[0];
  return gap === undefined ? null : `what stood at line ${gap.line}, where lines were left out`;
}

function registrationsOf(log: BootLog): Registration[] {
  return eventsOf(log, 'instance').map(({ name, driver, line }, index) => ({
    ...{ name, driver, line, index },
  }));
}

/** A trace event and the message of the same grouping are one. */
function groupingsOf(log: BootLog, registrations: readonly Registration[]): Grouping[] {
  const out: Grouping[] = [];
  const lastOf = new Map<string, { at: number; source: string }>();
  for (const e of eventsOf(log, 'group')) {
    const last = lastOf.get(e.device);
    const before = last === undefined ? undefined : out[last.at];
    if (
      last &&
      before &&
      last.source !== e.source &&
      before.group === e.group &&
      e.line - before.line < 12
    ) {
      const prefix = before.prefix ?? e.prefix;
      out[last.at] = { ...before, prefix, withDriver: driverIn(prefix) };
      lastOf.set(e.device, { at: last.at, source: 'both' });
      continue;
    }
    lastOf.set(e.device, { at: out.length, source: e.source });
    out.push({
      ...{ device: e.device, group: e.group, prefix: e.prefix, line: e.line },
      withDriver: driverIn(e.prefix),
      during: registrations.filter((r) => r.line < e.line).length - 1,
    });
  }
  return out;
}

function driverIn(prefix: string | null): boolean | null {
  return prefix === null ? null : !isBusName(prefix);
}

function firmwareOf(log: BootLog): 'dt' | 'acpi' | null {
  const { events } = log;
  if (events.some((e) => e.kind === 'acpi-table')) return 'acpi';
  const names = events.flatMap((e) => (e.kind === 'instance' ? [e.name] : []));
  if (names.some((name) => /\.auto$|^dmar\d/.test(name))) return 'acpi';
  if (events.some((e) => e.kind === 'instance' && e.driver === 'amd')) return 'acpi';
  const late = eventsOf(log, 'late').some((e) => e.trace?.frames.includes('of_iommu_configure'));
  if (late) return 'dt';
  if (eventsOf(log, 'hardware').some((e) => e.text.endsWith('(DT)'))) return 'dt';
  if (names.some((name) => /^[0-9a-f]+\.[a-z]/.test(name))) return 'dt';
  return null;
}

function devicesOf(log: BootLog, groupings: readonly Grouping[]): Map<string, DeviceStory> {
  const byName = new Map<string, LogEvent[]>();
  for (const e of log.events) {
    if (!('device' in e) || e.device === null) continue;
    const list = byName.get(e.device) ?? [];
    list.push(e);
    byName.set(e.device, list);
  }
  const stories = [...byName].map(([name, events]): [string, DeviceStory] => {
    const own = groupings.filter((g) => g.device === name);
    return [name, { name, events, groupings: own, driver: driverOf(events, own) }];
  });
  return new Map(stories);
}

function driverOf(events: readonly LogEvent[], groupings: readonly Grouping[]): string | null {
  const named = events.flatMap((e) => {
    if (e.kind === 'bound' || e.kind === 'spoke' || e.kind === 'probing') return [e.driver];
    if (e.kind === 'late' && e.prefix !== null && !isBusName(e.prefix)) return [e.prefix];
    return [];
  });
  const grouped = groupings.flatMap((g) => (g.withDriver && g.prefix !== null ? [g.prefix] : []));
  return named[named.length - 1] ?? grouped[grouped.length - 1] ?? null;
}
