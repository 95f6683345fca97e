// SPDX-License-Identifier: GPL-2.0-only
// Leads the kernel's own C along a run of the model, to see whether it shows the same finding.
//
// The threads of the C take turns as those of the model did, and in each turn a thread makes the
// events that it made there. Where exactly it is left between its last event and its next one is
// not told by events; the switch points there are tried, the latest first, and those at words that
// decide before the others. Preemptions are not counted: where the model takes at once what the C
// does in several steps, the C may need more of them.
//
//   model   kworker: init-begin     swapper: walk-visit, init-begin    kworker: fwspec-built ...
//   C       kworker: init-begin, and on to one of the accesses before fwspec-built; swapper: ...

import type { Report } from '#checker/program/program';
import { GUIDED_RUNS_MAX } from '#realc/limits';
import type { SourceEvent } from '#realc/machine/events';
import type { KernelThread } from '#realc/machine/types';
import type { Plan, Preemption } from '#realc/search/plan';
import type { SourceRunner } from '#realc/search/run';
import { type Turn, threadOf, told } from './story.ts';

/** An event came too early: the thread is to be left before it. */
interface Parting {
  /** Switch points that the thread had passed at the latest event of its turn, and at this one. */
  readonly after: number;
  readonly at: number;
  /** Thread whose turn it is then. */
  readonly next: string;
}

/** Listens to one run, and says who is to go on. */
class Leader {
  private readonly r: SourceRunner;
  private readonly turns: readonly Turn[];
  private turn = -1;
  /** Events of the turn that were made. */
  private made = 0;
  private after = 0;
  private lost = false;
  parting: Parting | null = null;

  constructor(r: SourceRunner, turns: readonly Turn[]) {
    this.r = r;
    this.turns = turns;
  }

  /** The running thread was left, as the plan says. */
  switched(): void {
    this.turn++;
    this.made = 0;
    this.after = this.r.machine.mem.count;
  }

  hear(e: SourceEvent): void {
    const now = this.turns[this.turn];
    const t = told(e);
    if (!t || !now || this.lost) return;
    const { count } = this.r.machine.mem;
    const expected = now.events[this.made];
    if (expected?.thread === t.thread && expected.text === t.text) {
      this.made++;
      this.after = count;
      return;
    }
    this.lost = true;
    const next = this.turns[this.turn + 1];
    if (expected || !next || t.thread !== now.thread) return;
    this.parting = { after: this.after, at: count, next: next.thread };
  }

  /** Somebody blocked or ended: whose turn it is, or the first after it who can go on. */
  pick(able: readonly KernelThread[]): number {
    this.switched();
    for (let i = this.turn; i < this.turns.length; i++) {
      const { thread } = this.turns[i]!;
      const found = able.find((t) => threadOf(t.name) === thread);
      if (!found) continue;
      this.turn = i;
      return found.id;
    }
    return able[0]!.id;
  }
}

/** True if a run of @r that goes like @turns breaks a rule as @wanted says. */
export function follows(
  r: SourceRunner,
  turns: readonly Turn[],
  wanted: (report: Report) => boolean,
): boolean {
  let runs = 0;
  const attempt = (preemptions: readonly Preemption[]): boolean => {
    if (++runs > GUIDED_RUNS_MAX || preemptions.length >= turns.length) return false;
    const leader = new Leader(r, turns);
    const plan: Plan = { preemptions, choices: [] };
    r.onEvent = (e) => leader.hear(e);
    const result = r.runBy(plan, null, {
      pick: (able) => leader.pick(able),
      left: () => leader.switched(),
    });
    r.onEvent = null;
    if (!result.feasible) return false;
    if (result.reports.some(wanted)) return true;
    const { parting } = leader;
    if (!parting) return false;
    const to = r.machine.threads.find((t) => threadOf(t.name) === parting.next);
    if (!to) return false;
    const from = Math.max(parting.after, preemptions.at(-1)?.at ?? 0);
    const places = candidates(r, from, parting.at);
    return places.some((at) => attempt([...preemptions, { at, to: to.id }]));
  };
  return attempt([]);
}

/** Switch points of the latest run after number @from up to @to, in the order to try them. */
function candidates(r: SourceRunner, from: number, to: number): number[] {
  const { log, logLength } = r.machine.mem;
  const deciding = new Set<number>();
  for (let i = 0; i < logLength; i += 3) {
    if (log[i] !== 0 && r.events.view.decides(log[i + 1]!)) deciding.add(log[i]!);
  }
  const all: number[] = [];
  for (let at = to; at > from; at--) all.push(at);
  return [...all.filter((at) => deciding.has(at)), ...all.filter((at) => !deciding.has(at))];
}
