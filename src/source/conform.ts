// SPDX-License-Identifier: GPL-2.0-only
// Holds the model against the kernel's own C: the same worlds, the same outcomes, the same events.
//
// (a) Every outcome that the real code reaches within the bound is one that the model can reach.
// (b) Every finding of the model shows in the real code as well.
// (c) Random runs of the real code, with more preemptions, come to nothing else either.
// An outcome says, for each device: bound or deferred, its group's number, the group it had when
// its driver probed, whether the kernel warned, and which of the named events it has seen.

import { bounded } from '#checker/bounded';
import { exhaustive } from '#checker/exhaustive';
import { Machine } from '#checker/machine';
import type { Report } from '#checker/program';
import type { Rule } from '#checker/scene';
import type { Value } from '#env/op';
import type { Revision } from '#kernel/index';
import { propertyOf, RuleContext, rulesFor } from '#properties/index';
import { signaturesFor } from '#signatures/index';
import { buildScene } from '#worlds/scene';
import type { World } from '#worlds/world';
import type { KernelImage } from './build.ts';
import { SourceRunner } from './run.ts';
import { searchSource } from './search.ts';

export interface ConformOptions {
  readonly worlds: readonly World[];
  /** Preemptions of the real code's runs. */
  readonly bound: number;
  /** Sampled runs per world for the comparison of events. */
  readonly samples: number;
  /** For the runs of the real code in a world. */
  readonly timeMaxMs: number;
  /** For the model's side, which has no limit of time: the same on every machine. */
  readonly statesMax: number;
  onWorld?(r: WorldConformance): void;
}

/** A difference: what one side has and the other has not. */
export interface Difference {
  readonly kind: 'outcome' | 'finding';
  readonly world: string;
  readonly text: string;
}

export interface WorldConformance {
  readonly world: string;
  readonly realRuns: number;
  readonly modelStates: number;
  /** The model was explored to the end; otherwise outcomes it lacks are no differences. */
  readonly modelComplete: boolean;
  readonly outcomesReal: number;
  readonly outcomesModel: number;
  readonly samples: number;
  /** Findings of the model which the real code did not show before a limit ended its search. */
  readonly undecided: readonly string[];
  /** Findings of the real code. */
  readonly shown: readonly string[];
  readonly differences: readonly Difference[];
}

export interface ConformResult {
  readonly worlds: readonly WorldConformance[];
  readonly differences: readonly Difference[];
  /** Findings of the model that the real code has shown in no world. */
  readonly unwitnessed: readonly string[];
}

/** Events that an outcome counts, with the argument that tells them apart, if there is one. */
const FLAGS: ReadonlyMap<string, number | null> = new Map<string, number | null>([
  ['walk-visit', null],
  ['configure-skipped', 1],
  ['configure-begin', 1],
  ['ops-missing', 1],
  ['probe-device', 2],
  ['late-warn', 1],
  ['not-ready-deferred', null],
  ['not-ready-accepted', null],
  ['fwspec-found', null],
  ['fwspec-built', null],
  ['replay-begin', null],
]);

/**
 * A rule that breaks nothing: its state is the outcome so far, one text per device, and its sink
 * gets the outcome of every finished run. Both sides are watched by it.
 */
export function outcomeRule(ctx: RuleContext, sink: Set<string>): Rule {
  const initial = ctx.devices.map(() => 'unbound|-|-|');
  return {
    id: 'outcome',
    events: [...FLAGS.keys(), 'bound', 'deferred', 'group-set', 'driver-probe'],
    reads: [],
    initial,
    onEvent: (state, e) => {
      const d = ctx.watched(e.args[0]);
      if (!d || e.thread === 'boot') return undefined;
      const cells = [...(state as readonly string[])];
      const [bound = '', group = '', probed = '', flags = ''] = cells[d.position]!.split('|');
      cells[d.position] = next([bound, group, probed, flags], e.name, e.args).join('|');
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

function next([bound, group, probed, flags]: Cell, name: string, args: readonly Value[]): Cell {
  if (name === 'bound' || name === 'deferred') return [name, group, probed, flags];
  if (name === 'group-set') return [bound, `group ${Number(args[2])}`, probed, flags];
  if (name === 'driver-probe') return [bound, group, `probed with ${group}`, flags];
  const at = FLAGS.get(name);
  const flag = at === null || at === undefined ? name : `${name} ${String(args[at])}`;
  const set = new Set(flags === '' ? [] : flags.split(', '));
  set.add(flag);
  return [bound, group, probed, [...set].sort().join(', ')];
}

interface Side {
  readonly outcomes: Set<string>;
  /** property and window of what was found. */
  readonly found: Set<string>;
}

/** Properties that the real code cannot break, as built here, and why. */
const UNSEEN: ReadonlyMap<string, string> = new Map([
  ['P11', 'no driver of a scene maps a buffer: dma-iommu.c is not linked'],
]);

const seen = (keys: Iterable<string>): Set<string> =>
  new Set([...keys].filter((key) => !UNSEEN.has(key.split(' ')[0]!)));

const keyOf = (r: { property: string; window: string | null }): string =>
  `${propertyOf(r.property)} ${r.window ?? 'no window'}`;

/** Everything the model can come to in a world. */
export function modelSide(world: World, revision: Revision, statesMax: number) {
  const built = buildScene(world, revision);
  const ctx = new RuleContext(world, {
    device: (name) => built.devices.get(name),
    instance: (name) => built.instances.get(name),
    deferred: built.k.deferred,
  });
  const outcomes = new Set<string>();
  const scene = {
    name: built.name,
    init: built.init,
    threads: built.threads,
    rules: rulesFor(ctx, null),
    signatures: signaturesFor(ctx),
    sometimes: [],
  };
  const machine = new Machine({ ...scene, rules: [...scene.rules, outcomeRule(ctx, outcomes)] });
  const result = exhaustive(machine, { statesMax, onTerminal: () => machine.atEnd() });
  const found = seen(result.found.map((f) => keyOf(f.report)));
  /** What the model shows with at most so many preemptions. */
  const within = (bound: number): Set<string> => {
    const few = bounded(new Machine(scene), { bound, statesMax });
    return seen(few.found.map((f) => keyOf(f.report)));
  };
  const complete = result.bounded.length === 0;
  return { outcomes, found, states: result.states, complete, within };
}

/** What the real code comes to within the bound, and in random runs beyond it. */
function realSide(
  image: KernelImage,
  world: World,
  opt: ConformOptions,
  wanted: ReadonlySet<string>,
): Side & { runs: number; complete: boolean; bound: number } {
  const outcomes = new Set<string>();
  const runner = new SourceRunner(image, world, null, (ctx) => [outcomeRule(ctx, outcomes)]);
  const { bound, timeMaxMs } = opt;
  const search = searchSource(runner, { bound, timeMaxMs });
  const found = new Set(search.findings.map((f) => keyOf(f.report)));
  let { runs } = search;
  let { complete } = search;
  let reached = bound;
  const lacking = (): boolean => [...wanted].some((key) => !found.has(key));
  const focus = (word: number): boolean => runner.events.view.decides(word);
  // What the model finds may need more: first at the words that decide, then at all.
  const deeper = [
    ...(complete ? [] : [{ bound, focus }]),
    { bound: bound + 1, focus },
    { bound: bound + 1 },
  ];
  for (const how of deeper) {
    if (!lacking()) break;
    const more = searchSource(runner, { ...how, timeMaxMs });
    for (const f of more.findings) found.add(keyOf(f.report));
    runs += more.runs;
    if ('focus' in how) continue;
    complete = more.complete;
    reached = how.bound;
  }
  sampleRuns(runner, opt.samples, (reports) => {
    for (const r of reports) found.add(keyOf(r));
  });
  // The C may need one more than the model, which takes at once what the C does in several steps.
  return { outcomes, found, runs, complete, bound: Math.max(bound, reached - 1) };
}

/** Random runs with up to six preemptions; the seed is fixed. */
export function sampleRuns(
  runner: SourceRunner,
  count: number,
  onRun: (reports: readonly Report[]) => void,
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
    onRun(result.reports);
    i++;
  }
}

/** What the real code comes to in a world. */
export type RealSide = ReturnType<typeof realSide>;

/** What the real code comes to, to be held against several models. */
export function realOutcomes(image: KernelImage, world: World, opt: ConformOptions): RealSide {
  return realSide(image, world, opt, new Set());
}

/** Hold the model of @revision against @real, what the real code comes to in @world. */
export function compareWorld(
  world: World,
  model: ReturnType<typeof modelSide>,
  real: RealSide,
  samples: number,
): WorldConformance {
  const differences: Difference[] = [];
  const differ = (kind: Difference['kind'], text: string): void => {
    differences.push({ kind, world: world.name, text });
  };
  // What a model that was cut off lacks says nothing.
  for (const outcome of model.complete ? real.outcomes : []) {
    if (!model.outcomes.has(outcome)) differ('outcome', outcome);
  }
  const undecided: string[] = [];
  const lacking = [...model.found].filter((key) => !real.found.has(key));
  const few = real.complete && lacking.length > 0 ? model.within(real.bound) : null;
  for (const key of lacking) {
    // A search that was cut off, or that the model itself needs more preemptions for, cannot say
    // that the real code does not have it.
    if (!few?.has(key)) undecided.push(key);
    else differ('finding', `only the model: ${key}`);
  }
  for (const key of model.complete ? real.found : []) {
    if (!model.found.has(key)) differ('finding', `only the real code: ${key}`);
  }
  return {
    world: world.name,
    realRuns: real.runs,
    modelStates: model.states,
    modelComplete: model.complete,
    outcomesReal: real.outcomes.size,
    outcomesModel: model.outcomes.size,
    samples,
    undecided,
    shown: [...real.found].sort(),
    differences,
  };
}

/** Hold the model of @revision against @image in every world. */
export function conform(
  image: KernelImage,
  revision: Revision,
  opt: ConformOptions,
): ConformResult {
  const worlds: WorldConformance[] = [];
  for (const world of opt.worlds) {
    const model = modelSide(world, revision, opt.statesMax);
    const real = realSide(image, world, opt, model.found);
    const done = compareWorld(world, model, real, opt.samples);
    worlds.push(done);
    opt.onWorld?.(done);
  }
  const shown = new Set(worlds.flatMap((w) => w.shown));
  const unwitnessed = new Set(worlds.flatMap((w) => w.undecided).filter((key) => !shown.has(key)));
  const differences = worlds.flatMap((w) => w.differences);
  return { worlds, differences, unwitnessed: [...unwitnessed].sort() };
}
