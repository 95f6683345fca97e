// SPDX-License-Identifier: GPL-2.0-only
// A finding run again where it is looked at: other choices at its steps, and the exact odds.
//
// It asks the checker itself, as Node does, so what a page says of an alternative is what
// `racewindow replay` and `check` would say. Nothing of a finding is run as code: one that was made
// with a fix of the user's own, or by the kernel's own C, is not opened.

import { AssertionError } from '#base/assert';
import { alternativesOf, blockedAlong } from '#checker/explain/alternatives';
import { breaks, endOf, type Failure, Orders } from '#checker/explain/orders';
import { observe } from '#checker/explain/pair';
import { WhySource } from '#checker/explain/why';
import { Machine } from '#checker/machine/machine';
import { type Choice, enabledThreads, type Replayed, replayRun } from '#checker/program/run';
import { formatSchedule, replay } from '#checker/program/schedule';
import type { Finding, TraceStep } from '#finding/finding';
import { breaksTheSame } from '#finding/key';
import type { Alike } from '#finding/why';
import type { Revision } from '#kernel/index';
import { propertyOf, ruleBroken } from '#properties/index';
import { alikeOf } from '#run/alike';
import { revisionOf } from '#run/kernel-spec';
import { watchedScene } from '#run/watched-scene';
import type {
  Comparison,
  ExploredAgain,
  Fork,
  OtherKernel,
  Reasons,
  RunOutcome,
  RunStory,
  SeenBroken,
} from '#view/model/data';
import type { World } from '#worlds/world';
import { allBroken, firstDifference, followIn, stepKey, threadNamed } from './compare.ts';
import { kernelNamed, kernelsFor } from './kernels.ts';

/** Why a finding can not be run here; null where that may be tried. */
export function notRunnable({ source, revision }: Pick<Finding, 'source' | 'revision'>) {
  if (source !== undefined) return "it was found in the kernel's own C, which no browser runs";
  if (revision.userFixes.length === 0) return null;
  const names = revision.userFixes.map((fix) => fix.name).join(', ');
  return `it was found with code of its own (${names}), which a page never runs`;
}

/** A finding in a machine of its own. */
export class Session {
  private readonly finding: Finding;
  private readonly revision: Revision;
  private readonly machine: Machine;
  private readonly orders: Orders;
  private readonly failure: Failure;
  private readonly run: readonly Choice[];
  private readonly source: WhySource;

  private constructor(
    finding: Finding,
    revision: Revision,
    machine: Machine,
    run: readonly Choice[],
    failure: Failure,
  ) {
    this.finding = finding;
    this.revision = revision;
    this.machine = machine;
    this.orders = new Orders(machine);
    this.run = run;
    this.failure = failure;
    this.source = new WhySource(machine);
  }

  /** Run @finding; a text says why it does not come to what it says. */
  static open(finding: Finding): Session | string {
    const refused = notRunnable(finding);
    if (refused !== null) return refused;
    const revision = revisionOf({ ...finding.revision, userFixes: [] });
    if (!revision.ok) return revision.error.message;
    let machine: Machine;
    let replayed: Replayed;
    try {
      const { memory } = finding;
      machine = new Machine(watchedScene(finding.world as World, revision.value, null, { memory }));
      const done = replay(machine, finding.schedule);
      if (!done.ok) return done.error.message;
      replayed = done.value;
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      return `its world makes no sense: ${error.message}`;
    }
    const found = replayed.reports.find(
      ({ report }) =>
        breaksTheSame(ruleBroken(report), finding) && report.subject === finding.witness.subject,
    );
    if (found === undefined) return 'this version runs its schedule without breaking its rule';
    const { because, facts } = found.report;
    if (because !== finding.witness.because || !sameFacts(facts, finding.witness.facts)) {
      return `this version says of it: ${because}`;
    }
    const old = finding.producer === null;
    const key = (step: TraceStep): string => wholeStep(step, old);
    const differs = firstDifference(finding.trace, replayed.trace, key);
    if (differs !== null) return `this version runs it in another way from step ${differs + 1} on`;
    return new Session(finding, revision.value, machine, replayed.run, found.report);
  }

  /** The run of the finding, with another choice at each of @forks in turn; null: there is none. */
  story(forks: readonly Fork[]): RunStory | null {
    const run = this.forked(forks);
    return run && this.storyOf(run, forks.at(-1)?.step ?? 0);
  }

  /** The run that @schedule names, beside the finding; null: there is none. */
  scheduled(schedule: string): RunStory | null {
    const done = replay(this.machine, schedule);
    if (!done.ok) return null;
    const parts = firstDifference(this.finding.trace, done.value.trace, stepKey);
    return this.storyOf(done.value.run, parts ?? done.value.trace.length);
  }

  private storyOf(run: readonly Choice[], from: number): RunStory {
    const { machine, orders, failure } = this;
    const taken = replayRun(machine, run);
    const { trace, preemptions } = taken;
    const outcome = this.outcomeOf(taken);
    const alternatives = alternativesOf(orders, observe(machine, run), failure);
    return { trace, preemptions, from, outcome, alternatives, blocked: blockedAlong(machine, run) };
  }

  /** What decides in such a run, as `check` explains it; null: there is no such run. */
  reasons(forks: readonly Fork[]): Reasons | null {
    const run = this.forked(forks);
    return run && this.reasonsOf(run, this.machine, this.source);
  }

  /** The same for the order of the finding under the kernel called @id. */
  reasonsUnder(id: string): Reasons | null {
    const machine = this.machineUnder(id);
    if (machine === null) return null;
    return this.reasonsOf(followIn(machine, this.machine, this.run), machine, null);
  }

  /** @known: what explains runs of @machine, if that is at hand. */
  private reasonsOf(run: readonly Choice[], machine: Machine, known: WhySource | null): Reasons {
    const source = known ?? new WhySource(machine);
    const taken = replayRun(machine, run);
    const broken = this.brokenBy(taken);
    const along = source.chance(run, this.failure);
    const chance = along && { after: along.after, noReturn: along.noReturn, states: along.states };
    if (broken === undefined) return { chance, why: null, deciding: null, alike: [] };
    const { why, deciding } = source.explained(taken, broken.report, broken.step);
    // Under another kernel it is the same order, which the page tells nothing more of.
    const alike = known === null ? [] : this.alike(run, taken, broken);
    return { chance, why, deciding, alike };
  }

  /** Windows that are seen as what @run breaks is, and why it is none of them. */
  private alike(
    run: readonly Choice[],
    { trace }: Replayed,
    { report }: Replayed['reports'][number],
  ): readonly Alike[] {
    const { world, memory } = this.finding;
    const { subject } = report;
    const broken = { ...ruleBroken(report), schedule: formatSchedule(trace, run), subject };
    return alikeOf(world as World, this.revision, broken, memory);
  }

  private forked(forks: readonly Fork[]): readonly Choice[] | null {
    let run = this.run;
    for (const { step, thread, choice } of forks) {
      const { machine } = this;
      if (step >= run.length) return null;
      machine.reset();
      for (const taken of run.slice(0, step)) machine.step(taken.thread, taken.choice);
      const t = threadNamed(machine, thread);
      if (t < 0 || !machine.enabled(t) || choice >= machine.choices(t)) return null;
      run = this.orders.run(run.slice(0, step), [{ thread: t, choice }]);
    }
    return run;
  }

  /** The kernels that the finding can be held against. */
  kernels(): OtherKernel[] {
    return kernelsFor(this.finding);
  }

  /** The same order under the kernel called @id; null: there is no such kernel. */
  compare(id: string): Comparison | null {
    const kernel = this.kernels().find((k) => k.id === id);
    const machine = kernel && this.machineUnder(id);
    if (!kernel || !machine) return null;
    const run = followIn(machine, this.machine, this.run);
    const { trace, preemptions, reports } = replayRun(machine, run);
    const outcome = this.outcomeOf({ reports }, machine);
    const alternatives = alternativesOf(new Orders(machine), observe(machine, run), this.failure);
    const blocked = blockedAlong(machine, run);
    const parts = firstDifference(this.finding.trace, trace, stepKey);
    const from = parts ?? trace.length;
    return { kernel, parts, story: { trace, preemptions, from, outcome, alternatives, blocked } };
  }

  /** What any order comes to under that kernel; null: not known, there are too many states. */
  explore(id: string): ExploredAgain | null {
    const machine = this.machineUnder(id);
    const after = machine && allBroken(machine);
    const before = after && allBroken(this.machine);
    if (!before) return null;
    const key = ({ property, window, subject }: SeenBroken): string =>
      JSON.stringify([property, window, subject]);
    const [old, now] = [before.broken.map(key), after.broken.map(key)];
    return {
      states: after.states,
      closed: before.broken.filter((rule) => !now.includes(key(rule))),
      opened: after.broken.filter((rule) => !old.includes(key(rule))),
      left: after.broken.filter((rule) => old.includes(key(rule))),
    };
  }

  private machineUnder(id: string): Machine | null {
    const { world, revision, memory } = this.finding;
    const kernel = kernelNamed(revision, id);
    if (!kernel.ok) return null;
    return new Machine(watchedScene(world as World, kernel.value, null, { memory }));
  }

  /** What @taken, which ends where the machine stands, came to: as alternativesOf() judges. */
  private outcomeOf(taken: Pick<Replayed, 'reports'>, machine = this.machine): RunOutcome {
    const any = this.brokenBy(taken)?.report;
    const broken = any !== undefined && breaks(any, this.failure);
    // A run that is not at its end was cut off: it goes round for ever.
    const ended = enabledThreads(machine).length === 0;
    const whole = broken || (ended && endOf(machine).whole);
    return {
      verdict: broken ? 'fails' : any || !whole ? 'other' : 'passes',
      window: any?.window ?? null,
      property: any === undefined ? null : propertyOf(any.property),
      because: any?.because ?? null,
      subject: any?.subject ?? null,
    };
  }

  /** What a run breaks: the rule of the finding, if it does; else what it breaks first. */
  private brokenBy({
    reports,
  }: Pick<Replayed, 'reports'>): Replayed['reports'][number] | undefined {
    const all = reports.filter(({ report }) => report.property !== 'livelock');
    return all.find(({ report }) => breaks(report, this.failure)) ?? all[0];
  }
}

function sameFacts(a: Finding['witness']['facts'], b: Finding['witness']['facts']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** All that a step is; older findings have the locks of a step in no order. */
function wholeStep(s: TraceStep, old: boolean): string {
  const told = [s.thread, s.op, s.object, s.field, s.result, s.before, s.after, s.events];
  return JSON.stringify([...told, ...(old ? [] : [s.stack, s.locks])]);
}
