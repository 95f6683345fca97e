// SPDX-License-Identifier: GPL-2.0-only
// What the lines of a log say in order, as steps that the model may keep, and who takes part.

import type { Grouping, LogStory } from '#log/index';
import { eventsOf } from '#log/story';
import type { LogStep } from '#run/follow';
import { callerIn } from './clues.ts';
import type { Participant } from './scene-of.ts';

/** A grouping, with the warning of its late probe where one comes before it. */
export interface Joined {
  readonly grouping: Grouping;
  /** Line and caller of the warning; null where there is none. */
  readonly late: { readonly line: number; readonly by: string | null } | null;
}

/** The groupings of @story in parts: an IOMMU that registers anew begins another part. */
export function generationsOf(story: LogStory): Joined[][] {
  const lates = eventsOf(story.log, 'late');
  const parts: Joined[][] = [];
  let seen = new Set<string>();
  let next = 0;
  for (const grouping of story.groupings) {
    for (; next <= grouping.during; next++) {
      const { name } = story.registrations[next]!;
      if (seen.has(name)) {
        parts.push([]);
        seen = new Set();
      }
      seen.add(name);
    }
    if (parts.length === 0) parts.push([]);
    const part = parts[parts.length - 1]!;
    const own = lates.filter(
      ({ device, line }) => device === grouping.device && line < grouping.line,
    );
    const taken = part.filter((j) => j.grouping.device === grouping.device).length;
    const late = own[own.length - 1];
    const isOwn = late !== undefined && taken === 0 && isSince(story, late.line, grouping);
    const by = late?.trace == null ? null : callerIn(late.trace.frames);
    part.push({ grouping, late: isOwn ? { line: late.line, by } : null });
  }
  return parts.filter((part) => part.length > 0);
}

/** True where no registration of the same IOMMU lies between line @line and the grouping. */
function isSince(story: LogStory, line: number, { during }: Grouping): boolean {
  const r = story.registrations[during];
  return (
    r === undefined ||
    line > r.line ||
    !story.registrations.some((o) => o.line > line && o.line < r.line)
  );
}

/** The steps of @joined; a device with a driver is warned of after it has its group. */
export function stepsOf(joined: readonly Joined[]): LogStep[] {
  return joined.flatMap(({ grouping, late }): LogStep[] => {
    const { device, line, withDriver } = grouping;
    if (late === null) {
      const by = withDriver === false ? ['walk', 'notifier'] : null;
      return [{ event: 'group-set', device, by, line }];
    }
    const by = late.by === null ? null : [late.by];
    return [
      { event: 'group-set', device, by, line: late.line },
      { event: 'late-warn', device, by, line: late.line },
    ];
  });
}

/** Who takes part in @joined: a driver binds where the log has one. */
export function participantsOf(joined: readonly Joined[]): Participant[] {
  return joined.map(({ grouping, late }) => ({
    name: grouping.device,
    binds: late !== null || grouping.withDriver === true,
    group: `group ${grouping.group}`,
  }));
}
