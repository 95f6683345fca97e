// SPDX-License-Identifier: GPL-2.0-only
// The whole check: worlds of a board, explored, merged into findings and verdicts.
//
// Worlds that are equal up to names are explored once; what was found is then run again in each of
// the others under its names. A verdict is given class by class. One finding is kept for each
// property, window and kind of client; its devices are those of the classes that show it.

import { assert } from '#base/assert';
import type { Finding, KernelSpec, Memory } from '#finding/finding';
import { breaksTheSame, byWindow } from '#finding/key';
import type { CheckOptions, CheckProgress, CheckResult, ReportKernel } from '#finding/report';
import type { Revision } from '#kernel/index';
import { kindOfKey, nothingToCheck, type Platform } from '#platform/index';
import { appliesTo } from '#properties/applies';
import { bestOf, type WorldFinding, type WorldOutcome } from '#run/check-world';
import { threadsOf } from '#run/hands';
import { exploreJournaled, Journal } from '#run/journal';
import { specOf } from '#run/kernel-spec';
import { ProgressRelay } from '#run/progress';
import { type StopSignal, type StopWord, stopWordOf } from '#run/stop';
import { toFinding, transfer } from '#run/to-finding';
import type { FixScript } from '#run/user-fix';
import { memoryOf } from '#run/watched-scene';
import { explainAll, openWorlds, type WorldPool } from '#run/world-pool';
import { isActed } from '#worlds/actors';
import type { DerivedWorld } from '#worlds/derive';
import { shapeOf } from '#worlds/shape';
import { type AvoidAsked, avoidedBy } from './avoid.ts';
import { coverageOf, noticedIn } from './coverage.ts';
import { groundsOf } from './ground.ts';
import { platformUnder } from './under.ts';
import { type VerdictQuestion, verdictsOf, windowVerdictsOf } from './verdicts.ts';
import { chooseWorlds } from './worlds.ts';

/** The kernel to check. */
export interface CheckedKernel {
  readonly revision: Revision;
  /** Scripts of the user's own fixes among its commits. */
  readonly userFixes: readonly FixScript[];
}

/** All devices, rules and windows, every order, in one thread. */
export const defaultCheck: CheckOptions = {
  devices: null,
  properties: null,
  windows: null,
  asyncProbe: false,
  strictDevlink: false,
  strategy: { kind: 'exhaustive' },
  statesMax: null,
  timeMaxMs: null,
  jobs: 1,
};

/** A derived world with the outcome of the world explored in its stead. */
interface Explored {
  readonly derived: DerivedWorld;
  /** The world that was explored: of the same shape. */
  readonly stand: DerivedWorld;
  readonly outcome: WorldOutcome;
}

/**
 * Check a board, or the generic worlds where @board is null. Once @signal says so, the result is
 * what was found by then: worlds that were not explored to their end are among its limits.
 */
export async function checkPlatform(
  board: Platform | null,
  kernel: CheckedKernel,
  options: CheckOptions,
  version: string,
  onProgress: (progress: CheckProgress) => void = () => {},
  signal?: StopSignal,
): Promise<CheckResult> {
  const spec = specOf(kernel.revision, kernel.userFixes);
  const platform = board && platformUnder(board, kernel.revision);
  const chosen = chooseWorlds(platform, options, kernel.revision.name);
  const { worlds } = chosen;
  const relay = new ProgressRelay(onProgress);
  const written = (): void => relay.show();
  // Whoever may stop it has to be heard meanwhile.
  const aside = signal !== undefined;
  const pool = openWorlds(threadsOf(options.jobs), worlds.length, { written, aside });
  try {
    const watched = { relay, stop: stopWordOf(signal) };
    const explored = await explore(pool, worlds, kernel, options, version, watched);
    const all = mergeFindings(explored, spec, options.memory);
    const { windows } = options;
    const shown = all.filter(
      (f) => windows === null || (f.window !== null && windows.includes(f.window)),
    );
    const explained = await explain(pool, shown, spec, options, signal);
    const asking = platform && { platform, kernel: spec, options };
    const findings = await avoid(pool, shown, explained, asking, signal);
    const nothing = platform && nothingToCheck(platform);
    const { barred, idle } = chosen;
    const { revision } = kernel;
    const grounds = groundsOf(platform, options, { revision, spec }, chosen);
    const question = { ...options, ...grounds, barred, idle };
    const result = resultOf(explored, findings, kernel, question, version);
    return nothing === null ? result : { ...result, nothing };
  } finally {
    relay.end();
    await pool.close();
  }
}

/** @kernel as reports have it. */
export function reportKernel({ revision, userFixes }: CheckedKernel): ReportKernel {
  const { name, commits, userFixes: fixes } = specOf(revision, userFixes);
  return { name, commits, userFixes: fixes.map((fix) => fix.name) };
}

function resultOf(
  explored: readonly Explored[],
  findings: readonly Finding[],
  kernel: CheckedKernel,
  question: CheckOptions & VerdictQuestion,
  version: string,
): CheckResult {
  return {
    tool: { name: 'racewindow', version, format: 'racewindow/report@1' },
    kernel: reportKernel(kernel),
    coverage: coverageOf(distinct(explored), question),
    verdicts: verdictsOf(explored, question),
    ...(question.properties === null ? {} : { properties: question.properties }),
    ...(question.windows === null ? {} : { windows: windowVerdictsOf(explored, question) }),
    findings,
    ...(question.strategy.kind === 'exhaustive' ? { noticed: noticedIn(distinct(explored)) } : {}),
  };
}

/** Ids of the properties to relay, null for all. */
function wantedOf(revision: Revision, { properties: ids }: CheckOptions): readonly string[] | null {
  return ids?.filter((id) => appliesTo(id, revision)) ?? null;
}

async function explore(
  pool: WorldPool,
  worlds: readonly DerivedWorld[],
  kernel: CheckedKernel,
  options: CheckOptions,
  version: string,
  { relay, stop }: { readonly relay: ProgressRelay; readonly stop: StopWord | undefined },
): Promise<Explored[]> {
  const stands = new Map<string, DerivedWorld>();
  for (const w of worlds) {
    const shape = shapeOf(w.world);
    if (!stands.has(shape)) stands.set(shape, w);
  }
  const spec = specOf(kernel.revision, kernel.userFixes);
  const wanted = wantedOf(kernel.revision, options);
  const { windows, strategy, memory, statesMax, timeMaxMs, auditCache, depthMax, minimiseMax } =
    options;
  const tasks = [...stands.values()].map(({ world }) => ({
    ask: 'check' as const,
    world,
    kernel: spec,
    properties: wanted,
    ...(windows === null ? {} : { windows }),
    strategy,
    ...(memory === undefined ? {} : { memory }),
    statesMax,
    timeMaxMs,
    ...(auditCache === undefined ? {} : { auditCache }),
    ...(depthMax === undefined ? {} : { depthMax }),
    ...(minimiseMax === undefined ? {} : { minimiseMax }),
  }));
  relay.begin(tasks.map(({ world }) => world.name));
  const journal = options.resume === undefined ? null : new Journal(options.resume, version);
  const done = (i: number, outcome: WorldOutcome): void => relay.done(i, outcome);
  const outcomes = await exploreJournaled(pool, tasks, journal, done, (i) => ({
    row: relay.row(i),
    stop,
  }));
  relay.end();
  const byShape = new Map([...stands.keys()].map((shape, i) => [shape, outcomes[i]]));
  return worlds.map((derived) => {
    const shape = shapeOf(derived.world);
    const [stand, outcome] = [stands.get(shape), byShape.get(shape)];
    assert(stand && outcome, `${derived.world.name} was not explored`);
    return { derived, stand, outcome };
  });
}

interface Placed extends WorldFinding {
  readonly derived: DerivedWorld;
  /** Devices of all classes of the kind that show it. */
  readonly devices: readonly string[];
}

/** One finding for each property, window and kind of client. */
function mergeFindings(
  explored: readonly Explored[],
  spec: KernelSpec,
  memory: Memory | undefined,
): Placed[] {
  const kinds = new Map<string, Omit<Placed, 'devices'>[]>();
  for (const { derived, stand, outcome } of explored) {
    for (const f of outcome.findings) {
      const here = derived === stand ? f : transfer(f, stand.world, derived.world, spec, memory);
      assert(here, `${f.property} of ${stand.world.name} does not show under other names`);
      const kind = kindOfKey(derived.classKey);
      const list = kinds.get(kind) ?? [];
      list.push({ ...here, derived });
      kinds.set(kind, list);
    }
  }
  const found = [...kinds.values()].flatMap((list) => {
    // A world of fewer actors assumes less: it comes first.
    const plain = bestOf(list.filter((f) => !isActed(f.derived.world)));
    const isKnown = (f: WorldFinding): boolean => plain.some((p) => breaksTheSame(p, f));
    const best = [...plain, ...bestOf(list).filter((f) => !isKnown(f))];
    return best.map((f) => ({ ...f, devices: devicesOf(f, list) }));
  });
  return found.sort((a, b) => byWindow(a, b, a.derived.classKey, b.derived.classKey));
}

/** The devices of the classes that show what @f shows; the class of @f first. */
function devicesOf(f: Omit<Placed, 'devices'>, list: readonly Omit<Placed, 'devices'>[]): string[] {
  const same = list.filter((o) => breaksTheSame(o, f));
  return [...new Set([f, ...same].flatMap((o) => o.derived.devices))];
}

/** @found as findings, each that is asked for with why it fails. */
async function explain(
  pool: WorldPool,
  found: readonly Placed[],
  spec: KernelSpec,
  { memory, toExplain }: CheckOptions,
  signal: StopSignal | undefined,
): Promise<Finding[]> {
  const findings = found.map(({ derived, devices, ...f }) => {
    const { world } = derived;
    const kind = kindOfKey(derived.classKey);
    const place = { world, kind, devices, kernel: spec, memory: memory ?? memoryOf(world) };
    return toFinding(f, place);
  });
  const asked = new Set(toExplain?.(findings) ?? findings);
  const chosen = found.filter((_, i) => asked.has(findings[i]!));
  const worlds = [...new Set(chosen.map((f) => f.derived))];
  const inWorld = worlds.map((derived) => chosen.filter((f) => f.derived === derived));
  const tasks = worlds.map(({ world }, at) => ({
    ask: 'explain' as const,
    world,
    kernel: spec,
    ...(memory === undefined ? {} : { memory }),
    findings: inWorld[at]!.map(({ property, window, schedule, witness }) => {
      return { property, window, schedule, subject: witness.subject };
    }),
  }));
  const answers = await unlessStopped(signal, () => explainAll(pool, tasks));
  if (answers === null) return findings;
  const known = new Map(inWorld.flatMap((list, at) => list.map((f, i) => [f, answers[at]![i]!])));
  return found.map((f, i) => {
    const explained = known.get(f);
    if (explained === undefined) return findings[i]!;
    const { deciding, why, failure, alike } = explained;
    const broken = failure === null ? {} : { failure };
    return { ...findings[i]!, deciding, ...broken, ...(why === null ? {} : { why }), alike };
  });
}

/** @findings, those that were explained with the boot options that avoid them, if that is asked. */
async function avoid(
  pool: WorldPool,
  found: readonly Placed[],
  findings: readonly Finding[],
  asked: (AvoidAsked & { readonly options: CheckOptions }) | null,
  signal: StopSignal | undefined,
): Promise<readonly Finding[]> {
  if (asked?.options.avoid !== true) return findings;
  const keys = findings.map(({ window, why }, i) =>
    window === null || why === undefined ? null : findingPlace(window, found[i]!),
  );
  const places = new Map(keys.flatMap((key) => (key === null ? [] : [[key.text, key] as const])));
  const answers = await unlessStopped(signal, () =>
    Promise.all(
      [...places.values()].map(async ({ text, window, classKey }) => {
        return [text, await avoidedBy(pool, asked, window, classKey)] as const;
      }),
    ),
  );
  const known = new Map(answers ?? []);
  return findings.map((finding, i) => {
    const avoided = known.get(keys[i]?.text ?? '');
    return avoided === undefined ? finding : { ...finding, avoided };
  });
}

function findingPlace(window: string, { derived: { classKey } }: Placed) {
  return { text: `${window} ${classKey}`, window, classKey };
}

/** What @begin comes to; null once @signal says to stop. */
async function unlessStopped<T>(
  signal: StopSignal | undefined,
  begin: () => Promise<T>,
): Promise<T | null> {
  if (signal === undefined) return begin();
  if (signal.aborted) return null;
  const running = begin();
  // Who is stopped waits no more; that the pool is closed then is no failure.
  running.catch(() => {});
  const stopped = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  return Promise.race([running, stopped]);
}

/** Each world that was explored, once. */
function distinct(explored: readonly Explored[]): Explored[] {
  return explored.filter((e) => e.derived === e.stand);
}
