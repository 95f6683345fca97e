// SPDX-License-Identifier: GPL-2.0-only
// Does every order that some waits leave break a rule? All of them are explored.
//
// The rule is put into one that remembers whether it was broken and says so at the end of a run:
// `breaks` or `keeps`. Whoever is left standing is no end: a wait that is never told would time
// out in a kernel. So waits are proved if some run breaks the rule and all others do, too.

import { assert } from '#base/assert';
import { Machine } from '#checker/index';
import type { Report } from '#checker/program/program';
import { replayRun } from '#checker/program/run';
import type { Rule, RuleReport, Scene, SceneInput } from '#checker/program/scene';
import { exhaustive } from '#checker/search/exhaustive';
import type { Value } from '#env/op';
import type { Expected } from '#finding/reproduction';
import type { TraceStep } from '#finding/step';
import { propertyOf } from '#properties/index';

/** A rule by the id that it has in the scene, broken for one subject. */
export interface BrokenRule {
  readonly rule: string;
  readonly subject: string;
  /** The window that a break of it has to be told as; absent: any. */
  readonly window?: string | null;
}

/** What is left under some waits. */
export type Proof =
  | { readonly outcome: 'proved'; readonly states: number }
  /** @trace: a run that does not break the rule, or ends in no way that it should. */
  | {
      readonly outcome: 'escapes' | 'stuck';
      readonly states: number;
      readonly trace: readonly TraceStep[];
      readonly because: string;
    }
  /** A limit was hit before that was known. */
  | { readonly outcome: 'bounded'; readonly states: number };

/** The rule that no rule of a scene judges: the machine finds what breaks it. */
export const DETECTED = 'P5';

/** True if what @scene tells of one run is whether @broken came about. */
export function isJudged(scene: SceneInput, { rule }: BrokenRule): boolean {
  return rule === DETECTED || scene.rules?.some(({ id }) => id === rule) === true;
}

const ENDS = 'order';
const statesMaxDefault = 400_000;

/** Explore @scene whole, and tell whether each of its runs breaks the rule. */
export function prove(
  scene: SceneInput,
  broken: BrokenRule,
  statesMax: number = statesMaxDefault,
): Proof {
  const machine = new Machine(judged(scene, broken));
  const { found, bounded, states } = exhaustive(machine, { statesMax });
  const isStuck = ({ report }: (typeof found)[number]): boolean => isLeft(report);
  const isBroken = ({ report }: (typeof found)[number]): boolean =>
    report.property === ENDS ? report.subject === 'breaks' : isTold(broken, report);
  const other = found.find((f) => !isBroken(f) && !isStuck(f)) ?? found.find((f) => !isBroken(f));
  if (other !== undefined) {
    const { trace } = replayRun(machine, other.run);
    const outcome = isStuck(other) ? 'stuck' : 'escapes';
    const { because, window } = other.report;
    const how =
      other.report.property === broken.rule ? `${because}, as ${window ?? 'none'}` : because;
    return { outcome, states, trace, because: how };
  }
  if (bounded.length > 0) return { outcome: 'bounded', states };
  assert(found.some(isBroken), 'a scene without a stuck run has a run that ends');
  return { outcome: 'proved', states };
}

/** What all runs of @scene come to: every end that is there, not the first that is in the way. */
export function expected(
  scene: SceneInput,
  broken: BrokenRule,
  statesMax: number = statesMaxDefault,
): Expected {
  const machine = new Machine(judged(scene, broken));
  const { found, bounded } = exhaustive(machine, { statesMax });
  if (bounded.length > 0) return 'not decided';
  const reports = found.map(({ report }) => report);
  // Of the rule itself, not of its end: a run may stand still after it has broken it.
  const breaks = reports.some((r) => r.subject === broken.subject && isTold(broken, r));
  const isOther = (r: Report): boolean => r.property !== ENDS && !isLeft(r) && !isTold(broken, r);
  if (reports.some(isOther)) return breaks ? 'several windows' : 'another window';
  if (!breaks) return 'keeps';
  const keeps = reports.some((r) => isLeft(r) || (r.property === ENDS && r.subject === 'keeps'));
  return keeps ? 'may break' : 'breaks';
}

/** True if @report is of a run that leaves somebody standing. */
function isLeft({ property }: Report): boolean {
  return property === 'lost-wake-up' || property === 'deadlock';
}

/** True if @report does not show that another thing broke than what is looked for. */
function isTold({ rule, subject, window }: BrokenRule, report: Report): boolean {
  const broken = rule === DETECTED ? propertyOf(report.property) : report.property;
  if (broken !== rule) return false;
  return window === undefined || report.subject !== subject || report.window === window;
}

/** @scene with its rule, and the one that tells at the end whether @broken came about. */
function judged(scene: SceneInput, broken: BrokenRule): Scene {
  const detected: Rule = { id: DETECTED, events: [], reads: [] };
  const given = scene.rules?.find((rule) => rule.id === broken.rule);
  const inner = broken.rule === DETECTED ? detected : given;
  assert(inner !== undefined, `${scene.name} has no rule ${broken.rule}`);
  assert(inner.always === undefined, `${broken.rule} is judged by memory alone`);
  const names = [...inner.events, ...inner.reads, ...(inner.readsAtEnd ?? [])];
  const mayLack = [...new Set([...names, ...(scene.mayLack ?? [])])];
  const rules = [inner, remembering(inner, broken.subject)];
  const signatures = broken.window === undefined ? [] : (scene.signatures ?? []);
  return { ...scene, rules, signatures, sometimes: [], mayLack };
}

function remembering(inner: Rule, subject: string): Rule {
  const isIt = (report: RuleReport | undefined): boolean => report?.subject === subject;
  return {
    ...inner,
    id: ENDS,
    initial: [inner.initial ?? null, false],
    onEvent: (state, e, peek) => {
      const [own, was] = state as readonly [Value, boolean];
      const next = inner.onEvent?.(own, e, peek);
      if (next === undefined) return undefined;
      return { state: [next.state, was || isIt(next.report)] };
    },
    atEnd: (peek, state) => {
      const [own, was] = state as readonly [Value, boolean];
      const said = was ? [] : [inner.atEnd?.(peek, own) ?? []].flat();
      const ends = was || said.some(isIt) ? 'breaks' : 'keeps';
      const because = `a run ${ends} ${inner.id}`;
      return { subject: ends, because, facts: {} };
    },
  };
}
