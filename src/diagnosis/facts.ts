// SPDX-License-Identifier: GPL-2.0-only
// What is known of a device beside a clue: yes or no, by which lines, or what is to be
// found out, as a question and where its answer stands: `when the device was added: earlier lines`.

import { type LogStory, pciPlace } from '#log/index';
import { eventsOf } from '#log/story';
import type { Platform } from '#platform/index';
import type { FactId } from '#windows/evidence';
import { type Clue, registrationAt } from './clues.ts';

/** What is known; `lines` prove a yes or a no, `missing` would decide what is open. */
interface FactAnswer {
  readonly is: boolean | null;
  readonly lines: readonly number[];
  readonly because: string;
}

type Ask = (clue: Clue, story: LogStory, board: Platform | null) => FactAnswer;

const open = (missing: string): FactAnswer => ({ is: null, lines: [], because: missing });
const known = (is: boolean, because: string, lines: readonly number[] = []): FactAnswer => ({
  is,
  lines,
  because,
});
const at = (line: number): string => `line ${line}`;

/** Instances that the log shows, and whether there can be others. */
function instancesIn(story: LogStory): { names: string[]; lines: number[] } {
  const names = [...new Set(story.registrations.map((r) => r.name))];
  const first = names.map((name) => story.registrations.find((r) => r.name === name)!.line);
  return { names, lines: first };
}

function countRegister(
  story: LogStory,
  board: Platform | null,
): { several: FactAnswer; one: FactAnswer } {
  const { names, lines } = instancesIn(story);
  if (names.length > 1) {
    const because = `the log has ${names.length} IOMMUs (${lines.slice(0, 2).map(at).join(', ')})`;
    return { several: known(true, because, lines), one: known(false, because, lines) };
  }
  const registering = board?.iommus.filter((i) => i.registers) ?? [];
  if (board !== null) {
    const because = `the board has ${registering.length} IOMMUs that register`;
    const several = registering.length > 1;
    return { several: known(several, because), one: known(!several, because) };
  }
  if (names.length === 1 && story.isWhole) {
    const because = `the log has one IOMMU, ${names[0]} (${at(lines[0]!)})`;
    return { several: known(false, because, lines), one: known(true, because, lines) };
  }
  const missing = 'how many IOMMUs register: the whole log, or the board';
  return { several: open(missing), one: open(missing) };
}

function countBefore(
  clue: Clue,
  story: LogStory,
  board: Platform | null,
): { several: FactAnswer; one: FactAnswer } {
  const device = board?.devices.find((d) => d.name === clue.device);
  if (device !== undefined) {
    const names = [...new Set(device.iommus.map((use) => use.iommu))];
    const because = `the board has ${clue.device} behind ${names.join(' and ') || 'no IOMMU'}`;
    const several = names.length > 1;
    return { several: known(several, because), one: known(names.length === 1, because) };
  }
  const { one } = countRegister(story, board);
  if (one.is === true) {
    return { several: known(false, one.because, one.lines), one };
  }
  const missing = `how many IOMMUs stand before ${clue.device}: the board`;
  return { several: open(missing), one: open(missing) };
}

/** Lines on the device before its IOMMU registered. */
function wasThere({ device, line }: Clue, story: LogStory, board: Platform | null): FactAnswer {
  const registration = registrationAt(story, line);
  if (device === null || registration === null) return open('when the device was added');
  const seen = story.devices.get(device)?.events.find((e) => e.line < registration.line);
  if (seen !== undefined) {
    return known(true, `it is named before its IOMMU registers (${at(seen.line)})`, [seen.line]);
  }
  const own = board?.devices.find((d) => d.name === device);
  if (own?.createdBy === 'populate') {
    return known(true, 'the board has it among the devices that are made at boot');
  }
  return open('when the device was added: earlier lines on it, or the board');
}

/** A device that the walk has grouped, and whether it stands before @device on the buses. */
function standsBefore(other: string, device: string, board: Platform | null): boolean | null {
  const [a, b] = [pciPlace(other), pciPlace(device)];
  if (a !== null && b !== null) return sameBus(other, device) ? a < b : null;
  // Platform devices are walked before PCI functions.
  if ((a === null) !== (b === null)) {
    const isPlatform = (name: string): boolean =>
      /^[0-9a-f]+\./.test(name) &&
      (board?.devices.find((d) => d.name === name)?.bus ?? 'platform') === 'platform';
    const plain = a === null ? other : device;
    if (!isPlatform(plain)) return null;
    return a === null;
  }
  const order = board?.devices.map((d) => d.name) ?? [];
  const [i, j] = [order.indexOf(other), order.indexOf(device)];
  return i < 0 || j < 0 ? null : i < j;
}

function sameBus(a: string, b: string): boolean {
  return a.slice(0, a.lastIndexOf(':')) === b.slice(0, b.lastIndexOf(':'));
}

/** Where the walk stood at the clue: what it groups next, and what it has grouped. */
function walkAt(
  clue: Clue,
  story: LogStory,
  board: Platform | null,
): { passed: FactAnswer; ahead: FactAnswer } {
  const { device, line } = clue;
  const or = board === null ? ', or the board' : '';
  const missing = `where the walk stood: lines on groups of its neighbours${or}`;
  const r = registrationAt(story, line);
  if (device === null || r === null) return { passed: open(missing), ahead: open(missing) };
  const walked = story.groupings.filter((g) => g.during === r.index && g.withDriver === false);
  const next = walked.find((g) => g.line > line && standsBefore(g.device, device, board) === true);
  if (next !== undefined) {
    const because = `the walk comes to ${next.device} later (${at(next.line)})`;
    return { passed: known(false, because, [next.line]), ahead: known(true, because, [next.line]) };
  }
  const past = walked.find((g) => g.line < line && standsBefore(device, g.device, board) === true);
  if (past !== undefined) {
    const because = `the walk has grouped ${past.device} before (${at(past.line)})`;
    return { passed: known(true, because, [past.line]), ahead: known(false, because, [past.line]) };
  }
  return { passed: open(missing), ahead: open(missing) };
}

function failedRegistration(story: LogStory): FactAnswer {
  const names = new Set(story.registrations.map((r) => r.name));
  const failed = eventsOf(story.log, 'failed').find(
    (e) => names.has(e.device) || /iommu|smmu|dart/i.test(e.driver ?? ''),
  );
  if (failed !== undefined) {
    return known(true, `the probe of ${failed.device} fails (${at(failed.line)})`, [failed.line]);
  }
  return story.isWhole
    ? known(false, 'no probe of an IOMMU fails in the log')
    : open('whether the probe of an IOMMU failed: the whole log');
}

function unbound(story: LogStory): FactAnswer {
  const again = story.registrations.find((r) =>
    story.registrations.some((o) => o.name === r.name && o.index < r.index),
  );
  if (again === undefined) {
    return story.isWhole
      ? known(false, 'no IOMMU registers twice')
      : open('whether an IOMMU was unbound: the whole log');
  }
  return known(true, `${again.name} registers again (${at(again.line)})`, [again.line]);
}

function ownEvent(
  clue: Clue,
  story: LogStory,
  test: (kind: string, line: number) => boolean,
): number | null {
  if (clue.device === null) return null;
  const events = story.devices.get(clue.device)?.events ?? [];
  return events.find((e) => test(e.kind, e.line))?.line ?? null;
}

/** A line, or its absence where the log is whole. */
function lineOrNot(
  line: number | null,
  story: LogStory,
  [yes, no, whether]: readonly [yes: string, no: string, whether: string],
): FactAnswer {
  if (line !== null) return known(true, `${yes} (${at(line)})`, [line]);
  return story.isWhole ? known(false, no) : open(`whether ${whether}: the whole log`);
}

/** A driver at work on a device whose IOMMU has not set it up yet. */
function cameEarly({ device }: Clue, story: LogStory): FactAnswer {
  if (device === null) return open('which device it is: the line before');
  const own = story.devices.get(device);
  const work = own?.events.find((e) => e.kind === 'spoke' || e.kind === 'bound');
  const group = own?.groupings[0];
  if (work === undefined || group === undefined) return open('when its driver was bound');
  if (work.line < group.line) {
    return known(true, `its driver speaks before it has a group (${at(work.line)})`, [work.line]);
  }
  const attached = own?.events.find((e) => e.kind === 'attached' && e.line > work.line);
  const walked = story.groupings.find(
    (g) => g.during === group.during && g.withDriver === false && g.line > work.line,
  );
  const later = attached?.line ?? walked?.line;
  if (later !== undefined && group.withDriver === false) {
    const lines = [work.line, later];
    return known(true, `its driver speaks while the walk goes on (${lines.map(at)})`, lines);
  }
  const because = `its group is set up before its driver speaks (${at(group.line)})`;
  return known(false, because, [group.line]);
}

/** By what the board has it behind, or by the IOMMUs that the log names. */
function behindIpmmu({ device }: Clue, story: LogStory, board: Platform | null): FactAnswer {
  const own = board?.devices.find((d) => d.name === device);
  const used = board?.iommus.find((i) => i.name === own?.iommus[0]?.iommu);
  if (used !== undefined) {
    const because = `the board has ${device} behind ${used.name}, of ${used.driver}`;
    return known(used.driver === 'ipmmu-vmsa', because);
  }
  const [first] = story.registrations;
  if (first === undefined) return open('which IOMMU stands before it: the board');
  const isIpmmu = story.registrations.every((r) => r.driver === 'ipmmu-vmsa');
  const line = story.registrations.find((r) => r.driver !== 'ipmmu-vmsa')?.line ?? first.line;
  const because = `the IOMMUs of the log are ${isIpmmu ? '' : 'not '}IPMMUs (${at(line)})`;
  return known(isIpmmu, because, [line]);
}

/** What each fact rests on. */
export const facts: Readonly<Record<FactId, Ask>> = {
  'one IOMMU registers': (_c, story, board) => countRegister(story, board).one,
  'several IOMMUs register': (_c, story, board) => countRegister(story, board).several,
  'one IOMMU stands before it': (c, story, board) => countBefore(c, story, board).one,
  'several IOMMUs stand before it': (c, story, board) => countBefore(c, story, board).several,
  'it was on its bus before': wasThere,
  'it was added during the registration': (c, story, board) => {
    const there = wasThere(c, story, board);
    return there.is === true ? known(false, there.because, there.lines) : there;
  },
  'the walk had not come to it': (c, story, board) => walkAt(c, story, board).ahead,
  'the walk had passed it': (c, story, board) => walkAt(c, story, board).passed,
  'a registration failed': (_c, story) => failedRegistration(story),
  'an IOMMU was unbound': (_c, story) => unbound(story),
  'its wait had timed out': (c, story) => {
    const line = ownEvent(c, story, (kind, l) => kind === 'timed-out' && l < c.line);
    return lineOrNot(line, story, [
      'it did not wait any longer',
      'its wait did not time out',
      'its wait timed out',
    ]);
  },
  'its driver was at work before': (c, story) => {
    const line = ownEvent(c, story, (kind, l) => ['spoke', 'bound'].includes(kind) && l < c.line);
    return lineOrNot(line, story, [
      'its driver was at work',
      'its driver was not at work',
      'its driver was at work before',
    ]);
  },
  'its driver came before its IOMMU was done': cameEarly,
  'it joins a group afterwards': (c, story) => {
    const own = c.device === null ? undefined : story.devices.get(c.device);
    const after = own?.groupings.find((g) => g.line > c.line)?.line ?? null;
    return lineOrNot(after, story, [
      'it joins a group then',
      'it joins no group then',
      'it joins a group then',
    ]);
  },
  'it has two groups': (c, story) => {
    const own = c.device === null ? undefined : story.devices.get(c.device);
    const [first, second] = own?.groupings ?? [];
    if (first === undefined || second === undefined)
      return open('which groups it joins: the whole log');
    const lines = [first.line, second.line];
    return known(
      first.during === second.during,
      `it joins two groups (${lines.map(at).join(', ')})`,
      lines,
    );
  },
  'the address is that of a container of NULL': ({ address, line }) => {
    if (address == null) return open('at which address it faults: the whole report');
    const small = /^f{4,13}[0-9a-f]{1,3}$/.test(address) && address.length >= 8;
    return known(small, `the address is ${address} (${at(line)})`, [line]);
  },
  'it was grouped before, under the same firmware': (c, story) => {
    const own = c.device === null ? undefined : story.devices.get(c.device);
    const before = own?.groupings.find((g) => g.line < c.line)?.line ?? null;
    return lineOrNot(before, story, [
      'it had a group before',
      'it never had a group',
      'it had a group before',
    ]);
  },
  'its IOMMU is an IPMMU': behindIpmmu,
};
