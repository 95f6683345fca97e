// SPDX-License-Identifier: GPL-2.0-only
// A console or a journal may have several boots: each is a log of its own.

import { type Telling, ToldBoot, tellingsOf } from './tellings.ts';
import type { BootLog, LogEvent, LogEventKind } from './types.ts';

/** The boots of @log in order, each with its own events; one where it has only one. */
export function bootsOf(log: BootLog): BootLog[] {
  const boots: ToldBoot[] = [new ToldBoot()];
  for (const telling of tellingsOf(log.events)) {
    const current = boots[boots.length - 1]!;
    if (current.events.length === 0 || !beginsAnew(telling, current)) current.add(telling);
    else boots.push(new ToldBoot(telling));
  }
  const told = boots.map((b) => b.events).filter(isBoot);
  const all = told.length === 0 ? [boots.flatMap((b) => b.events)] : told;
  return all.map((events) => ({ ...log, events }));
}

/** True where the events are a boot, and not what a boot loader or another machine says. */
function isBoot(events: readonly LogEvent[]): boolean {
  const hasVersion = events.some((e) => e.kind === 'version');
  return events.some((e) => (hasVersion ? e.kind !== 'version' : isOfKernel(e)));
}

/** True where @telling is of another boot than what has been @told. */
function beginsAnew(telling: Telling, told: ToldBoot): boolean {
  if (telling.afterReboot) return true;
  const [first] = telling.events;
  if (first?.kind === 'version') {
    return told.hasClock ? startsByClock(first, telling, told) : startsUnclocked(telling, told);
  }
  if (isOfAnother(telling.events, told.events)) return true;
  // Within one boot, an IOMMU that registers again does so later.
  return told.registersEarlier(telling) && !told.isToldBy(telling);
}

/** True where both name their kernel, by its start or by call traces, and no name is the same. */
function isOfAnother(events: readonly LogEvent[], told: readonly LogEvent[]): boolean {
  const mine = releasesIn(events);
  if (mine.size === 0) return false;
  const others = releasesIn(told);
  return others.size > 0 && [...mine].every((name) => !others.has(name));
}

function releasesIn(events: readonly LogEvent[]): Set<string> {
  const names = events.flatMap((e) => {
    const isOwn = e.kind === 'version' || (e.kind === 'running' && e.by === 'trace');
    return isOwn ? [nameIn(e.text)] : [];
  });
  return new Set(names);
}

/**
 * True where the kernel of @version starts after what has been @told, by its clock: /proc/version
 * has the same text in the middle of a boot, and the clocks of CPUs differ by less than a tick.
 */
function startsByClock(version: LogEvent<'version'>, telling: Telling, told: ToldBoot): boolean {
  const { seconds } = version;
  if (seconds === null) return false;
  const own = told.events.find((e) => e.kind === 'version');
  const isEarlier = told.isAfter(seconds);
  // The first of two may have died before its clock ran.
  const isFirst = own?.seconds != null && seconds <= own.seconds;
  if (own !== undefined && nameIn(own.text) !== nameIn(version.text)) return isEarlier || isFirst;
  if (!isEarlier && !(isFirst && told.clock > seconds)) return false;
  return (own !== undefined && own.text !== version.text) || !told.isToldBy(telling);
}

/** The same where nothing that has been @told has a clock. */
function startsUnclocked({ events }: Telling, told: ToldBoot): boolean {
  const [version, ...after] = events;
  if (version?.kind !== 'version' || version.seconds !== null) return true;
  const last = told.events.findLast((e) => e.kind === 'version');
  if (last !== undefined && nameIn(last.text) !== nameIn(version.text)) return true;
  return told.events.some(isOfKernel) && after.slice(0, lookAhead).some(isEarly);
}

/** Events after a version among which those of an early boot stand. */
const lookAhead = 12;

/** "6.15.0-custom" of "6.15.0-custom (who@where) (gcc ...)". */
function nameIn(text: string): string {
  return text.split(/\s/, 1)[0]!;
}

const OF_KERNEL: readonly LogEventKind[] = [
  ...(['group', 'group-failed', 'group-removed', 'instance', 'domain-type', 'attached'] as const),
  ...(['deferred', 'retried', 'timed-out', 'pending', 'late', 'crash', 'fault'] as const),
  ...(['warning', 'lock-circle', 'duplicate-link', 'leak', 'probed', 'bound'] as const),
];

/** True of what only a kernel says, and none before it has told its version. */
function isOfKernel({ kind }: LogEvent): boolean {
  return OF_KERNEL.includes(kind);
}

/** True of what a kernel says once, soon after its version. */
function isEarly({ kind }: LogEvent): boolean {
  return kind === 'command-line' || kind === 'model' || kind === 'domain-type';
}
