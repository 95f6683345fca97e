// SPDX-License-Identifier: GPL-2.0-only
// What the model says of a late probe, given the board: the windows that keep the order of the
// log, a run that shows it, what would have prevented it, and whether the newest kernel has it.

import type { ModelAnswer, Prevention } from '#finding/diagnosis';
import type { Finding } from '#finding/finding';
import { commitLine, findRevision, type Revision, revisionNames, withCommits } from '#kernel/index';
import type { LogStory } from '#log/index';
import type { Platform } from '#platform/index';
import { defaultExplore } from '#run/explore';
import { follow, shortRun, windowsAlong, windowsIn } from '#run/follow';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import { toFinding } from '#run/to-finding';
import { canReach, commitsFor, needsOf, windowById } from '#windows/index';
import { bootOptions } from '#worlds/command-line';
import type { World } from '#worlds/world';
import { cluesOf, registrationAt } from './clues.ts';
import {
  type BootSwitches,
  clientOnBoard,
  type Participant,
  switchesOf,
  worldOf,
} from './scene-of.ts';
import { generationsOf, type Joined, participantsOf, stepsOf } from './sequence.ts';
import type { RulesOut } from './weigh.ts';

/** An answer, and the run that it shows; the table is made of it. */
export interface AskedModel {
  readonly answer: Omit<ModelAnswer, 'table'>;
  readonly finding: Finding | null;
  /** Windows of runs that keep the order of the log; null where not all were searched. */
  readonly along: readonly string[] | null;
  readonly world: World;
}

/** Late probes that are asked about. */
const DEVICES_MAX = 2;
const STATES_MAX = 100_000;

/** Ask the model about each late probe of @story, the first ones. */
export function askModel(story: LogStory, board: Platform, revision: Revision): AskedModel[] {
  const asked: AskedModel[] = [];
  for (const generation of generationsOf(story)) {
    for (const joined of generation) {
      if (asked.length >= DEVICES_MAX || joined.late === null) continue;
      const answer = askOne(joined, generation, story, board, revision);
      if (answer !== null) asked.push(answer);
    }
  }
  for (const clue of cluesOf(story)) {
    if (asked.length >= DEVICES_MAX || clue.kind !== 'no group' || clue.device === null) continue;
    const answer = askGroupless(clue.device, clue.line, story, board, revision);
    if (answer !== null) asked.push(answer);
  }
  return asked;
}

/** A device that is left without a group breaks P8: a shortest run that does, in any order. */
function askGroupless(
  device: string,
  line: number,
  story: LogStory,
  board: Platform,
  revision: Revision,
): AskedModel | null {
  const own = usesOf(board, device);
  const r = registrationAt(story, line);
  const mates = story.groupings
    .filter((g) => g.during === r?.index && usesOf(board, g.device) === own)
    .slice(0, 2);
  const participants = [
    ...mates.map((g) => ({ name: g.device, binds: false, group: g.device })),
    { name: device, binds: true, group: device },
  ];
  const switches = switchesOf(story);
  const world = worldOf(board, participants, switches);
  if (world === null) return null;
  const kernel = specOf(revision, []);
  const limits = {
    strategy: { kind: 'exhaustive' },
    statesMax: STATES_MAX,
    timeMaxMs: null,
  } as const;
  const outcome = runWorld({ ask: 'check', world, kernel, properties: ['P8'], ...limits });
  const found = outcome.findings.find((f) => f.witness.subject === device && f.window !== null);
  const whole = outcome.bounded.length === 0;
  if (found === undefined || found.window === null) {
    const because = whole ? 'no run leaves it without a group' : 'the search was cut off';
    const answer = { window: '', device, shown: false, because, prevented: [], openIn: null };
    return { answer, finding: null, along: null, world };
  }
  const { window } = found;
  const along = outcome.findings.flatMap((f) => f.window ?? []);
  const about = { board, participants, switches, revision, window, world };
  const place = { world, kind: 'log', devices: [device], kernel };
  const because = 'a run leaves it without a group, and its driver bound';
  const [prevented, open] = [preventions(about), openIn(about)];
  const answer = { window, device, shown: true, because, prevented, openIn: open };
  return { answer, finding: toFinding(found, place), along: whole ? along : null, world };
}

function askOne(
  joined: Joined,
  generation: readonly Joined[],
  story: LogStory,
  board: Platform,
  revision: Revision,
): AskedModel | null {
  const { device } = joined.grouping;
  const part = withNeighbours(joined, generation, board);
  const participants = participantsOf(part);
  const switches = { ...switchesOf(story), ready: readyAt(joined, story) };
  const world = worldOf(board, participants, switches);
  if (world === null) return null;
  const steps = stepsOf(part);
  const lines = steps.map((s) => s.line);
  const led = follow(world, revision, steps);
  if (led.kept < steps.length) {
    const step = steps[led.kept]!;
    const because = led.isWhole
      ? `no run keeps line ${step.line} after those before it`
      : `the search was cut off at line ${step.line}`;
    const answer = { window: '', device, shown: false, because, prevented: [], openIn: null };
    return { answer, finding: null, along: led.isWhole ? [] : null, world };
  }
  const along = windowsAlong(world, revision, steps, device);
  const run = shortRun(world, revision, steps);
  if (run === null) return null;
  const shown = windowsIn(world, revision, run.schedule).find(
    (w) => w.property === 'P1' && w.device === device,
  );
  const window = shown?.window ?? null;
  const because =
    `a run keeps the order of ${lines.length === 1 ? 'line' : 'lines'} ` +
    `${[...new Set(lines)].join(', ')}`;
  const witness = { subject: device, because: shown?.because ?? because, facts: {} };
  const { schedule, preemptions, minimal, trace } = run;
  const found = { property: 'P1', window, witness, schedule, preemptions, minimal, trace };
  const place = { world, kind: 'log', devices: [device], kernel: specOf(revision, []) };
  const base = { window: window ?? 'new', device, shown: true, because };
  if (window === null) {
    const answer = { ...base, prevented: [], openIn: null };
    return { answer, finding: toFinding(found, place), along, world };
  }
  const about = { board, participants, switches, revision, window, world };
  return {
    answer: { ...base, prevented: preventions(about), openIn: openIn(about) },
    finding: toFinding(found, place),
    along,
    world,
  };
}

/** IOMMUs that had begun before the one under way; with asynchronous probes they may go on. */
function readyAt({ grouping }: Joined, story: LogStory): string[] {
  if (switchesOf(story).asyncProbe) return [];
  const own = story.registrations[grouping.during]?.name;
  const before = story.registrations.slice(0, Math.max(0, grouping.during));
  return [...new Set(before.map((r) => r.name))].filter((name) => name !== own);
}

/** With the groupings before and after it that a walk of the same IOMMUs has made. */
function withNeighbours(
  joined: Joined,
  generation: readonly Joined[],
  board: Platform,
): readonly Joined[] {
  const own = usesOf(board, joined.grouping.device);
  const isNear = (j: Joined): boolean => {
    const other = usesOf(board, j.grouping.device);
    return other !== '' && other === own && j.late === null && j.grouping.withDriver === false;
  };
  const at = generation.indexOf(joined);
  const before = generation.slice(0, at).filter(isNear).slice(-1);
  const after = generation
    .slice(at + 1)
    .filter(isNear)
    .slice(0, 1);
  return [...before, joined, ...after];
}

function usesOf(board: Platform, device: string): string {
  const uses = clientOnBoard(board, device)?.iommus.map((use) => use.iommu) ?? [];
  return [...new Set(uses)].sort().join(' ');
}

interface About {
  readonly board: Platform;
  readonly participants: readonly Participant[];
  readonly switches: BootSwitches;
  readonly revision: Revision;
  readonly window: string;
  readonly world: World;
}

/** Whether a world shows the window: in any order, not only that of the log. */
function shows(world: World | null, revision: Revision, window: string): boolean | null {
  if (world === null) return null;
  const derived = { world, classKey: world.classKey, devices: world.focus };
  const options = { ...defaultExplore, statesMax: STATES_MAX };
  const kernel = specOf(revision, []);
  const { sightings, bounded } = runWorld({ ask: 'explore', derived, kernel, options, window });
  if (sightings.some((s) => s.window === window)) return true;
  return bounded ? null : false;
}

/** Options and commits, each asked of the model. */
function preventions({
  board,
  participants,
  switches,
  revision,
  window,
  world,
}: About): Prevention[] {
  const under = (what: string, changed: BootSwitches): Prevention =>
    told(what, shows(worldOf(board, participants, changed), revision, window));
  const { asyncProbe } = switches;
  const options = [
    ...(switches.strictDevlink
      ? []
      : [under(bootOptions.strict, { ...switches, strictDevlink: true })]),
    under(asyncProbe ? `without ${bootOptions.async}` : bootOptions.async, {
      ...switches,
      asyncProbe: !asyncProbe,
    }),
    under(bootOptions.early, { ...switches, early: true }),
  ];
  const entry = windowById(window);
  const closers = entry === undefined ? [] : commitsFor(entry, revision.commits, world).closers;
  const commits = closers.flatMap((sha): Prevention[] => {
    const fixed = withCommits(revision, { with: [sha] });
    return fixed.ok ? [told(commitLine(sha), shows(world, fixed.value, window))] : [];
  });
  return [...commits, ...options];
}

function told(what: string, isShown: boolean | null): Prevention {
  if (isShown === null) {
    return { what, prevents: 'can not tell', because: 'the search was cut off' };
  }
  return { what, prevents: isShown ? 'no' : 'yes', because: '' };
}

function openIn({ window, world }: About): ModelAnswer['openIn'] {
  const names = revisionNames();
  const newest = findRevision(names[names.length - 1]!);
  if (!newest.ok) return null;
  const isShown = shows(world, newest.value, window);
  return isShown === null ? null : { kernel: newest.value.name, open: isShown };
}

/**
 * What the answers rule out: a window that no run shows which keeps the order of the log, where the
 * kernel is known for sure and all runs were searched.
 */
export function rulesOutOf(asked: readonly AskedModel[], isExact: boolean): RulesOut {
  return (window, device) => {
    const own = asked.filter(({ answer }) => answer.device === device);
    return isExact && own.length > 0 && own.every((a) => isLeftOut(a, window));
  };
}

/** True where the world of the answer could show the window, and no run along the log does. */
function isLeftOut({ along, answer, world }: AskedModel, window: string): boolean {
  // What the run is that was shown has to be among them: else they say nothing.
  if (along === null || !along.includes(answer.window) || along.includes(window)) return false;
  return needsOf(window).some((id) => canReach(world, id));
}
