// SPDX-License-Identifier: GPL-2.0-only
// Many boards under several kernels: each shape of world is explored once, for all boards.
//
// A board has the verdicts that a check of it has: the same worlds, the same rules, the same
// merging by class. Findings are told by rule and window alone; a check shows their runs.

import { must } from '#base/assert';
import { CodedError } from '#base/errors';
import { byWindow, findingKey } from '#finding/key';
import type { CheckOptions, ReportKernel } from '#finding/report';
import type { SweptAnswer, SweptBoard, SweptBreak } from '#finding/sweep';
import { nothingToCheck, type Platform } from '#platform/index';
import { appliesTo } from '#properties/applies';
import type { WorldOutcome } from '#run/check-world';
import { type Hands, threadsOf } from '#run/hands';
import { specOf } from '#run/kernel-spec';
import type { CheckTask } from '#run/run-world';
import type { StopSignal } from '#run/stop';
import { type KeptOutcome, keptOf, type OutcomeStore } from '#run/store';
import { heaviestWorldsFirst, openWorlds, type WorldPool } from '#run/world-pool';
import type { World } from '#worlds/world';
import { type CheckedKernel, reportKernel } from './check.ts';
import { limitsOf } from './coverage.ts';
import type { Question } from './reach.ts';
import { platformUnder } from './under.ts';
import { type VerdictRun, verdictsOf, windowVerdictsOf } from './verdicts.ts';
import { type ChosenWorlds, chooseWorlds } from './worlds.ts';

/** A board that has been read, and what it is called. */
export interface NamedBoard {
  readonly name: string;
  readonly platform: Platform;
}

/** What is asked of every board. */
export type SweepOptions = Pick<
  CheckOptions,
  'properties' | 'windows' | 'strategy' | 'statesMax' | 'jobs'
>;

/** How far a sweep has come; for people. */
export interface SweepProgress {
  /** Which kernel, from 1, of how many. */
  readonly kernel: number;
  readonly kernels: number;
  readonly done: number;
  readonly total: number;
  /** Of those done, how many were explored and not known before. */
  readonly fresh: number;
}

/** What looks on, what stops, and who works: the threads of this machine unless told. */
export interface SweepAside {
  readonly onProgress?: (progress: SweepProgress) => void;
  readonly signal?: StopSignal;
  readonly hands?: Hands;
}

/** Kernels, boards with an answer for each, and whether all was done. */
export interface Swept {
  readonly kernels: readonly ReportKernel[];
  readonly boards: readonly SweptBoard[];
  readonly complete: boolean;
}

/** Explore all of @boards under all of @kernels; what @store knows is not done again. */
export async function sweepBoards(
  boards: readonly NamedBoard[],
  kernels: readonly CheckedKernel[],
  options: SweepOptions,
  store: OutcomeStore,
  aside: SweepAside = {},
): Promise<Swept> {
  const answers = boards.map((): (SweptAnswer | null)[] => []);
  for (const [k, kernel] of kernels.entries()) {
    const seen = boards.map(({ platform }) => platformUnder(platform, kernel.revision));
    const chosen = seen.map((platform) => choose(platform, kernel, options));
    const { tasks, keys } = tasksOf(chosen, kernel, options, store);
    const known = await outcomesOf(tasks, options, store, {
      ...aside,
      onProgress: ({ done, total, fresh }) =>
        aside.onProgress?.({ kernel: k + 1, kernels: kernels.length, done, total, fresh }),
    });
    const idle = new Map<string, readonly World[]>();
    for (const [i, platform] of seen.entries()) {
      const runs = runsOf(chosen[i]!, keys[i]!, known);
      const answer =
        runs && answerOf(platform, idleOnce(chosen[i]!, options, idle), runs, kernel, options);
      answers[i]!.push(answer);
    }
  }
  return {
    kernels: kernels.map(reportKernel),
    boards: boards.map(({ name }, i) => ({ name, answers: answers[i]! })),
    complete: answers.every((list) => !list.includes(null)),
  };
}

function choose(
  platform: Platform,
  { revision }: CheckedKernel,
  { properties, windows }: SweepOptions,
): ChosenWorlds {
  const asked = { devices: null, asyncProbe: false, strictDevlink: false, properties, windows };
  return chooseWorlds(platform, asked, revision.name);
}

/** The question to one world, as a check asks it. */
function taskOf(
  world: CheckTask['world'],
  { revision, userFixes }: CheckedKernel,
  { properties, windows, strategy, statesMax }: SweepOptions,
): CheckTask {
  return {
    ask: 'check',
    world,
    kernel: specOf(revision, userFixes),
    properties: properties?.filter((id) => appliesTo(id, revision)) ?? null,
    ...(windows === null ? {} : { windows }),
    strategy,
    statesMax,
    timeMaxMs: null,
    shorten: false,
  };
}

interface Tasks {
  /** One for each shape, by its key. */
  readonly tasks: ReadonlyMap<string, CheckTask>;
  /** The keys of the worlds of each board. */
  readonly keys: readonly (readonly string[])[];
}

function tasksOf(
  chosen: readonly ChosenWorlds[],
  kernel: CheckedKernel,
  options: SweepOptions,
  store: OutcomeStore,
): Tasks {
  const tasks = new Map<string, CheckTask>();
  const keys = chosen.map(({ worlds }) =>
    worlds.map(({ world }) => {
      const task = taskOf(world, kernel, options);
      const key = store.keyOf(task);
      if (!tasks.has(key)) tasks.set(key, task);
      return key;
    }),
  );
  return { tasks, keys };
}

/** The outcomes of @tasks by key, from @store or anew; not all where it is stopped. */
async function outcomesOf(
  tasks: ReadonlyMap<string, CheckTask>,
  { jobs }: SweepOptions,
  store: OutcomeStore,
  { onProgress, signal, hands = threadsOf(jobs) }: OutcomesAside,
): Promise<Map<string, KeptOutcome>> {
  const known = new Map<string, KeptOutcome>();
  const open: string[] = [];
  for (const key of tasks.keys()) {
    const kept = store.get(key);
    if (kept === null) open.push(key);
    else known.set(key, kept);
  }
  const able = open.length === 0 ? null : store.probe();
  if (able?.ok === false) throw new CodedError(able.error);
  let fresh = 0;
  const say = (): void => onProgress({ done: known.size, total: tasks.size, fresh });
  say();
  const order = heaviestWorldsFirst(open.map((key) => must(tasks.get(key), key)));
  const pool = openWorlds(hands, open.length, { aside: true });
  const done = (key: string, outcome: KeptOutcome): void => {
    const put = store.put(key, outcome);
    if (!put.ok) throw new CodedError(put.error);
    known.set(key, outcome);
    fresh++;
    say();
  };
  try {
    await untilStopped(pool, signal, () =>
      order.map(async (i) => {
        const key = open[i]!;
        const task = must(tasks.get(key), key);
        done(key, keptOf((await pool.run({ task, context: {} })) as WorldOutcome));
      }),
    );
  } finally {
    await pool.close();
  }
  return known;
}

type Count = Pick<SweepProgress, 'done' | 'total' | 'fresh'>;

interface OutcomesAside extends Omit<SweepAside, 'onProgress'> {
  readonly onProgress: (progress: Count) => void;
}

/** Wait for what @begin begins, or until @signal says to stop. */
async function untilStopped(
  pool: WorldPool,
  signal: StopSignal | undefined,
  begin: () => Promise<void>[],
): Promise<void> {
  if (signal?.aborted) return;
  const runs = begin();
  // A run that fails ends the others; who is stopped waits for none.
  for (const run of runs) run.catch(() => pool.drop());
  const stopped = new Promise<void>((resolve) => {
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([Promise.all(runs), stopped]);
}

/** The worlds of a board with what came out; null where one was not explored. */
function runsOf(
  { worlds }: ChosenWorlds,
  keys: readonly string[],
  known: ReadonlyMap<string, KeptOutcome>,
): VerdictRun[] | null {
  const runs: VerdictRun[] = [];
  for (const [i, derived] of worlds.entries()) {
    const outcome = known.get(keys[i]!);
    if (outcome === undefined) return null;
    runs.push({ derived, outcome });
  }
  return runs;
}

/** What else would reach a rule is told by a check of the board. */
const NOWHERE: Omit<Question, 'revision'> = {
  worlds: [],
  elsewhere: () => [],
  comes: () => 'unknown',
  later: () => null,
};

/**
 * @chosen, where worlds that nobody acts in are made for one board of those that have a class. Who
 * is asked for something may act for the sake of another class of the board.
 */
function idleOnce(
  chosen: ChosenWorlds,
  { properties, windows }: SweepOptions,
  known: Map<string, readonly World[]>,
): Pick<ChosenWorlds, 'barred' | 'idle'> {
  if (properties !== null || windows !== null) return chosen;
  const idle = (classKey: string): readonly World[] => {
    const worlds = known.get(classKey) ?? chosen.idle(classKey);
    known.set(classKey, worlds);
    return worlds;
  };
  return { barred: chosen.barred, idle };
}

/** What a board comes to. */
function answerOf(
  platform: Platform,
  { barred, idle }: Pick<ChosenWorlds, 'barred' | 'idle'>,
  runs: readonly VerdictRun[],
  kernel: CheckedKernel,
  options: SweepOptions,
): SweptAnswer {
  const { revision } = kernel;
  const { properties, windows } = options;
  const question = { properties, windows, revision, ...NOWHERE, barred, idle };
  return {
    verdicts: verdictsOf(runs, question).map(({ property, outcome, devices }) => {
      return { property, outcome, devices };
    }),
    ...(windows === null
      ? {}
      : {
          windows: windowVerdictsOf(runs, question).map(({ window, outcome, devices }) => {
            return { window, outcome, devices };
          }),
        }),
    ...(properties === null ? {} : { properties }),
    breaks: breaksOf(runs, windows),
    bounded: limitsOf(runs).map(({ limit, value, flag }) => ({ limit, value, flag })),
    nothing: nothingToCheck(platform) !== null,
  };
}

/** Each rule and window that some class breaks, with the devices of these classes. */
function breaksOf(runs: readonly VerdictRun[], windows: readonly string[] | null): SweptBreak[] {
  const found = new Map<string, { window: string | null; property: string; devices: string[] }>();
  for (const { derived, outcome } of runs) {
    for (const { window, property } of outcome.findings) {
      if (windows !== null && (window === null || !windows.includes(window))) continue;
      const key = findingKey({ property, window });
      const entry = found.get(key) ?? { window, property, devices: [] };
      entry.devices.push(...derived.devices);
      found.set(key, entry);
    }
  }
  const all = [...found.values()].sort((a, b) => byWindow(a, b));
  return all.map(({ devices, ...broken }) => ({
    ...broken,
    devices: [...new Set(devices)].sort(),
  }));
}
