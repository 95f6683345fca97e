// SPDX-License-Identifier: GPL-2.0-only
// Schedules as text: what to run until where, by names, so that a run can be pasted and replayed.
//
//   rw1:modprobe@really_probe:store:3d00000.gpu.driver#1>kworker/u8:1@...>modprobe
//
// Each part is a thread and the last Op that it does before the switch: function, kind, object and
// field, and how often the thread has come to just that Op since the run began. No step numbers:
// the schedule still means the same when an unrelated step is added or removed. A thread without
// an Op runs as long as it can. `~1,0` at the end of a part answers the choices made in it.

import type { UserError } from '#base/errors';
import { fail } from '#base/errors';
import { ok, type Result } from '#base/result';
import { SCHEDULE_STEPS_MAX } from '#checker/limits';
import type { TraceStep } from '#finding/step';
import type { Program } from './program.ts';
import { StepRecorder } from './recorder.ts';
import { type Choice, CycleWatch, enabledThreads, type Replayed } from './run.ts';

export type ScheduleError = UserError<'RW075' | 'RW076'>;

const VERSION = 'rw1:';

interface Part {
  readonly thread: string;
  /** null: as long as it can. */
  readonly until: { readonly op: string; readonly nth: number } | null;
  readonly choices: readonly number[];
}

/** The name of what a step does, without who and when. */
function opName(step: Pick<TraceStep, 'function' | 'op' | 'object' | 'field'>): string {
  const what = step.field === '' ? step.object : `${step.object}.${step.field}`;
  return `${escaped(step.function)}:${step.op}:${escaped(what)}`;
}

function escaped(text: string): string {
  return text.replace(/[%>@#~\s]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function unescaped(text: string): string {
  return text.replace(/%([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The schedule of a run with this @trace and these @choices. */
export function formatSchedule(trace: readonly TraceStep[], run: readonly Choice[]): string {
  const counts = new Map<string, number>();
  const parts: string[] = [];
  let choices: number[] = [];
  trace.forEach((step, i) => {
    const op = opName(step);
    const key = `${step.thread}@${op}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    if (step.op === 'choose') choices.push(run[i]!.choice);
    if (trace[i + 1]?.thread === step.thread) return;
    const answers = choices.length > 0 ? `~${choices.join()}` : '';
    parts.push(`${escaped(step.thread)}@${op}#${nth}${answers}`);
    choices = [];
  });
  return VERSION + parts.join('>');
}

/** Read a schedule; blanks and line ends in it do not matter. */
export function parseSchedule(text: string): Result<readonly Part[], ScheduleError> {
  const compact = text.replace(/\s+/g, '');
  const bad = (what: string) =>
    fail('RW075', `schedule: ${what}`, 'paste the whole line that a report prints as its schedule');
  if (!compact.startsWith(VERSION)) return bad(`it does not begin with ${VERSION}`);
  const body = compact.slice(VERSION.length);
  const parts: Part[] = [];
  for (const piece of body === '' ? [] : body.split('>')) {
    const match = /^([^@#~]+)(?:@([^@#~]+)#(\d{1,7}))?(?:~(\d+(?:,\d+)*))?$/.exec(piece);
    if (match === null) return bad(`"${piece}" is no part of one`);
    const [, thread, op, nth, choices] = match;
    parts.push({
      thread: unescaped(thread!),
      until: op === undefined ? null : { op, nth: Number(nth) },
      choices: choices === undefined ? [] : choices.split(',').map(Number),
    });
  }
  return ok(parts);
}

/** Follow @schedule from the start of @program, and judge the end if nothing can go on there. */
export function replay(program: Program, schedule: string): Result<Replayed, ScheduleError> {
  const parsed = parseSchedule(schedule);
  if (!parsed.ok) return parsed;
  const follower = new Follower(program);
  for (const part of parsed.value) {
    const problem = follower.follow(part);
    if (problem !== null) {
      const hint = 'the schedule belongs to another world, kernel or set of commits';
      return fail('RW076', `schedule: ${part.thread}: ${problem}`, hint);
    }
  }
  return ok(follower.finish());
}

class Follower {
  private readonly program: Program;
  private readonly trace: TraceStep[] = [];
  private readonly run: Choice[] = [];
  private readonly reports: Replayed['reports'][number][] = [];
  private readonly counts = new Map<string, number>();
  private readonly watch: CycleWatch;
  private readonly recorder: StepRecorder;
  private preemptions = 0;
  private last = -1;

  constructor(program: Program) {
    this.program = program;
    program.reset();
    this.watch = new CycleWatch(program);
    this.recorder = new StepRecorder(program);
    for (const report of program.reports) this.reports.push({ step: -1, report });
  }

  /** Do @part; says what was in the way, if something was. */
  follow(part: Part): string | null {
    const { program } = this;
    const t = this.threadNamed(part.thread);
    if (t < 0) return 'there is no such thread at this point';
    if (this.last >= 0 && this.last !== t && program.enabled(this.last)) this.preemptions++;
    this.last = t;
    let choices = [...part.choices];
    for (let steps = 0; steps < SCHEDULE_STEPS_MAX; steps++) {
      if (!program.enabled(t)) {
        if (part.until === null) return null;
        const state = program.isDone(t) ? 'ends' : `is blocked in ${program.pending(t).fn}()`;
        return `it ${state} before ${unescaped(part.until.op)} #${part.until.nth}`;
      }
      const answers = program.choices(t);
      const choice = answers > 1 || program.pending(t).kind === 'choose' ? (choices[0] ?? 0) : 0;
      if (choice >= answers) return `choice ${choice} is not among ${answers}`;
      if (program.pending(t).kind === 'choose') choices = choices.slice(1);
      if (this.step(t, choice, part)) return null;
    }
    return `it goes on for ${SCHEDULE_STEPS_MAX} steps`;
  }

  /** Take one step; true if it is the last of @part. */
  private step(t: number, choice: number, part: Part): boolean {
    const { program, trace } = this;
    const step = this.recorder.record(t, choice);
    trace.push(step);
    this.run.push({ thread: t, choice });
    for (const report of [...program.reports, ...this.watch.reports(program, t)]) {
      this.reports.push({ step: trace.length - 1, report });
    }
    const op = opName(step);
    const key = `${step.thread}@${op}`;
    const nth = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, nth);
    return part.until !== null && part.until.op === op && part.until.nth === nth;
  }

  private threadNamed(name: string): number {
    for (let t = 0; t < this.program.threadCount(); t++) {
      if (this.program.threadName(t) === name) return t;
    }
    return -1;
  }

  finish(): Replayed {
    const { program, trace, reports, run, preemptions } = this;
    if (enabledThreads(program).length === 0) {
      for (const report of program.atEnd()) reports.push({ step: trace.length - 1, report });
    }
    return { trace, reports, run, preemptions };
  }
}
