// SPDX-License-Identifier: GPL-2.0-only
// A console or a journal may have several boots: each is a log of its own.

import type { BootLog, LogEvent } from './types.ts';

/** The boots of @log in order, each with its own events; one where it has only one. */
export function bootsOf(log: BootLog): BootLog[] {
  const boots: LogEvent[][] = [[]];
  for (const [i, event] of log.events.entries()) {
    const current = boots[boots.length - 1]!;
    const after = log.events.slice(i + 1, i + 1 + lookAhead);
    if (event.kind === 'version' && beginsAnew(event, current, after)) boots.push([event]);
    else current.push(event);
  }
  // A version alone is what somebody has asked for, on this machine or on another one.
  const told = boots.filter((events) => events.some((e) => e.kind !== 'version'));
  return (told.length === 0 ? boots : told).map((events) => ({ ...log, events }));
}

/** Events after a version among which those of an early boot stand. */
const lookAhead = 12;

/**
 * True where the kernel of @version starts after what @before tells. /proc/version has the same
 * text in the middle of a boot, so the clock must have gone back, where there is one; where there
 * is none it must be another kernel, or begin as kernels do.
 */
function beginsAnew(
  version: LogEvent<'version'>,
  before: readonly LogEvent[],
  after: readonly LogEvent[],
): boolean {
  if (before.length === 0) return false;
  const clock = before.flatMap((e) => e.seconds ?? []);
  if (clock.length > 0) {
    return version.seconds !== null && clock.some((s) => s > version.seconds!);
  }
  if (version.seconds !== null) return true;
  const last = before.findLast((e) => e.kind === 'version');
  if (last !== undefined && nameIn(last.text) !== nameIn(version.text)) return true;
  return before.some(comesLater) && after.some(comesEarly);
}

/** "6.15.0-custom" of "6.15.0-custom (who@where) (gcc ...)". */
function nameIn(text: string): string {
  return text.split(/\s/, 1)[0]!;
}

/** True of what no kernel says before it has told its version. */
function comesLater({ kind }: LogEvent): boolean {
  return kind === 'group' || kind === 'instance' || kind === 'domain-type';
}

/** True of what a kernel says once, soon after its version. */
function comesEarly({ kind }: LogEvent): boolean {
  return kind === 'command-line' || kind === 'model' || kind === 'domain-type';
}
