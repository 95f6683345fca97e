// SPDX-License-Identifier: GPL-2.0-only
// Which commit opens a window and which one closes it; and what to carry back to close it.
//
// Both ask one question of a stack of commits: can the window be hit? Stacks grow commit by commit
// in the order of the history, so a step that changes the answer names the commit.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { type Commit, commits as history, type Revision, withCommits } from '#kernel/index';
import type { ExploreOptions } from '#run/explore';
import { specOf } from '#run/kernel-spec';
import { reusing } from '#run/reuse';
import type { Explorer } from '#run/world-pool';
import { needsOf, tells, windowById } from '#windows/index';
import type { DerivedWorld } from '#worlds/derive';
import { type Answer, BisectTable, type TriedWorld } from './bisect-table.ts';
import { isFor, smallFirst } from './matrix.ts';

export type { Answer } from './bisect-table.ts';

/** How to ask. */
export interface Asking {
  readonly window: string;
  readonly worlds: readonly DerivedWorld[];
  readonly explorer: Explorer;
  readonly options: ExploreOptions;
  /** At most so many worlds for each stack: those that have shown the window, then small ones. */
  readonly worldsMax: number;
  /** Threads of the explorer; changes no answer. */
  readonly jobs?: number;
  /** Classes of worlds that have shown the window. */
  readonly shownIn?: Set<string>;
  readonly onStep?: (revision: string, step: string) => void;
}

/** A stack of commits and the answer for it; `commit` is the one that was added last. */
export interface Step {
  readonly commit: Commit | null;
  readonly answer: Answer;
  /** Behind an SMMU alone: its driver may keep a window shut, or open. */
  readonly behindSmmu: Answer;
}

/** Answer for one stack; the search ends with the first world that shows the window. */
async function askWindow(asking: Asking, revision: Revision): Promise<Answer> {
  const { window, explorer, options } = asking;
  const spec = specOf(revision, []);
  let reached = false;
  let cut = false;
  for (const derived of chosenFor(asking)) {
    const result = await explorer.explore({ derived, spec, options, window });
    if (result.sightings.some((s) => s.window === window)) {
      asking.shownIn?.add(derived.classKey);
      return 'found';
    }
    reached ||= needsOf(window).some((id) => result.reached.includes(id));
    cut ||= result.bounded;
  }
  if (!reached) return 'not reached';
  return cut ? 'bounded' : 'absent';
}

function isSmmu({ driver }: { readonly driver: string }): boolean {
  return driver.startsWith('arm-smmu');
}

/** @derived with a driver that looks nothing up and links nothing in place of an SMMU's. */
function withPlainDriver({ world, classKey, devices }: DerivedWorld): DerivedWorld {
  const instances = world.instances.map((i) => (isSmmu(i) ? { ...i, driver: 'generic' } : i));
  return { world: { ...world, instances }, classKey: `${classKey} generic`, devices };
}

/**
 * Each world of an SMMU is asked about with an IOMMU driver that does nothing of its own as well,
 * so that the answer is about the core.
 */
function trialsOf(asking: Asking): TriedWorld[] {
  return chosenFor(asking).flatMap((derived) => {
    const smmu = derived.world.instances.some(isSmmu);
    const trial = { derived, smmu, telling: tells(derived, asking.window) };
    return smmu ? [trial, { ...trial, derived: withPlainDriver(derived), smmu: false }] : [trial];
  });
}

/** The worlds that a stack is asked about. */
export function chosenFor({ worlds, window, worldsMax, shownIn }: Asking): DerivedWorld[] {
  const all = smallFirst(worlds).filter((w) => isFor(w, window));
  const isKnown = (w: DerivedWorld) => shownIn?.has(w.classKey) || tells(w, window);
  const [known, others] = [true, false].map((is) => all.filter((w) => isKnown(w) === is));
  return [...known!, ...others!].slice(0, worldsMax);
}

/** All worlds are asked about a kernel, so that those which show the window are known. */
async function lookIn(asking: Asking, revision: Revision): Promise<Answer> {
  return await askWindow({ ...asking, worldsMax: Number.POSITIVE_INFINITY }, revision);
}

/** The stacks from @from to @to: one more for each commit that @to has and @from has not. */
function stacksOf(from: Revision, to: Revision): { commit: Commit | null; stack: Revision }[] {
  const stacks: { commit: Commit | null; stack: Revision }[] = [{ commit: null, stack: from }];
  let { commits } = from;
  for (const commit of to.commits) {
    if (commits.some((c) => c.sha === commit.sha)) continue;
    commits = to.commits.filter((c) => c === commit || commits.some((o) => o.sha === c.sha));
    stacks.push({ commit, stack: { ...from, commits } });
  }
  return stacks;
}

/** The steps from @from to @to, one for each commit that @to has and @from has not. */
export async function bisect(asking: Asking, from: Revision, to: Revision): Promise<Step[]> {
  const { window, options, explorer, jobs = 1, onStep } = asking;
  const stacks = stacksOf(from, to);
  const table = new BisectTable({
    window,
    trials: trialsOf(asking),
    stacks: stacks.map(({ stack }) => stack),
    options,
    explorer,
    jobs,
    onCell: (i, world) => onStep?.(stacks[i]?.commit?.sha ?? from.name, world),
  });
  await table.fill();
  return stacks.map(({ commit }, i) => ({
    commit,
    answer: table.answer(i),
    behindSmmu: table.answer(i, true),
  }));
}

/** The steps at which an answer changes to or from `found`. */
export function turns(
  steps: readonly Step[],
  which: 'answer' | 'behindSmmu' = 'answer',
): { opens: Commit[]; closes: Commit[] } {
  const opens: Commit[] = [];
  const closes: Commit[] = [];
  steps.forEach((step, i) => {
    const before = steps[i - 1]?.[which];
    if (!step.commit || before === undefined) return;
    if (before !== 'found' && step[which] === 'found') opens.push(step.commit);
    if (before === 'found' && step[which] !== 'found') closes.push(step.commit);
  });
  return { opens, closes };
}

/** A set of commits that closes a window. */
interface BackportSet {
  readonly commits: readonly Commit[];
  readonly revision: Revision;
  readonly answer: Answer;
}

/** What a search for a backport came to. */
export interface BackportResult {
  /** The window under the target as it is. */
  readonly before: Answer;
  /** Null where no set of the size tried closes it. */
  readonly best: BackportSet | null;
  /** Sets that were asked about, and those that cannot stand on the target. */
  readonly asked: number;
  readonly refused: number;
}

/** Commits that open @window in some way and close it in none: no part of a fix. */
export function openersOf(window: string): readonly string[] {
  const ways = windowById(window)?.ways ?? [];
  const closers = ways.flatMap((way) => way.closed);
  return ways.flatMap(({ opened }) => opened ?? []).filter((sha) => !closers.includes(sha));
}

/** Sets of commits are tried in order of size, each with all that it requires. */
export async function backport(
  question: Asking,
  target: Revision,
  commitsMax = 2,
): Promise<BackportResult> {
  const shownIn = question.shownIn ?? new Set<string>();
  const asking = { ...question, shownIn, explorer: reusing(question.explorer) };
  const before = await lookIn(asking, target);
  const result = { before, best: null, asked: 0, refused: 0 };
  if (before !== 'found') return result;
  let asked = 0;
  let refused = 0;
  for (const set of candidateSets(target, commitsMax, openersOf(question.window))) {
    const changed = withSet(target, set);
    if (!changed.ok) {
      refused++;
      continue;
    }
    asked++;
    asking.onStep?.(target.name, set.map((c) => c.sha).join('+'));
    const answer = await askWindow(asking, changed.value);
    if (answer === 'found' || answer === 'not reached') continue;
    const best = { commits: set, revision: changed.value, answer };
    return { before, best, asked, refused };
  }
  return { before, best: null, asked, refused };
}

/**
 * Sets of commits that @target lacks, with all they require; smallest, then newest first. None has
 * one of those @without.
 */
export function candidateSets(
  target: Revision,
  commitsMax: number,
  without: readonly string[] = [],
): Commit[][] {
  const has = (sha: string): boolean => target.commits.some((c) => c.sha === sha);
  const missing = history.filter((c) => !has(c.sha)).reverse();
  const closures = missing.map((c) => closureOf(c, has));
  const sets = [...closures];
  if (commitsMax > 1) {
    closures.forEach((a, i) => {
      for (const b of closures.slice(i + 1)) sets.push([...new Set([...a, ...b])]);
    });
  }
  const byName = new Map(
    sets.map((set) => [
      inOrder(set)
        .map((c) => c.sha)
        .join(),
      inOrder(set),
    ]),
  );
  return [...byName.values()]
    .filter((set) => !set.some(({ sha }) => without.includes(sha)))
    .sort((a, b) => a.length - b.length);
}

/** @commit and all that it requires, but for what is there: @has. */
export function closureOf(commit: Commit, has: (sha: string) => boolean): Commit[] {
  const set = new Set<Commit>([commit]);
  for (const member of set) {
    for (const need of member.requires) {
      const found = history.find((c) => c.sha === need);
      if (found && !has(need)) set.add(found);
    }
  }
  return [...set];
}

/** @set in the order in which its commits landed. */
export function inOrder(set: readonly Commit[]): Commit[] {
  return [...set].sort((a, b) => history.indexOf(a) - history.indexOf(b));
}

function withSet(target: Revision, set: readonly Commit[]): Result<Revision, UserError> {
  const changed = withCommits(target, { with: set });
  return changed.ok ? ok(changed.value) : changed;
}
