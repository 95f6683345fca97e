// SPDX-License-Identifier: GPL-2.0-only
// racewindow source check: the worlds of a board, run in the kernel's own C.

import { createHash } from 'node:crypto';
import { must } from '#base/assert';
import type { Finding, FindingSource, KernelSpec } from '#finding/finding';
import { byWindow, findingKey } from '#finding/key';
import type { CheckOptions, CheckProgress, CheckResult, HitLimit } from '#finding/report';
import type { Platform } from '#platform/index';
import { verdictsOf, windowVerdictsOf } from '#questions/verdicts';
import { SourceError } from '#realc/build/errors';
import { type BuildOptions, buildTree, type KernelImage } from '#realc/build/image';
import { type Hands, threadsOf } from '#run/hands';
import { toFinding } from '#run/to-finding';
import { actorsOf } from '#worlds/actors';
import { type DerivedWorld, kindOfKey, nothingToCheck, worldsForPlatform } from '#worlds/derive';
import { shapeOf } from '#worlds/shape';
import type { World } from '#worlds/world';
import { comesIn } from './comes.ts';
import { BOUND, TIME_MAX_MS } from './limits.ts';
import { searchWorlds, type WorldAnswer } from './search-all.ts';
import type { SourceFinding, WorldSearch } from './search-world.ts';
import { placed, questionOf, runsOf } from './verdicts.ts';
import { sourceWorlds } from './worlds.ts';

/** Options of a check beyond those of the model's. */
export interface SourceCheckOptions extends BuildOptions {
  readonly check: CheckOptions;
  /** Only the named world; null: those of the board, or all named ones without a board. */
  readonly world: string | null;
  readonly version: string;
  /** Who searches: the threads of this machine unless told. */
  readonly hands?: Hands | undefined;
  onWorld?(progress: CheckProgress): void;
}

/** What came of a world, and of whom. */
interface Outcomes extends WorldAnswer {
  readonly derived: DerivedWorld;
  /** The world that was run: of the same shape. */
  readonly stand: DerivedWorld;
}

/** The worlds to search: of a board, or the named ones. */
export function chosenWorlds(
  platform: Platform | null,
  opt: Pick<SourceCheckOptions, 'check' | 'world'>,
): DerivedWorld[] {
  const { asyncProbe, strictDevlink, devices } = opt.check;
  // A run of the C costs what thousands of the model's do: plain worlds only.
  const axes = { asyncProbe, strictDevlink, usual: false };
  if (opt.world !== null) {
    const world = sourceWorlds.find((w) => w.name === opt.world);
    if (!world) {
      const names = sourceWorlds.map((w) => w.name).join(', ');
      throw new SourceError('RW309', `${opt.world}: there is no such world`, `one of ${names}`);
    }
    return [placed(world)];
  }
  const all = platform
    ? worldsForPlatform(platform, { ...axes, prefer: devices ?? [] })
    : sourceWorlds.map(placed);
  return devices ? all.filter((w) => w.devices.some((d) => devices.includes(d))) : all;
}

/** Worlds of one shape come to the same; the first stands for all. */
export function firstsOf(worlds: readonly DerivedWorld[]): DerivedWorld[] {
  const shapes = new Map<string, DerivedWorld>();
  for (const d of worlds) if (!shapes.has(shapeOf(d.world))) shapes.set(shapeOf(d.world), d);
  return [...shapes.values()];
}

/** Check a tree: build it, run the worlds, and report as `racewindow check` does. */
export async function checkSource(
  tree: string,
  platform: Platform | null,
  opt: SourceCheckOptions,
): Promise<CheckResult> {
  const image = await buildTree(tree, opt);
  const worlds = chosenWorlds(platform, opt);
  const { strategy, timeMaxMs, statesMax, properties, windows } = opt.check;
  const check = { strategy, timeMaxMs, statesMax, properties, windows };
  const firsts = firstsOf(worlds);
  const tasks = firsts.map(({ world }) => ({ world, check }));
  let worldsDone = 0;
  let found = 0;
  let states = 0;
  const hands = opt.hands ?? threadsOf(opt.check.jobs);
  const answers = await searchWorlds(image, tasks, hands, (i, answer) => {
    worldsDone++;
    found += answer.findings.length;
    states += answer.search?.runs ?? 0;
    const world = firsts[i]!.world.name;
    const worldsTotal = worlds.length;
    opt.onWorld?.({ worldsDone, worldsTotal, world, states, findings: found });
  });
  const byShape = new Map(firsts.map(({ world }, i) => [shapeOf(world), i]));
  const outcomes = worlds.map((derived): Outcomes => {
    const i = must(byShape.get(shapeOf(derived.world)), derived.world.name);
    return { ...answers[i]!, derived, stand: firsts[i]! };
  });
  const refused = outcomes.find((o) => o.refused !== null);
  if (refused && opt.world !== null) {
    throw new SourceError('RW309', refused.refused!, 'choose another world');
  }
  const nothing = platform && nothingToCheck(platform);
  const result = report(image, platform, outcomes, opt);
  return nothing === null ? result : { ...result, nothing };
}

/** What of the options stands in a finding. */
type FindingOptions = BuildOptions & Pick<SourceCheckOptions, 'check'>;

function revisionOf(image: KernelImage, opt: FindingOptions): KernelSpec {
  const fix = (prefix: string) => (p: { name: string; text: string }) => ({
    name: `${prefix}${p.name.replace(/^.*\//, '')}`,
    sha256: createHash('sha256').update(p.text).digest('hex'),
    source: p.text,
  });
  const userFixes = [
    ...(opt.reverts ?? []).map(fix('revert ')),
    ...(opt.patches ?? []).map(fix('')),
  ];
  return { name: `linux-${image.version.text}`, commits: [], userFixes };
}

/** What @f was made from, so that a replay can tell whether it has the same. */
function sourceOf(image: KernelImage, f: SourceFinding, opt: FindingOptions): FindingSource {
  const files: Record<string, string> = {};
  const names = new Set(f.trace.flatMap((s) => (s.file === null ? [] : [s.file])));
  for (const name of [...names].sort()) {
    const hash = image.fileHash(name);
    if (hash !== null) files[name] = hash;
  }
  const { compiler, key } = image;
  return { files, compiler, image: key, reverts: opt.reverts?.length ?? 0, points: f.points };
}

/** The findings of @outcomes in @image, one for each rule, window and kind of client. */
export function findingsOf(
  image: KernelImage,
  outcomes: readonly Outcomes[],
  opt: FindingOptions,
): Finding[] {
  const kernel = revisionOf(image, opt);
  const { windows } = opt.check;
  const best = new Map<string, Finding>();
  for (const { derived, stand, findings } of outcomes) {
    for (const f of findings) {
      const { world } = stand;
      const kind = kindOfKey(derived.classKey);
      const key = findingKey(f, kind);
      const known = best.get(key);
      const devices = [...new Set([...(known?.devices ?? []), ...derived.devices])];
      const place = { world, kind, devices, kernel, source: sourceOf(image, f, opt) };
      const isBetter = !known || f.preemptions < known.preemptions;
      best.set(key, isBetter ? toFinding(f, place) : { ...known, devices });
    }
  }
  return [...best.values()]
    .filter((f) => windows === null || (f.window !== null && windows.includes(f.window)))
    .sort((a, b) => byWindow(a, b, a.class, b.class));
}

function report(
  image: KernelImage,
  platform: Platform | null,
  outcomes: readonly Outcomes[],
  opt: SourceCheckOptions,
): CheckResult {
  const kernel = revisionOf(image, opt);
  const { windows, strategy } = opt.check;
  const outcomesRun = outcomes.filter((o) => o.derived === o.stand);
  const findings = findingsOf(image, outcomes, opt);
  const ran = outcomesRun.filter((o) => o.search);
  const runs = runsOf(outcomes);
  const searched = { version: image.version.text, comes: comesIn(image) };
  const question = questionOf(searched, platform, outcomes, opt.check);
  const sum = (pick: (s: WorldSearch) => number): number =>
    ran.reduce((total, o) => total + pick(o.search!), 0);
  const clients = (w: World): number => w.devices.filter((d) => d.iommus.length > 0).length;
  return {
    tool: { name: 'racewindow', version: opt.version, format: 'racewindow/report@1' },
    kernel: { name: kernel.name, commits: [], userFixes: kernel.userFixes.map((f) => f.name) },
    coverage: {
      worlds: ran.length,
      clientsMax: Math.max(0, ...ran.map((o) => clients(o.derived.world))),
      instancesMax: Math.max(0, ...ran.map((o) => o.derived.world.instances.length)),
      actors: actorsOf(ran.map((o) => o.derived.world)),
      states: sum((s) => s.runs),
      transitions: sum((s) => s.runs * s.points),
      strategy: strategy.kind === 'source-dpor' ? 'source-dpor' : `bound=${boundOf(strategy)}`,
      bounded: limitsOf(outcomesRun, opt),
    },
    verdicts: verdictsOf(runs, question),
    ...(question.properties === null ? {} : { properties: question.properties }),
    ...(windows === null ? {} : { windows: windowVerdictsOf(runs, question) }),
    findings,
  };
}

function boundOf(strategy: CheckOptions['strategy']): number {
  return strategy.kind === 'bound' ? strategy.preemptions : BOUND;
}

/** The preemption bound is a limit of every world, unless all classes of runs are searched. */
function limitsOf(outcomes: readonly Outcomes[], opt: SourceCheckOptions): HitLimit[] {
  const { strategy, timeMaxMs, statesMax } = opt.check;
  const names = (test: (o: Outcomes) => boolean): string[] =>
    outcomes
      .filter(test)
      .map((o) => o.derived.world.name)
      .sort();
  const bounded = strategy.kind !== 'source-dpor';
  const limits: HitLimit[] = [
    {
      limit: 'preemptions',
      value: boundOf(strategy),
      flag: '--strategy',
      worlds: names((o) => bounded && !!o.search),
    },
    {
      limit: 'time-max',
      value: (timeMaxMs ?? TIME_MAX_MS) / 1000,
      flag: '--time-max',
      worlds: names((o) => o.search?.limit === 'time-max'),
    },
    {
      limit: 'runs-max',
      value: statesMax ?? 0,
      flag: '--states-max',
      worlds: names((o) => o.search?.limit === 'runs-max'),
    },
    { limit: 'not-runnable', value: 0, flag: null, worlds: names((o) => o.refused !== null) },
  ];
  return limits.filter((l) => l.worlds.length > 0);
}
