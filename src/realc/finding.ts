// SPDX-License-Identifier: GPL-2.0-only
// From a plan that breaks a rule to a finding: trace, schedule and witness, replayed before told.

import { formatSchedule } from '#checker/index';
import type { Report } from '#checker/program/program';
import { reportKey } from '#finding/key';
import type { TraceStep } from '#finding/step';
import type { BrokenAt } from '#finding/why';
import { propertyOf } from '#properties/index';
import type { RunResult } from '#realc/search/plan';
import type { SourceProgram } from '#realc/search/program';
import type { SearchFinding } from '#realc/search/tally';
import type { WorldFinding } from '#run/check-world';

/** A run step by step, with as many preemptions as its replay will count. */
interface Traced {
  readonly trace: TraceStep[];
  readonly preemptions: number;
}

/**
 * Steps of a plan through the Program, as the segments of its run say. A plan may leave a thread
 * that could not have gone on, before a lock that is taken: that is no preemption.
 */
function tracePlan(program: SourceProgram, run: RunResult): Traced {
  const { machine } = program.runner;
  const trace: TraceStep[] = [];
  let preemptions = 0;
  let latest = -1;
  program.reset();
  for (let i = 0; i < run.segments.length; i++) {
    const segment = run.segments[i]!;
    const t = segment.thread - 1;
    const last = i === run.segments.length - 1;
    const preempted = !last && run.preempted[i] === true;
    if (t >= program.threadCount()) break;
    while (program.enabled(t)) {
      if (latest >= 0 && latest !== t && program.enabled(latest)) preemptions++;
      latest = t;
      trace.push(program.record(t));
      if (preempted && machine.mem.count >= segment.to) break;
    }
  }
  return { trace, preemptions };
}

/** The event that tells of a broken rule, and in which files it is decided. */
const TELLING: Readonly<Record<string, { readonly event: string; readonly files: RegExp }>> = {
  P1: { event: 'late-warn', files: /^drivers\/iommu\/.*\.c$/ },
  P2: { event: 'group-set', files: /^drivers\/iommu\/.*\.c$/ },
  P3: { event: 'driver-probe', files: /\.c$/ },
  P4: { event: 'probe-device', files: /^drivers\/iommu\/.*\.c$/ },
};

/** The step that breaks the rule: the first that carried such an event about the subject. */
function breakingStep(trace: readonly TraceStep[], property: string, subject: string) {
  const event = TELLING[property]?.event;
  if (!event) return null;
  const at = trace.findIndex((s) => s.events.some((e) => e.startsWith(`${event} ${subject}`)));
  return at < 0 ? null : at;
}

/**
 * file:line of the step that breaks the rule, or of the last one before it in the files where this
 * is decided, whatever prints or follows a list after that.
 */
function placeOf(
  trace: readonly TraceStep[],
  breaks: number | null,
  property: string,
): string | null {
  const files = TELLING[property]?.files;
  if (breaks === null || !files) return null;
  const { thread } = trace[breaks]!;
  const step = trace
    .slice(0, breaks + 1)
    .findLast((s) => s.thread === thread && files.test(s.file ?? ''));
  return step ? `${step.file}:${step.line}` : null;
}

/** What a run with this @trace has shown, complete. */
export function foundIn(
  program: SourceProgram,
  trace: readonly TraceStep[],
  report: Report,
): Omit<WorldFinding, 'schedule' | 'preemptions' | 'minimal' | 'why' | 'failure'> & {
  readonly failure?: BrokenAt;
} {
  const { fault } = program;
  const { subject, because, facts, window } = report;
  const property = propertyOf(report.property);
  const breaks = breakingStep(trace, property, subject);
  const at = placeOf(trace, breaks, property);
  const more = { ...(at ? { at } : {}), ...(fault ? program.faultFacts(fault) : {}) };
  return {
    property,
    window,
    witness: { subject, because, facts: { ...facts, ...more } },
    trace: trace,
    // Which accesses decide is not looked for in the C: there is no way back in a run.
    deciding: null,
    ...(breaks === null ? {} : { failure: { step: breaks, atEnd: false, reads: [] } }),
  };
}

/**
 * Replay a finding's plan while recording; null where it does not show again. @minimal: orders with
 * fewer preemptions were all tried.
 */
export function toWorldFinding(
  program: SourceProgram,
  f: SearchFinding,
  minimal: boolean,
): WorldFinding | null {
  const { runner } = program;
  const run = runner.run(f.plan);
  const key = reportKey(f.report);
  const { trace, preemptions } = tracePlan(program, run);
  const atEnd = program.atEnd();
  const report = [...runner.watch.reports, ...atEnd].find((r) => reportKey(r) === key);
  if (!report) return null;
  const schedule = formatSchedule(
    trace,
    trace.map(() => ({ thread: 0, choice: 0 })),
  );
  return { ...foundIn(program, trace, report), schedule, preemptions, minimal };
}
