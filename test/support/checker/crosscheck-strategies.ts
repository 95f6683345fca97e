// SPDX-License-Identifier: GPL-2.0-only
// One random program through every strategy: the same final states, violations and classes.

import { reportKey } from '#finding/key';
import {
  exploreOptimal,
  type RunCounts,
  type RunHooks,
} from '../../../src/checker/dpor/optimal.ts';
import { exploreSource } from '../../../src/checker/dpor/source-dpor.ts';
import { Machine, type MachineOptions } from '../../../src/checker/machine/machine.ts';
import type { Program, Report } from '../../../src/checker/program/program.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { bounded } from '../../../src/checker/search/bounded.ts';
import { exploreDelay } from '../../../src/checker/search/delay.ts';
import { countLayers, noCost } from '../../../src/checker/search/delay-layers.ts';
import { exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { exploreStateGraph } from '../../../src/checker/search/state-graph.ts';
import { finalWords } from './crosscheck.ts';
import { sceneOf } from './program-scene.ts';
import { draw } from './programs.ts';
import { randomScene, randomSpawningScene } from './random-scene.ts';

/** What a strategy says about a program, as sets that can be compared. */
interface Outcome {
  readonly name: string;
  readonly ends: Set<string>;
  readonly violations: Set<string>;
  readonly classes?: number;
  /** Runs given up; optimal must have none. */
  readonly wasted?: number;
}

/** What one program showed. */
export interface Crosschecked {
  readonly seed: number;
  /** In words; empty if all agree. */
  readonly differences: readonly string[];
  readonly classes: number;
  readonly states: number;
  /** The program has too many prefixes for brute force; nothing was compared. */
  readonly skipped: boolean;
}

/**
 * Kinds of programs: statements in one another, drawn flat, those that start threads, those that
 * free what others hold or wait for, and those that hold locks hand over hand.
 */
export const KINDS = ['nested', 'drawn', 'spawning', 'owning', 'chained'] as const;
export type ProgramKind = (typeof KINDS)[number];

const PREFIXES_MAX = 3_000;
const BOUND = 50;

class Collector {
  readonly ends = new Set<string>();
  readonly violations = new Set<string>();
  private readonly program: Machine;

  constructor(program: Machine) {
    this.program = program;
    this.note(program.reports);
  }

  note(reports: readonly Report[]): void {
    for (const r of reports) this.violations.add(reportKey(r));
  }

  /** A crash ends a run in the middle: such ends are violations, not final states. */
  end(reports: readonly Report[]): void {
    this.note(reports);
    if (this.program.hasCrashed()) return;
    this.ends.add(finalWords(this.program));
  }
}

function brute(scene: Scene): Outcome & { states: number } {
  const machine = new Machine(scene);
  const c = new Collector(machine);
  const { states } = exploreStateGraph(machine, {
    end: (_, reports) => c.end(reports),
    violation: (reports) => c.note(reports),
  });
  return { name: 'none', ends: c.ends, violations: c.violations, states };
}

function byRuns(
  name: string,
  scene: Scene,
  explore: (program: Program, hooks: RunHooks) => RunCounts,
): Outcome {
  const machine = new Machine(scene);
  const c = new Collector(machine);
  const counts = explore(machine, {
    step: (_, reports) => c.note(reports),
    end: (_run, _stuck, reports) => c.end(reports),
  });
  const classes = counts.complete + counts.stuck;
  return { name, ends: c.ends, violations: c.violations, classes, wasted: counts.blocked };
}

function byStates(scene: Scene, options: MachineOptions): Outcome {
  const machine = new Machine(scene, options);
  const c = new Collector(machine);
  const result = exhaustive(machine, { onTerminal: () => c.end([]) });
  c.note(result.found.map((f) => f.report));
  return { name: 'exhaustive', ends: c.ends, violations: c.violations };
}

/** Layers of preemptions, more than any of these programs needs. */
function byPreemptions(scene: Scene, options: MachineOptions): Outcome {
  const machine = new Machine(scene, options);
  const c = new Collector(machine);
  const result = bounded(machine, { bound: BOUND, onTerminal: () => c.end([]) });
  c.note(result.found.map((f) => f.report));
  return { name: `bound=${BOUND}`, ends: c.ends, violations: c.violations };
}

/** Layers of delays, likewise; it tells no final states. */
function byDelays(scene: Scene, ends: Set<string>): Outcome {
  const { found } = exploreDelay(new Machine(scene), BOUND);
  const violations = new Set(found.map((f) => reportKey(f.report)));
  return { name: `delay=${BOUND}`, ends, violations };
}

const listed = (set: ReadonlySet<string>): string => [...set].sort().join(' ');

/** The program of @kind that @seed names. */
export function programOf(seed: number, kind: ProgramKind): Scene {
  if (kind === 'nested') return randomScene(seed);
  if (kind === 'drawn') return sceneOf(draw(seed, 4));
  if (kind === 'owning') return sceneOf(draw(seed, 4, 'owners'));
  if (kind === 'chained') return sceneOf(draw(seed, 4, 'chains'));
  return seed % 2 === 0 ? randomSpawningScene(seed) : sceneOf(draw(seed, 4, 'spawners'));
}

/** Compare all strategies on the program that @seed names; the kinds of programs come in turn. */
export function crosscheck(
  seed: number,
  kind: ProgramKind = KINDS[seed % KINDS.length]!,
  options: MachineOptions = {},
): Crosschecked {
  try {
    return compare(seed, programOf(seed, kind), options);
  } catch (error) {
    const differences = [`seed ${seed}: ${error}`];
    return { seed, differences, classes: 0, states: 0, skipped: false };
  }
}

function compare(seed: number, scene: Scene, options: MachineOptions): Crosschecked {
  const layers = countLayers(new Machine(scene), noCost, { prefixesMax: PREFIXES_MAX });
  const { complete, stuck, prefixes } = layers[0]!;
  if (prefixes >= PREFIXES_MAX) {
    return { seed, differences: [], classes: 0, states: 0, skipped: true };
  }
  const classes = complete + stuck;
  const expected = brute(scene);
  const optimal = byRuns('optimal', scene, exploreOptimal);
  const differences: string[] = [];
  const others = [
    byRuns('source-dpor', scene, exploreSource),
    byStates(scene, options),
    byPreemptions(scene, options),
    byDelays(scene, expected.ends),
  ];
  for (const found of [optimal, ...others]) {
    const say = (what: string, a: unknown, b: unknown) => {
      if (a !== b) differences.push(`seed ${seed}: ${found.name} ${what}: ${a}, not ${b}`);
    };
    say('final states', listed(found.ends), listed(expected.ends));
    say('violations', listed(found.violations), listed(expected.violations));
    if (found.classes !== undefined) say('classes', found.classes, classes);
  }
  if (optimal.wasted !== 0) differences.push(`seed ${seed}: optimal wastes ${optimal.wasted} runs`);
  return { seed, differences, classes, states: expected.states, skipped: false };
}
