// SPDX-License-Identifier: GPL-2.0-only
// What a check comes to: an outcome for each rule and each window asked for, class by class.
//
// That nothing broke proves nothing where no run came to what a rule or a window is about. So
// `holds` and `absent` are said only where some run of the worlds of the class came to that.

import { must } from '#base/assert';
import type { Broken } from '#finding/key';
import type {
  CheckOptions,
  Outcome,
  Undecided,
  Verdict,
  WindowOutcome,
  WindowVerdict,
} from '#finding/report';
import { appliesTo } from '#properties/applies';
import { askedId, properties, propertyNamed } from '#properties/index';
import type { WorldOutcome } from '#run/check-world';
import { factOf, isJudged, needsOf } from '#windows/index';
import type { DerivedWorld } from '#worlds/derive';
import type { World } from '#worlds/world';
import {
  type Question,
  reachForHolding,
  reachForKernel,
  reachForRule,
  reachForWindow,
} from './reach.ts';
import { type ChosenWorlds, isHeldIn } from './worlds.ts';

/** A derived world with what came out, as far as verdicts go by it. */
export interface VerdictRun {
  readonly derived: DerivedWorld;
  readonly outcome: Pick<WorldOutcome, 'bounded' | 'seen'> & {
    readonly findings: readonly Broken[];
    readonly detected: readonly Pick<WorldOutcome['detected'][number], 'kind'>[];
  };
}

/** What was asked, and what else could be. */
export interface VerdictQuestion
  extends Pick<CheckOptions, 'properties' | 'windows'>,
    Pick<ChosenWorlds, 'barred' | 'idle'>,
    Question {
  /** Why no run of @worlds could tell of this rule or window; null, or absent: some may. */
  readonly blind?: (id: string, worlds: readonly World[]) => string | null;
}

/**
 * One row for each property and outcome. Where windows are asked for, a property that is broken in
 * other windows only has no row for these classes: nothing was asked about it.
 */
export function verdictsOf(runs: readonly VerdictRun[], question: VerdictQuestion): Verdict[] {
  const wanted = properties.filter(({ id }) => question.properties?.includes(id) ?? true);
  return wanted.flatMap(({ id }) => {
    const byOutcome = devicesBy(runs, (mine) => ruleOutcome(id, mine, question));
    return inOrder(ruleOutcomes, byOutcome).map(([outcome, { devices, classes }]) => ({
      property: id,
      outcome: outcome === 'unbroken' ? 'not reached' : outcome,
      devices,
      classes,
      ...(outcome === 'unbroken' ? reachForHolding(id, question) : {}),
      ...(outcome === 'n.a.' ? reachForKernel(id, question) : {}),
      ...(outcome === 'not reached'
        ? (besides(byOutcome, devices) ?? ruleUndecided(id, runs, question))
        : {}),
    }));
  });
}

/** One row for each window that is asked for, and outcome. */
export function windowVerdictsOf(
  runs: readonly VerdictRun[],
  question: VerdictQuestion,
): WindowVerdict[] {
  return (question.windows ?? []).flatMap((window) => {
    const byOutcome = devicesBy(runs, (mine) => windowOutcome(window, mine, question));
    return inOrder(windowOutcomes, byOutcome).map(([outcome, { devices, classes }]) => ({
      window,
      outcome,
      devices,
      classes,
      ...(outcome === 'not reached'
        ? (besides(byOutcome, devices) ?? reachForWindow(window, question))
        : {}),
      ...(outcome === 'n.a.' ? notTold(window, runs, devices, question) : {}),
      ...(outcome === 'found' && factOf(window) !== undefined
        ? { reason: `${factOf(window)} comes about; it breaks no rule by itself` }
        : {}),
    }));
  });
}

/** Unbroken: it was asked, but not in all that it is said to hold in. */
type RuleOutcome = Outcome | 'unbroken';

const ruleOutcomes: readonly RuleOutcome[] = [
  'violated',
  'bounded',
  'holds',
  'unbroken',
  'not reached',
  'n.a.',
];
const windowOutcomes: readonly WindowOutcome[] = [
  'found',
  'bounded',
  'absent',
  'not reached',
  'n.a.',
];

/** Who has an outcome: devices, by name, of so many classes. */
interface Having {
  readonly devices: string[];
  readonly classes: number;
}

/** The devices and classes of @runs that have each outcome. */
function devicesBy<T>(
  runs: readonly VerdictRun[],
  outcomeOf: (mine: readonly VerdictRun[]) => T | null,
): Map<T, Having> {
  const byOutcome = new Map<T, Having>();
  for (const classKey of new Set(runs.map(({ derived }) => derived.classKey))) {
    const mine = runs.filter(({ derived }) => derived.classKey === classKey);
    const outcome = outcomeOf(mine);
    if (outcome === null) continue;
    const { devices, classes } = byOutcome.get(outcome) ?? { devices: [], classes: 0 };
    const all = new Set([...devices, ...mine.flatMap(({ derived }) => derived.devices)]);
    byOutcome.set(outcome, { devices: [...all].sort(), classes: classes + 1 });
  }
  return byOutcome;
}

function inOrder<T>(order: readonly T[], byOutcome: ReadonlyMap<T, Having>): [T, Having][] {
  return order.flatMap((outcome): [T, Having][] => {
    const having = byOutcome.get(outcome);
    return having === undefined ? [] : [[outcome, having]];
  });
}

/** What the property with this @id came to in the worlds of one class, @mine. */
function ruleOutcome(
  id: string,
  mine: readonly VerdictRun[],
  question: VerdictQuestion,
): RuleOutcome | null {
  const { windows, revision } = question;
  if (revision !== null && !appliesTo(id, revision)) return 'n.a.';
  if (id === 'P9' && windows === null && couldLock(mine)) return 'violated';
  const broken = mine.flatMap((e) => e.outcome.findings.filter((f) => f.property === id));
  const isAsked = ({ window }: Broken): boolean =>
    windows === null || (window !== null && windows.includes(window));
  if (broken.some(isAsked)) return 'violated';
  if (broken.length > 0) return null;
  if (blindIn(id, mine, question) !== null) return 'not reached';
  if (isCut(mine)) return 'bounded';
  const inWindow = windows === null || windows.some((window) => isReached(window, mine));
  if (!inWindow || !wasAsked(id, mine)) return 'not reached';
  return lacksWorld(id, mine, question) ? 'unbroken' : 'holds';
}

/** Why no run of @mine could tell of the rule or window with this @id; null where some may. */
function blindIn(
  id: string,
  mine: readonly VerdictRun[],
  { blind }: VerdictQuestion,
): string | null {
  const worlds = mine.map(({ derived }) => derived.world);
  return blind?.(id, worlds) ?? null;
}

/** True if the class could have a world that the rule has to hold in, and @mine are without one. */
function lacksWorld(
  id: string,
  mine: readonly VerdictRun[],
  { idle }: Pick<VerdictQuestion, 'idle'>,
): boolean {
  const [first] = mine;
  if (first === undefined || mine.some(({ derived }) => isHeldIn(id, derived.world))) return false;
  return idle(first.derived.classKey).some((world) => isHeldIn(id, world));
}

/** True if locks are taken in a cycle, deadlock or not. */
function couldLock(mine: readonly VerdictRun[]): boolean {
  return mine.some(({ outcome }) => outcome.detected.some((d) => d.kind === 'lock-order'));
}

function isCut(mine: readonly VerdictRun[]): boolean {
  return mine.some(({ outcome }) => outcome.bounded.length > 0);
}

/** True if the rule says something of the devices in some run. */
function wasAsked(id: string, mine: readonly VerdictRun[]): boolean {
  const { asked, concerns } = must(propertyNamed(id), id);
  const worlds = mine.filter(({ derived }) => concerns?.(derived.world) ?? true);
  if (asked === null) return worlds.length > 0;
  return worlds.some(({ outcome }) => outcome.seen.includes(askedId(id)));
}

/** True if what @window needs came about in some run. */
function isReached(window: string, mine: readonly VerdictRun[]): boolean {
  const needs: readonly string[] = needsOf(window);
  return mine.some(({ outcome }) => needs.some((id) => outcome.seen.includes(id)));
}

/** Where not all rules are asked for, that none of them shows @window does not make it absent. */
function windowOutcome(
  window: string,
  mine: readonly VerdictRun[],
  question: VerdictQuestion,
): WindowOutcome {
  const fact = factOf(window);
  if (fact === undefined && !isJudged(window)) return 'n.a.';
  const isThere = ({ outcome }: VerdictRun): boolean =>
    fact === undefined
      ? outcome.findings.some((f) => f.window === window)
      : outcome.seen.includes(fact);
  if (mine.some(isThere)) return 'found';
  if (blindIn(window, mine, question) !== null) return 'n.a.';
  if (isCut(mine)) return 'bounded';
  if (!isReached(window, mine)) {
    return barredIn(mine, window, question) === null ? 'not reached' : 'n.a.';
  }
  return fact === undefined && question.properties !== null ? 'n.a.' : 'absent';
}

/** Why the kernel can not come to @window with the clients of @mine, one class; else null. */
function barredIn(
  mine: readonly VerdictRun[],
  window: string,
  { barred }: VerdictQuestion,
): string | null {
  const [first] = mine;
  return first === undefined ? null : barred(first.derived.classKey, needsOf(window));
}

/** Why nothing is said of @window about @devices, and what would tell it. */
function notTold(
  window: string,
  runs: readonly VerdictRun[],
  devices: readonly string[],
  question: VerdictQuestion,
): Undecided {
  if (factOf(window) === undefined && !isJudged(window)) {
    return { reason: 'no signature tells it yet' };
  }
  const blind = blindIn(window, runs, question);
  if (blind !== null) return { ...reachForWindow(window, question), reason: blind };
  const keys = new Set(runs.map(({ derived }) => derived.classKey));
  const reasons = [...keys].flatMap((key) => {
    const mine = runs.filter(({ derived }) => derived.classKey === key);
    if (!mine.some(({ derived }) => derived.devices.some((d) => devices.includes(d)))) return [];
    return isReached(window, mine) ? [] : (barredIn(mine, window, question) ?? []);
  });
  if (reasons.length > 0) {
    return { reason: `it can not come about: ${[...new Set(reasons)].join('; ')}` };
  }
  const asked = (question.properties ?? []).join(', ');
  const reason = `it was looked for under ${asked} only; without --property all rules are asked`;
  return { reason };
}

/** Where other devices of the same check came to it, these are said to be the way there. */
function besides(
  byOutcome: ReadonlyMap<string, Having>,
  devices: readonly string[],
): Undecided | null {
  const reached = ['found', 'violated', 'holds', 'absent'].flatMap(
    (outcome) => byOutcome.get(outcome)?.devices ?? [],
  );
  const other = reached.find((name) => !devices.includes(name));
  if (other !== undefined) {
    return { reason: `their worlds do not come to it; those of ${other} do, see above` };
  }
  // Classes of the generic worlds share the names of their devices.
  const [name] = reached;
  if (name === undefined) return null;
  return { reason: `their worlds do not come to it; those of other classes with ${name} do` };
}

/** Why a rule is undecided: where windows are asked for and none is reached, as these are. */
function ruleUndecided(
  id: string,
  runs: readonly VerdictRun[],
  question: VerdictQuestion,
): Undecided {
  const { windows } = question;
  const blind = blindIn(id, runs, question);
  if (blind !== null) {
    const { reason, ...rest } = reachForRule(id, question);
    return { ...rest, reason: `${reason}; ${blind}` };
  }
  if (windows === null) return reachForRule(id, question);
  const open = windows.filter((window) => !isReached(window, runs));
  if (open.length < windows.length) return reachForRule(id, question);
  return { reason: `no run came to what ${open.join(' or ')} needs` };
}
