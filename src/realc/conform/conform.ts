// SPDX-License-Identifier: GPL-2.0-only
// Holds the model against the kernel's own C: the same worlds, the same outcomes, the same events.
//
// (a) Every outcome that the real code reaches within the bound is one that the model can reach.
// (b) Every finding of the model shows in the real code as well: in the search of (a), or in a run
//     that goes like the model's own (guide.ts).
// (c) Random runs of the real code, with more preemptions, come to nothing else either, and the
//     model can do the same in the same order (story.ts).
// (d) Where threads run one after the other, each does the same on both sides: it takes the same
//     locks, and stores and frees the same things while it holds them (same-deeds.ts).
// An outcome says, for each device: bound or deferred, its group's number, the group it had when
// its driver probed, whether the kernel warned, and which of the named events it has seen.

import { Machine } from '#checker/machine/machine';
import type { Report } from '#checker/program/program';
import type { Rule } from '#checker/program/scene';
import { bounded } from '#checker/search/bounded';
import { exhaustive } from '#checker/search/exhaustive';
import { aboutOf, type EventName } from '#env/events';
import { type Broken, findingKey } from '#finding/key';
import type { Revision } from '#kernel/index';
import {
  type HeardEvent,
  heard,
  propertyOf,
  type RuleContext,
  ruleBroken,
} from '#properties/index';
import type { KernelImage } from '#realc/build/image';
import { STORY_STATES } from '#realc/limits';
import { whyUnasked } from '#realc/search/blind';
import { searchSource } from '#realc/search/layers';
import type { RunResult } from '#realc/search/plan';
import { SourceRunner } from '#realc/search/run';
import { openWorld } from '#run/watched-scene';
import type { World } from '#worlds/world';
import { modelDeeds, realDeeds } from './deeds.ts';
import { follows } from './guide.ts';
import { compareDeeds, remembered } from './same-deeds.ts';
import { type Retold, retell, type Story, type Told, type Turn, told, turnsOf } from './story.ts';

/** How far each world is looked at. */
export interface ConformOptions {
  /** Preemptions of the real code's runs. */
  readonly bound: number;
  /** Sampled runs per world for the comparison of events. */
  readonly samples: number;
  /** For the runs of the real code in a world. */
  readonly timeMaxMs: number;
  /** For the model's side, which has no limit of time: the same on every machine. */
  readonly statesMax: number;
}

/** A difference: what one side has and the other has not. */
interface Disagreement {
  readonly kind: 'outcome' | 'finding' | 'order' | 'deed';
  readonly world: string;
  readonly text: string;
}

/** What came of one world. */
export interface WorldConformance {
  readonly world: string;
  readonly realRuns: number;
  readonly modelStates: number;
  /** The model was explored to the end; otherwise outcomes it lacks are no differences. */
  readonly modelComplete: boolean;
  readonly outcomesReal: number;
  readonly outcomesModel: number;
  readonly samples: number;
  /** Different stories of the sampled runs. */
  readonly stories: number;
  /** The model was not explored far enough to say that it does not know a story. */
  readonly untold: number;
  /** Locks taken and given back, stores and frees that both sides have made alike. */
  readonly deeds: number;
  /** Findings that the real code showed only when it was led along a run of the model. */
  readonly led: readonly string[];
  readonly differences: readonly Disagreement[];
}

/** Events that an outcome counts; by who acts, where they say so. */
const FLAGS: readonly EventName[] = [
  'walk-visit',
  'configure-skipped',
  'configure-begin',
  'ops-missing',
  'probe-device',
  'late-warn',
  'not-ready-deferred',
  'not-ready-accepted',
  'fwspec-found',
  'fwspec-built',
  'replay-begin',
];

/**
 * A rule that breaks nothing: its state is the outcome so far, one text per device, and its sink
 * gets the outcome of every finished run. Both sides are watched by it.
 */
export function outcomeRule(ctx: RuleContext, sink: Set<string>): Rule {
  const initial = ctx.devices.map(() => 'unbound|-|-|');
  return {
    id: 'outcome',
    events: [...FLAGS, 'bound', 'deferred', 'group-set', 'driver-probe'],
    reads: [],
    initial,
    onEvent: (state, e) => {
      const d = ctx.watched(aboutOf(e));
      if (!d || e.thread === 'boot') return undefined;
      const cells = [...(state as readonly string[])];
      const [bound = '', group = '', probed = '', flags = ''] = cells[d.position]!.split('|');
      cells[d.position] = next([bound, group, probed, flags], heard(e)).join('|');
      return { state: cells };
    },
    atEnd: (_peek, state) => {
      const cells = state as readonly string[];
      sink.add(ctx.devices.map((d) => `${d.data.name}: ${cells[d.position]}`).join('\n'));
      return undefined;
    },
  };
}

type Cell = [bound: string, group: string, probed: string, flags: string];

function next([bound, group, probed, flags]: Cell, e: HeardEvent): Cell {
  if (e.name === 'bound' || e.name === 'deferred') return [e.name, group, probed, flags];
  if (e.name === 'group-set') return [bound, `group ${e.id}`, probed, flags];
  if (e.name === 'driver-probe') return [bound, group, `probed with ${group}`, flags];
  const flag = 'by' in e ? `${e.name} ${e.by}` : e.name;
  const set = new Set(flags === '' ? [] : flags.split(', '));
  set.add(flag);
  return [bound, group, probed, [...set].sort().join(', ')];
}

/** What @reports break, by key; in words, `P1 C09`. */
function foundIn(reports: readonly Broken[]): Map<string, string> {
  const found = reports.map(ruleBroken).map((b) => [findingKey(b), inWords(b)] as const);
  return new Map(found);
}

const keyOf = (report: Broken): string => findingKey(ruleBroken(report));

const inWords = ({ property, window }: Broken): string =>
  [property, window ?? 'no window'].join(' ');

/** Everything the model can come to in a world. */
export function modelSide(world: World, revision: Revision, statesMax: number) {
  const { scene, ctx } = openWorld(world, revision, { by: 'breaks' });
  const outcomes = new Set<string>();
  const machine = new Machine({ ...scene, rules: [...scene.rules, outcomeRule(ctx, outcomes)] });
  const result = exhaustive(machine, { statesMax, onTerminal: () => machine.atEnd() });
  const all = result.found.map((f) => f.report);
  const found = foundIn(all.filter((r) => whyUnasked(propertyOf(r.property)) === null));
  /** Runs of the model that show a finding: those with the fewest preemptions first. */
  const runsOf = (key: string, preemptions: number): Turn[][] => {
    const few = bounded(new Machine(scene), { bound: preemptions, statesMax });
    const runs = [...few.found, ...result.found].filter((f) => keyOf(f.report) === key);
    const teller = new Machine(scene);
    return runs.map(({ run }) => turnsOf(teller, run));
  };
  return {
    outcomes,
    found,
    states: result.states,
    complete: result.bounded.length === 0,
    runsOf,
    deeds: modelDeeds(world, revision),
    retell: (stories: readonly Story[]): Retold => retell(scene, stories, statesMax * STORY_STATES),
  };
}

/** What the real code comes to within the bound, and in random runs beyond it. */
export function realSide(image: KernelImage, world: World, opt: ConformOptions) {
  const outcomes = new Set<string>();
  const runner = new SourceRunner(image, world, { more: (ctx) => [outcomeRule(ctx, outcomes)] });
  const { bound, timeMaxMs } = opt;
  const search = searchSource(runner, { bound, timeMaxMs });
  const found = foundIn(search.findings.map((f) => f.report));
  const stories = new Map<string, Story>();
  let events: Told[] = [];
  runner.onEvent = (e) => {
    const t = told(e);
    if (t) events.push(t);
  };
  sampleRuns(runner, opt.samples, (reports, { fault }) => {
    for (const [key, words] of foundIn(reports)) found.set(key, words);
    const story = { events, faulty: fault !== null };
    stories.set(JSON.stringify(story), story);
    events = [];
  });
  runner.onEvent = null;
  return {
    outcomes,
    found,
    runs: search.runs,
    bound,
    stories: [...stories.values()],
    deeds: remembered(realDeeds(image, world)),
    /** True if the real code, led along a run of the model, shows the finding. */
    shows: (turns: readonly Turn[], key: string) => follows(runner, turns, (r) => keyOf(r) === key),
  };
}

/** Random runs with up to six preemptions; the seed is fixed. */
export function sampleRuns(
  runner: SourceRunner,
  count: number,
  onRun: (reports: readonly Report[], result: RunResult) => void,
): void {
  let seed = 7;
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % n;
  };
  let points = 100;
  for (let i = 0; i < count; ) {
    const threads = runner.world.threads.length + 1;
    const preemptions = [];
    let at = 0;
    for (let k = random(6); k >= 0; k--) {
      at += 1 + random(points);
      preemptions.push({ at, to: 1 + random(threads) });
    }
    const choices = Array.from({ length: 6 }, () => random(threads));
    const result = runner.run({ preemptions, choices }, false, true);
    points = Math.max(points, result.points);
    onRun(result.reports, result);
    i++;
  }
}

/** What the real code comes to in a world, to be held against several models. */
export type RealSide = ReturnType<typeof realSide>;

/** Hold the model of @revision against @real, what the real code comes to in @world. */
export function compareWorld(
  world: World,
  model: ReturnType<typeof modelSide>,
  real: RealSide,
  samples: number,
): WorldConformance {
  const differences: Disagreement[] = [];
  const differ = (kind: Disagreement['kind'], text: string): void => {
    differences.push({ kind, world: world.name, text });
  };
  // What a model that was cut off lacks says nothing.
  for (const outcome of model.complete ? real.outcomes : []) {
    if (!model.outcomes.has(outcome)) differ('outcome', outcome);
  }
  const lacking = [...model.found].filter(([key]) => !real.found.has(key));
  const isLed = ([key]: readonly [string, string]): boolean =>
    model.runsOf(key, real.bound).some((turns) => real.shows(turns, key));
  const led: string[] = [];
  for (const each of lacking) {
    if (isLed(each)) led.push(each[1]);
    else differ('finding', `only the model: ${each[1]}`);
  }
  for (const [key, words] of model.complete ? real.found : []) {
    if (!model.found.has(key)) differ('finding', `only the real code: ${words}`);
  }
  const { unheard, complete } = model.retell(real.stories);
  for (const text of new Set(complete ? unheard.map((u) => u.text) : [])) differ('order', text);
  const deeds = compareDeeds(world, model.deeds, real.deeds);
  for (const text of deeds.differences) differ('deed', text);
  return {
    world: world.name,
    realRuns: real.runs,
    modelStates: model.states,
    modelComplete: model.complete,
    outcomesReal: real.outcomes.size,
    outcomesModel: model.outcomes.size,
    samples,
    stories: real.stories.length,
    untold: complete ? 0 : unheard.length,
    deeds: deeds.same,
    led,
    differences,
  };
}

/** Hold the model of @revision against @image in @world. */
export function conformWorld(
  image: KernelImage,
  revision: Revision,
  world: World,
  opt: ConformOptions,
): WorldConformance {
  const model = modelSide(world, revision, opt.statesMax);
  const real = realSide(image, world, opt);
  return compareWorld(world, model, real, opt.samples);
}
