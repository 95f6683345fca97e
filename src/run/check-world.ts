// SPDX-License-Identifier: GPL-2.0-only
// What a check asks of one world: its rules in every run, and the best run of each breach.

import { assert } from '#base/assert';
import {
  type Audited,
  type BrokenAt,
  type CheckFinding,
  check,
  countsRuns,
  type SceneCheckOptions,
} from '#checker/index';
import { bufferedFields } from '#checker/program/store-buffers';
import type { TraceStep, Why, Witness } from '#finding/finding';
import { type Broken, byWindow, findingKey } from '#finding/key';
import type { CheckOptions, Noticed } from '#finding/report';
import type { Revision } from '#kernel/index';
import { propertyOf } from '#properties/index';
import type { World } from '#worlds/world';
import { PREEMPTIONS_MAX, RUNS_MAX, STATES_MAX } from './limits.ts';
import { openWorld } from './watched-scene.ts';

/** Of what is asked of a board, what each of its worlds is asked. */
type AskedOfAll = Pick<
  CheckOptions,
  | 'properties'
  | 'strategy'
  | 'memory'
  | 'statesMax'
  | 'timeMaxMs'
  | 'auditCache'
  | 'depthMax'
  | 'minimiseMax'
>;

/** What is asked of a world, and how far it is searched. */
export interface CheckAsked extends AskedOfAll {
  /** Ids of the windows that are asked for: whether what they need comes about is looked for. */
  readonly windows?: readonly string[];
  /** False where nobody looks at the runs of findings: they need not be short. */
  readonly shorten?: false;
}

/** A limit that was hit. */
interface HitWorldLimit {
  readonly limit: string;
  readonly value: number;
  readonly flag: string;
}

/** The best run for one pair of property and window. */
export interface WorldFinding extends Broken {
  readonly witness: Witness;
  readonly schedule: string;
  readonly preemptions: number;
  readonly minimal: boolean;
  readonly trace: readonly TraceStep[];
  /** Why it fails: known once it has been chosen (explain-world.ts). */
  readonly deciding?: number | null;
  readonly why?: Why | null;
  readonly failure?: BrokenAt | null;
}

/** What was noticed over all runs: no run shows it by itself. */
interface DetectedInWorld {
  readonly kind: Noticed['kind'];
  readonly subject: string;
  readonly because: string;
}

/** What came out. */
export interface WorldOutcome {
  readonly states: number;
  readonly transitions: number;
  readonly bounded: readonly HitWorldLimit[];
  /** Ids of what was seen to happen in at least one run. */
  readonly seen: readonly string[];
  /** Of a sample: the chance to have missed a bug of depth 1, 2, 3; else empty. */
  readonly missed: readonly number[];
  /** Data races and orders of locks. */
  readonly detected: readonly DetectedInWorld[];
  readonly audited: Pick<Audited, 'hits' | 'walks'> | null;
  /** Fields of which a store went through a buffer, where the task asks for buffers. */
  readonly buffered?: readonly string[];
  readonly findings: readonly WorldFinding[];
}

/** What looks on, what keeps a search, and what ends it; all but that changes nothing. */
type RunAside = Pick<SceneCheckOptions, 'meter' | 'checkpoint' | 'stopped'>;

/** Of a world whose search was stopped: its limit. */
export const INTERRUPTED = 'interrupted';

/** What comes of a world that nobody waits for. */
const notBegun: WorldOutcome = {
  states: 0,
  transitions: 0,
  bounded: [{ limit: INTERRUPTED, value: 0, flag: '--resume' }],
  seen: [],
  missed: [],
  detected: [],
  audited: null,
  findings: [],
};

/** True for the outcome of a world whose search was stopped. */
export function isInterrupted({ bounded }: Pick<WorldOutcome, 'bounded'>): boolean {
  return bounded.some(({ limit }) => limit === INTERRUPTED);
}

/** Explore @world as @task says; deterministic unless a limit of time is hit. */
export function checkWorld(
  world: World,
  revision: Revision,
  task: CheckAsked,
  aside: RunAside = {},
): WorldOutcome {
  if (aside.stopped?.()) return notBegun;
  const { properties, memory, windows, strategy } = task;
  const { scene } = openWorld(world, revision, { by: 'rules', ids: properties, windows }, memory);
  const { findings, coverage, detected } = check(scene, {
    strategy,
    statesMax: task.statesMax ?? (countsRuns(strategy) ? RUNS_MAX : STATES_MAX),
    timeMaxS: task.timeMaxMs === null ? undefined : task.timeMaxMs / 1000,
    depthMax: task.depthMax,
    auditCache: task.auditCache,
    minimiseMax: task.minimiseMax,
    ...(task.shorten === undefined ? {} : { shorten: task.shorten }),
    // Who says how far to search for fewer preemptions is held to nothing else.
    minimisePreemptions: task.minimiseMax === undefined ? undefined : PREEMPTIONS_MAX,
    explainMax: 0,
    ...aside,
  });
  const { audited } = coverage;
  const wrong = audited?.differences[0];
  assert(wrong === undefined, `${world.name}: an audit of the search failed: ${wrong}`);
  const wanted = findings.filter(
    ({ report }) =>
      task.properties === null || task.properties.includes(propertyOf(report.property)),
  );
  return {
    states: coverage.states,
    transitions: coverage.transitions,
    bounded: coverage.bounded.map(({ name, max, flag }) => ({ limit: name, value: max, flag })),
    seen: coverage.sometimes,
    missed: coverage.missed,
    audited: audited && { hits: audited.hits, walks: audited.walks },
    detected: detected.map(({ property, subject, because }) => ({
      kind: property as Noticed['kind'],
      subject,
      because,
    })),
    ...(task.memory === undefined ? {} : { buffered: bufferedFields(scene) }),
    findings: bestOf(wanted.map(plain)),
  };
}

function plain(f: CheckFinding): WorldFinding {
  const { subject, because, facts, property, window } = f.report;
  return {
    property: propertyOf(property),
    window,
    witness: { subject, because, facts },
    schedule: f.schedule,
    preemptions: f.preemptions,
    minimal: f.minimal,
    trace: f.trace,
  };
}

/** One finding for each pair of property and window: fewest preemptions, then fewest steps. */
export function bestOf<F extends WorldFinding>(findings: readonly F[]): F[] {
  const best = new Map<string, F>();
  for (const f of findings) {
    const key = findingKey(f);
    const known = best.get(key);
    if (!known || before(f, known)) best.set(key, f);
  }
  return [...best.values()].sort((a, b) => byWindow(a, b));
}

function before(a: WorldFinding, b: WorldFinding): boolean {
  if (a.preemptions !== b.preemptions) return a.preemptions < b.preemptions;
  if (a.trace.length !== b.trace.length) return a.trace.length < b.trace.length;
  return a.schedule < b.schedule;
}
