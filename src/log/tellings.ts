// SPDX-License-Identifier: GPL-2.0-only
// What a log tells in one go, and what it tells twice: dmesg on a console that had it already.
//
// A clock does not go back within a boot. What stands there with the stamp that it had before is
// the same message, and would pass for a second registration, or for a second group.

import type { LogEvent } from './types.ts';

/** Seconds by which the clocks of CPUs may differ: a tick, at the slowest rate. */
const TICK = 0.01;

/** Events whose clock does not go back; a version begins one. */
export interface Telling {
  readonly events: readonly LogEvent[];
  /** True where a journal says that another boot begins here. */
  readonly afterReboot: boolean;
}

/** @events in one telling after the other. */
export function tellingsOf(events: readonly LogEvent[]): Telling[] {
  const out: { events: LogEvent[]; afterReboot: boolean }[] = [{ events: [], afterReboot: false }];
  let clock = 0;
  for (const event of events) {
    const isReboot = event.kind === 'reboot';
    const isBack = event.seconds !== null && event.seconds < clock - TICK;
    if (isReboot || isBack || event.kind === 'version') {
      out.push({ events: [], afterReboot: isReboot });
      clock = 0;
    }
    if (isReboot) continue;
    out[out.length - 1]!.events.push(event);
    clock = Math.max(clock, event.seconds ?? 0);
  }
  // The version that follows the word of a journal is of the same boot.
  return out.flatMap((telling, i) => {
    if (telling.events.length === 0) return [];
    const before = out[i - 1];
    const afterReboot = before?.events.length === 0 && before.afterReboot;
    return [{ ...telling, afterReboot: telling.afterReboot || afterReboot }];
  });
}

/** What has been told of one boot, each thing once. */
export class ToldBoot {
  /** The latest stamp; 0 where there is none. */
  clock = 0;
  hasClock = false;
  #events: LogEvent[] = [];
  #instances = new Set<string>();
  #stamped = new Set<string>();

  constructor(telling?: Telling) {
    if (telling !== undefined) this.#push(telling.events);
  }

  get events(): readonly LogEvent[] {
    return this.#events;
  }

  /** True where @seconds lies behind the clock by more than the clocks of CPUs differ. */
  isAfter(seconds: number): boolean {
    return seconds < this.clock - TICK;
  }

  /** True where an IOMMU that has registered does so in @telling, at an earlier time. */
  registersEarlier(telling: Telling): boolean {
    return this.#again(telling).some(
      (e) =>
        e.kind === 'instance' &&
        e.seconds !== null &&
        this.isAfter(e.seconds) &&
        this.#instances.has(e.name),
    );
  }

  /**
   * True where @telling begins with what has been told already. A kernel that starts once more
   * says the same, and at the same time where its clock counts ticks: there stamps prove nothing.
   */
  isToldBy(telling: Telling): boolean {
    const proves = telling.events[0]?.kind === 'version' ? isFine : isStamped;
    const mine = new Set(this.#again(telling).filter(proves).map(same));
    const common = [...mine].filter((text) => this.#stamped.has(text)).length;
    if (common === 0) return false;
    return common * 2 >= Math.min(mine.size, this.#events.filter(proves).length);
  }

  /** Add what @telling has; of two tellings of the same time the one that has more stays. */
  add(telling: Telling): void {
    if (!this.isToldBy(telling)) {
      this.#push(telling.events);
      return;
    }
    const again = this.#again(telling);
    const rest = telling.events.slice(again.length);
    if (again.every((e) => this.#stamped.has(same(e)))) {
      this.#push(rest);
      return;
    }
    const kept = better(this.#events, again);
    this.#events = [];
    this.#stamped.clear();
    this.#push([...kept, ...rest]);
  }

  /** The events of @telling up to where the clock had been. */
  #again({ events }: Telling): readonly LogEvent[] {
    const end = events.findIndex((e) => e.seconds !== null && e.seconds > this.clock);
    return end < 0 ? events : events.slice(0, end);
  }

  #push(events: readonly LogEvent[]): void {
    for (const event of events) {
      // Of one line told by two consoles, at once or at the end, one is enough.
      if (isFine(event) && this.#stamped.has(same(event))) continue;
      this.#events.push(event);
      this.clock = Math.max(this.clock, event.seconds ?? 0);
      this.hasClock ||= event.seconds !== null;
      if (event.kind === 'instance') this.#instances.add(event.name);
      if (isStamped(event)) this.#stamped.add(same(event));
    }
  }
}

/** @told with what is told @again in its place where that has more. */
function better(told: readonly LogEvent[], again: readonly LogEvent[]): readonly LogEvent[] {
  const from = again.find((e) => e.seconds !== null) ?? again[0]!;
  const at = told.findIndex((e) => e.seconds !== null && e.seconds >= (from.seconds ?? 0));
  const before = told.slice(at);
  if (hasAll(before, again)) return told;
  const replaced = [...told.slice(0, at), ...again];
  if (hasAll(again, before)) return replaced;
  // Neither is whole, and in which order the one goes into the other is not told.
  const { line, seconds, caller } = from;
  const gap: LogEvent = { kind: 'gap', text: 'two that differ', line, seconds, caller };
  return again.length > before.length ? [...replaced, gap] : [...told, gap];
}

function hasAll(events: readonly LogEvent[], others: readonly LogEvent[]): boolean {
  const has = new Set(events.map(same));
  return others.every((e) => has.has(same(e)));
}

function isStamped({ seconds }: LogEvent): boolean {
  return seconds !== null && seconds > 0;
}

/** True of a stamp of microseconds, which no other boot has. */
function isFine({ seconds }: LogEvent): boolean {
  return seconds !== null && Math.round(seconds * 1e6) % 1000 !== 0;
}

/** The event as a text, without where it stands and who said it. */
function same(event: LogEvent): string {
  return JSON.stringify({ ...event, line: 0, caller: null, trace: null });
}
