// SPDX-License-Identifier: GPL-2.0-only
// The model led along a log: is there a run in which groups and warnings come as the log has them?
//
// A rule counts how many steps of the log a run has kept. It is off once something comes that the
// log has not at that place. The search over all orders then tells the longest part that some run
// keeps, what the runs do instead of the next step, and the windows of runs that keep all of it.

import { type CheckFinding, check, Machine, replay } from '#checker/index';
import type { RunEvent, Scene } from '#checker/program/scene';
import { exhaustive } from '#checker/search/exhaustive';
import { byField, type EventName } from '#env/events';
import type { Value } from '#env/op';
import type { Revision } from '#kernel/index';
import type { World } from '#worlds/world';
import { openWorld, watchedScene } from './watched-scene.ts';

/** What a line of the log says that the model says, too. */
export interface LogStep {
  readonly event: 'group-set' | 'late-warn';
  readonly device: string;
  /** By whom, where the line tells. */
  readonly by: readonly string[] | null;
  readonly line: number;
}

/** How far the model goes along. */
export interface Followed {
  /** Steps that some run keeps. */
  readonly kept: number;
  /** What runs do that have come so far, instead of the next step. */
  readonly instead: readonly string[];
  /** False where the search was cut off: more may be kept. */
  readonly isWhole: boolean;
}

/** States of a search. */
const STATES_MAX = 150_000;

/** Lead @world under @revision along @steps. */
export function follow(world: World, revision: Revision, steps: readonly LogStep[]): Followed {
  const machine = new Machine(sceneOf(world, revision, steps, 'all'));
  const isDone = ({ subject }: { subject: string }): boolean => subject === `kept ${steps.length}`;
  const { found, bounded } = exhaustive(machine, { statesMax: STATES_MAX, until: isDone });
  const subjects = found.map(({ report }) => report.subject);
  const counts = subjects.flatMap((s) => (s.startsWith('kept ') ? [Number(s.slice(5))] : []));
  const kept = Math.max(0, ...counts);
  const prefix = `instead of ${kept}: `;
  const instead = subjects.flatMap((s) => (s.startsWith(prefix) ? [s.slice(prefix.length)] : []));
  const isWhole = bounded.length === 0 || kept === steps.length;
  return { kept, instead: [...new Set(instead)].sort(), isWhole };
}

/** The shortest run that keeps all of @steps; null where there is none. */
export function shortRun(
  world: World,
  revision: Revision,
  steps: readonly LogStep[],
): CheckFinding | null {
  const scene = sceneOf(world, revision, steps, 'end');
  const { findings } = check(scene, { statesMax: STATES_MAX, explainMax: 0 });
  return findings.find((f) => f.report.property === RULE) ?? null;
}

const RULE = 'log';

/**
 * The scene of @world with nothing but the rule that counts. @tell: each step that is kept, the
 * last one only, or the last one with the signatures of windows.
 */
function sceneOf(
  world: World,
  revision: Revision,
  steps: readonly LogStep[],
  tell: 'all' | 'end' | 'windows',
): Scene {
  const { scene } = openWorld(world, revision, { by: 'breaks' });
  const events = ['group-set', 'late-warn'];
  return {
    ...scene,
    // A kernel before v6.15 has no such warning; signatures know what they may do without.
    mayLack: tell === 'windows' ? [...new Set([...events, ...(scene.mayLack ?? [])])] : events,
    signatures: tell === 'windows' ? scene.signatures : [],
    rules: [
      {
        id: RULE,
        events,
        reads: [],
        initial: 0,
        onEvent: (state, e) => {
          const at = state as number;
          if (at < 0 || at >= steps.length) return undefined;
          const step = steps[at]!;
          const isNext = isStep(step, e);
          const subject = isNext ? `kept ${at + 1}` : `instead of ${at}: ${textOf(e)}`;
          const told = tell === 'all' || (isNext && at + 1 === steps.length);
          const report = { subject, because: subject, facts: {} };
          return { state: isNext ? at + 1 : -1, ...(told ? { report } : {}) };
        },
      },
    ],
  };
}

function fieldOf(e: RunEvent, field: string): string {
  const fields: Readonly<Record<string, Value | undefined>> = byField(e.name as EventName, e.args);
  const value = fields[field];
  return typeof value === 'object' && value !== null && 'name' in value
    ? String(value.name)
    : String(value);
}

function isStep({ event, device, by }: LogStep, e: RunEvent): boolean {
  if (e.name !== event || fieldOf(e, 'dev') !== device) return false;
  return by === null || by.includes(fieldOf(e, 'by'));
}

const BY: Readonly<Record<string, string>> = {
  walk: 'in the walk',
  replay: 'in a replay',
  notifier: 'as it is added',
};

function textOf(e: RunEvent): string {
  const how = BY[fieldOf(e, 'by')] ?? '';
  const device = fieldOf(e, 'dev');
  return e.name === 'late-warn'
    ? `the warning of a late probe of ${device} ${how}`
    : `${device} joins a group ${how}`;
}

/**
 * The windows of all runs that keep @steps and in which @device is probed late; null where the
 * search was cut off. What keeps them to the end is taken for the report of the rule, so that the
 * signatures say whose it is.
 */
export function windowsAlong(
  world: World,
  revision: Revision,
  steps: readonly LogStep[],
  device: string,
): readonly string[] | null {
  const plain = sceneOf(world, revision, steps, 'windows');
  const rules = plain.rules.map((rule) => ({ ...rule, id: 'P1' }));
  const named = rules.map((rule) => ({ ...rule, onEvent: renamed(rule.onEvent, device) }));
  const scene = { ...plain, rules: named };
  const { found, bounded } = exhaustive(new Machine(scene), { statesMax: STATES_MAX });
  if (bounded.length > 0) return null;
  return [...new Set(found.flatMap(({ report }) => report.window ?? []))].sort();
}

type OnEvent = NonNullable<Scene['rules'][number]['onEvent']>;

/** As @onEvent, with a report about @device and who probed it last. */
function renamed(onEvent: OnEvent | undefined, device: string): OnEvent {
  return (state, e, peek) => {
    const next = onEvent?.(state, e, peek);
    if (next?.report === undefined) return next;
    const facts = { by: fieldOf(e, 'by'), thread: e.thread };
    return { ...next, report: { ...next.report, subject: device, facts } };
  };
}

/** A rule that a run breaks, and in which window. */
interface ShownWindow {
  readonly device: string;
  readonly window: string | null;
  readonly property: string;
  readonly because: string;
}

/** The windows that the run of @schedule shows on @device, by the rules that it breaks. */
export function windowsIn(world: World, revision: Revision, schedule: string): ShownWindow[] {
  const run = replay(new Machine(watchedScene(world, revision, null)), schedule);
  if (!run.ok) return [];
  return run.value.reports.map(({ report }) => ({
    ...{ device: report.subject, window: report.window, property: report.property },
    because: report.because,
  }));
}
