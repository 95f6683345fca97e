// SPDX-License-Identifier: GPL-2.0-only
// Can the model of that kernel, on that board, produce this log?
//
// What one line says against another is looked at first: who can be in a group at all, which number
// a group gets, when an IOMMU has to be there. Then the order: parts of the log are led through the
// model (follow.ts), the walk as a whole, and binds with their neighbours. The first line that is
// left over is told, with what was possible there.

import type { Admission, Leaves } from '#finding/admission';
import type { Revision } from '#kernel/index';
import type { Grouping, LogStory, Registration } from '#log/index';
import { eventsOf } from '#log/story';
import { instancesOf, type Platform } from '#platform/index';
import { type Followed, follow } from '#run/follow';
import { type BootSwitches, clientOnBoard, switchesOf, worldOf } from './scene-of.ts';
import { generationsOf, type Joined, participantsOf, stepsOf } from './sequence.ts';

/** Hold @story against @board under @revision. */
export function admits(story: LogStory, board: Platform, revision: Revision): Admission {
  const plain = [
    ...unknownDevices(story, board),
    ...tooEarly(story, board),
    ...numbers(story, board),
    ...withoutWarning(story, revision),
    ...attachments(story),
    ...deferrals(story),
  ].sort((a, b) => a.line - b.line);
  const { groupings, log } = story;
  const lines = groupings.length + eventsOf(log, 'late').length + eventsOf(log, 'attached').length;
  const [first] = plain;
  const led = ledThrough(story, board, revision, first?.line ?? Number.POSITIVE_INFINITY);
  const leaves = [...led.leaves, ...plain].sort((a, b) => a.line - b.line)[0] ?? null;
  if (leaves !== null) return { admits: 'no', leaves, lines, open: led.open };
  if (lines === 0) {
    const open = ['the log has no line on a group, a late probe or a domain'];
    return { admits: 'can not tell', leaves: null, lines, open };
  }
  return {
    admits: led.open.length > 0 ? 'can not tell' : 'yes',
    leaves: null,
    lines,
    open: led.open,
  };
}

function unknownDevices(story: LogStory, board: Platform): Leaves[] {
  return story.groupings.flatMap(({ device, line }) => {
    if (clientOnBoard(board, device) !== null) return [];
    const isThere = board.devices.some((d) => d.name === device);
    const because = `the board has ${device} ${isThere ? 'behind no IOMMU' : 'not at all'}`;
    const near = story.groupings
      .map((g) => g.device)
      .filter((d) => clientOnBoard(board, d) !== null);
    const known = board.devices.filter((d) => d.iommus.length > 0).map((d) => d.name);
    const possible = known.filter((d) => !near.includes(d)).map((d) => `${d} joins a group`);
    return [{ line, because, possible: possible.slice(0, POSSIBLE_MAX) }];
  });
}

const POSSIBLE_MAX = 6;
/** Drivers of IOMMUs that tell of each registration, in all kernels that are known. */
const TELLING = new Set(['arm-smmu', 'arm-smmu-v3', 'apple-dart', 'virtio']);

/** A device joins a group before any of its IOMMUs has begun to register. */
function tooEarly(story: LogStory, board: Platform): Leaves[] {
  return story.groupings.flatMap(({ device, line }) => {
    const client = clientOnBoard(board, device);
    if (client === null) return [];
    const own = board.iommus.filter((i) => instancesOf(client).includes(i.name));
    if (!own.every((i) => TELLING.has(i.driver))) return [];
    const isThere = (r: Registration): boolean =>
      r.line < line && own.some((i) => isSameIommu(r, i.name, i.driver));
    if (story.registrations.some(isThere)) return [];
    const names = own.map((i) => i.name).join(' or ');
    const possible = [`${names} registers`, ...(story.isWhole ? [] : ['earlier lines'])];
    return [{ line, because: `${names} has not registered before`, possible }];
  });
}

/** virtio names the device of the transport, which a device tree does not have. */
function isSameIommu(r: Registration, name: string, driver: string): boolean {
  return r.name === name || (r.driver === 'virtio' && driver === 'virtio');
}

/** Numbers of groups: the smallest that is free, or the group of one that is in it. */
function numbers(story: LogStory, board: Platform): Leaves[] {
  const out: Leaves[] = [];
  let inGroup = new Map<string, number>();
  const removed = eventsOf(story.log, 'group-removed');
  let last = 0;
  let begun = -1;
  const seen = new Set<string>();
  for (const g of story.groupings) {
    for (; begun < g.during; begun++) {
      const { name } = story.registrations[begun + 1]!;
      // An IOMMU that registers anew has let its devices go.
      if (seen.has(name)) inGroup = withoutClientsOf(name, inGroup, board);
      seen.add(name);
    }
    for (const e of removed.filter((r) => r.line > last && r.line < g.line)) {
      if (!inGroup.has(e.device)) out.push(notThere(e.device, e.line, inGroup));
      inGroup.delete(e.device);
    }
    last = g.line;
    const fault = numberFault(g, inGroup, board);
    if (fault !== null) out.push(fault);
    inGroup.set(g.device, g.group);
  }
  for (const e of removed.filter((r) => r.line > last)) {
    if (!inGroup.has(e.device)) out.push(notThere(e.device, e.line, inGroup));
    inGroup.delete(e.device);
  }
  return out;
}

function notThere(device: string, line: number, inGroup: ReadonlyMap<string, number>): Leaves {
  const possible = [...inGroup.keys()].slice(0, POSSIBLE_MAX).map((d) => `${d} leaves its group`);
  return { line, because: `${device} is in no group that it could leave`, possible };
}

function withoutClientsOf(
  iommu: string,
  inGroup: ReadonlyMap<string, number>,
  board: Platform,
): Map<string, number> {
  return new Map(
    [...inGroup].filter(([device]) => {
      const client = clientOnBoard(board, device);
      return client !== null && !instancesOf(client).includes(iommu);
    }),
  );
}

function numberFault(
  { device, group, line }: Grouping,
  inGroup: ReadonlyMap<string, number>,
  board: Platform,
): Leaves | null {
  const before = inGroup.get(device);
  if (before !== undefined) {
    const because = `${device} is in group ${before} already`;
    return { line, because, possible: ['nothing more of it, until it leaves its group'] };
  }
  const used = new Set(inGroup.values());
  let free = 0;
  while (used.has(free)) free++;
  const mates = [...inGroup].filter(([, g]) => g === group).map(([d]) => d);
  if (mates.length > 0) {
    const stranger = mates.find((mate) => mayShare(device, mate, board) === false);
    if (stranger === undefined) return null;
    const because = `the board has ${device} and ${stranger} in groups of their own`;
    return { line, because, possible: [`${device} joins group ${free}`] };
  }
  if (group === free) return null;
  const because = `group ${free} is the smallest that is free, and ${group} is none that there is`;
  const groups = [...used].sort((a, b) => a - b).slice(0, 3);
  const shared = groups.map((g) => `it joins group ${g}, with those that are in it`);
  return { line, because, possible: [`${device} joins group ${free}`, ...shared] };
}

/** Whether a board lets two devices share a group; null where it does not tell. */
function mayShare(a: string, b: string, board: Platform): boolean | null {
  const [x, y] = [a, b].map((name) => board.devices.find((d) => d.name === name));
  if (x === undefined || y === undefined || x.bus === 'pci' || y.bus === 'pci') return null;
  return x.groupKey === y.groupKey;
}

/** A late probe warns since v6.15: no device with a driver joins a group in silence. */
function withoutWarning(story: LogStory, revision: Revision): Leaves[] {
  const warns = revision.commits.some(({ sha }) => sha === 'bcb81ac6ae3c');
  const lates = eventsOf(story.log, 'late');
  if (!warns) {
    return lates.map(({ line }) => ({
      ...{ line, because: `${revision.name} has no such warning: it came with bcb81ac6ae3c` },
      possible: ['the device joins its group without a word'],
    }));
  }
  return story.groupings.flatMap(({ device, line, withDriver, prefix }) => {
    if (withDriver !== true || lates.some((e) => e.device === device && e.line < line)) return [];
    const because = `${device} has a driver, ${prefix}, and joins a group without a warning`;
    const possible = [
      `the warning of a late probe of ${device}`,
      `${device} joins before it is bound`,
    ];
    return [{ line, because, possible }];
  });
}

/** A domain is attached to a device in a group; a walk does that when it has grouped its bus. */
function attachments(story: LogStory): Leaves[] {
  const { groupings } = story;
  return eventsOf(story.log, 'attached').flatMap(({ device, line }): Leaves[] => {
    const own = groupings.filter((g) => g.device === device && g.line < line).pop();
    if (own === undefined) {
      const possible = groupings
        .filter((g) => g.line < line)
        .slice(-3)
        .map((g) => `${g.device} is attached`);
      return [{ line, because: `${device} is in no group yet`, possible }];
    }
    if (own.withDriver !== false) return [];
    const mates = groupings.filter((g) => g.during === own.during && g.withDriver === false);
    const later = mates.find((g) => g.line > line && isPci(g.device) === isPci(device));
    if (later === undefined) return [];
    const because = `the walk attaches ${device} before it has come to ${later.device}`;
    return [{ line, because, possible: [`${later.device} joins a group`] }];
  });
}

function isPci(name: string): boolean {
  return /^[0-9a-f]{4,5}:/.test(name);
}

/** A device that is bound asks for no other try. */
function deferrals(story: LogStory): Leaves[] {
  return [...story.devices.values()].flatMap(({ name, events }) => {
    let bound: number | null = null;
    for (const e of events) {
      if (e.kind === 'bound') bound = e.line;
      if (e.kind === 'deferred' && bound !== null) {
        const because = `${name} is bound since line ${bound}`;
        return [{ line: e.line, because, possible: ['nothing, until its driver is unbound'] }];
      }
    }
    return [];
  });
}

/** Groupings of one search: a walk alone, or binds with their neighbours. */
const WALK_MAX = 40;
const PART = 2;

function ledThrough(
  story: LogStory,
  board: Platform,
  revision: Revision,
  before: number,
): { leaves: Leaves[]; open: string[] } {
  const leaves: Leaves[] = [];
  const open: string[] = [];
  const switches = switchesOf(story);
  for (const generation of generationsOf(story)) {
    const known = generation.filter(
      ({ grouping }) => grouping.line < before && clientOnBoard(board, grouping.device) !== null,
    );
    for (const part of partsOf(known, board)) {
      const led = lead(part, board, revision, switches);
      if (led === null) continue;
      const steps = stepsOf(part);
      if (led.kept === steps.length) continue;
      const step = steps[led.kept]!;
      if (!led.isWhole) {
        open.push(`line ${step.line}: the search was cut off`);
        continue;
      }
      leaves.push({ line: step.line, because: becauseOf(step, part), possible: led.instead });
    }
  }
  return { leaves, open: [...new Set(open)] };
}

function becauseOf(step: { device: string; event: string }, part: readonly Joined[]): string {
  const others = part.filter(({ grouping }) => grouping.device !== step.device);
  const among = others
    .map(({ grouping }) => grouping.device)
    .slice(0, 3)
    .join(', ');
  const what = step.event === 'late-warn' ? 'is warned of' : 'joins its group';
  const where = among === '' ? '' : `, with ${among}${others.length > 3 ? ', ...' : ''} beside it`;
  return `in no run of the model ${step.device} ${what} here${where}`;
}

/** The walk of one IOMMU as a whole; else neighbours in the log, and binds two by two. */
function partsOf(known: readonly Joined[], board: Platform): Joined[][] {
  const isBound = ({ grouping, late }: Joined): boolean =>
    late !== null || grouping.withDriver === true;
  const walked = known.filter((j) => !isBound(j));
  const iommus = new Set(
    walked.flatMap((j) => instancesOf(clientOnBoard(board, j.grouping.device)!)),
  );
  const parts: Joined[][] = [];
  if (iommus.size === 1) parts.push(walked.slice(0, WALK_MAX));
  for (let i = 0; i < known.length; i++) {
    const part = known.slice(i, i + PART);
    if (iommus.size === 1 && !part.some(isBound)) continue;
    parts.push(part);
  }
  return parts.filter((part) => part.length > 0);
}

function lead(
  part: readonly Joined[],
  board: Platform,
  revision: Revision,
  switches: BootSwitches,
): Followed | null {
  const world = worldOf(board, participantsOf(part), switches);
  return world === null ? null : follow(world, revision, stepsOf(part));
}
