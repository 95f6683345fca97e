// SPDX-License-Identifier: GPL-2.0-only
// Source-DPOR: every class at least once; simpler than optimal, and the cross-check for it.
//
// Each node of the run keeps a set of threads to try. For a race e before f, let v be what stands
// between them and does not happen after e, then f. If no thread that can come first in v is in
// the set of the node before e, one is added. Sleep sets keep a second run of a class from ending,
// but not from being begun: such a run is given up where all that is enabled sleeps, and counted.
//
//   lastzero(5)                    64 classes: optimal 64 runs, source 64 and 33 given up
//   p: x=1   q: x=2, both race     node 0 has {p}; v = [q]; q added; 2 runs, none given up
//
// What a rule hears of an Op may depend on its result: a trylock that fails may be visible where
// one that succeeds is not. Then reversing it can make it dependent with steps that come later in
// the run and did not seem to concern it. So such reversals are planned once more at the end:
//
//   T1: trylock m; unlock m     T0: if trylock m fails, event     T2: store that a rule reads
//   run T1 T1 T0 T2: T0 succeeds, so T2 does not race with it; T0 before the unlock fails, and
//   where it comes before T2's store and where after it are two classes (random program 36963)
//
// Abdulla, Aronis, Jonsson, Sagonas, Source Sets, JACM 64(4), 2017, algorithm 1.

import { assert } from '#base/assert';
import { ASK_STEPS } from '#checker/limits';
import type { Program } from '#checker/program/program';
import { conflicting, type DporEvent, type OrderedEvent, Run } from './events.ts';
import { type RunCounts, type RunHooks, sequence, stuckThreads } from './optimal.ts';
import { type Reversal, reversalsAtEnd, reversalsOf } from './races.ts';
import { STEADY } from './tree.ts';

interface Node {
  readonly sleep: DporEvent[];
  /** Threads to try, in order; those before `next` are through. */
  readonly backtrack: number[];
  next: number;
}

/** Explore every Mazurkiewicz class of @program, at the price of runs that are given up. */
export function exploreSource(program: Program, hooks: RunHooks = {}): RunCounts {
  const run = new Run(program, true);
  const counts: RunCounts = { complete: 0, stuck: 0, blocked: 0, steps: 0, finished: true };
  const nodes: Node[] = [newNode([])];
  while (nodes.length > 0) {
    const node = nodes[nodes.length - 1]!;
    if (node.backtrack.length === 0 && !plant(run, node)) {
      finish(run, counts, hooks);
      planAll(run, nodes, reversalsAtEnd(run));
      planAll(run, nodes, changing(run));
    }
    const done = advance(run, node, hooks);
    if (done !== undefined) {
      planAll(run, nodes, reversalsOf(run, done));
      nodes.push(newNode(node.sleep.filter((q) => !conflicting(q, done))));
    } else {
      nodes.pop();
      leave(run, nodes);
    }
    if ((done === undefined || nodes.length % ASK_STEPS === 0) && hooks.stop?.()) {
      counts.finished = false;
      break;
    }
  }
  counts.steps = run.steps;
  return counts;
}

const newNode = (sleep: DporEvent[]): Node => ({ sleep, backtrack: [], next: 0 });

/** Choose the first thread to try at a new node; false if there is none. */
function plant(run: Run, node: Node): boolean {
  const awake = run.enabled().find((t) => !node.sleep.some((q) => q.thread === t));
  if (awake !== undefined) node.backtrack.push(awake);
  return awake !== undefined;
}

function finish(run: Run, counts: RunCounts, hooks: RunHooks): void {
  if (run.enabled().length > 0) {
    counts.blocked++;
    return;
  }
  const stuck = stuckThreads(run);
  if (stuck.length > 0) counts.stuck++;
  else counts.complete++;
  hooks.end?.(run, stuck, run.program.atEnd());
}

/** Do the next step planned at @node, if any is left. */
function advance(run: Run, node: Node, hooks: RunHooks): OrderedEvent | undefined {
  for (; node.next < node.backtrack.length; node.next++) {
    const thread = node.backtrack[node.next]!;
    if (node.sleep.some((q) => q.thread === thread)) continue;
    const done = run.step(thread);
    hooks.step?.(run, run.program.reports);
    return done;
  }
  return undefined;
}

/** Back in the parent of a node that is through: its step sleeps from now on. */
function leave(run: Run, nodes: readonly Node[]): void {
  const node = nodes[nodes.length - 1];
  if (node === undefined) return;
  const done = run.events[nodes.length - 1]!;
  run.rewind(nodes.length - 1);
  node.sleep.push(done);
  node.next++;
}

/** Where no thread that can come first in the rest is to be tried, add one. */
function planAll(run: Run, nodes: readonly Node[], found: Iterable<Reversal>): void {
  for (const reversal of found) {
    const node = nodes[reversal.start]!;
    const initials = initialThreads(judged(run, reversal));
    if (initials.some((t) => node.backtrack.includes(t))) continue;
    node.backtrack.push(initials[0]!);
  }
  assert(run.length + 1 >= nodes.length, 'there is a node for each prefix of the run');
}

/**
 * Reversals of the Ops that may do something else when they come earlier, now that the run is over
 * and it is known what others do without waiting for them.
 */
function* changing(run: Run): Generator<Reversal> {
  if (!run.events.some((e) => e.op.visible)) return;
  for (const f of run.events) if (!STEADY.has(f.op.kind)) yield* reversalsOf(run, f);
}

/** The rest of @r; where rules may see what its last Op does in its new place, by doing it. */
function judged(run: Run, r: Reversal): readonly DporEvent[] {
  const before = r.rest.slice(0, -1);
  if (!before.some((e) => e.op.visible)) return r.rest;
  return [...before, sequence(run, r).last()];
}

/** Threads whose first event in @v needs nothing before it in @v. */
function initialThreads(v: readonly DporEvent[]): number[] {
  const found: number[] = [];
  v.forEach((e, i) => {
    const before = v.slice(0, i);
    if (before.some((f) => f.thread === e.thread || conflicting(f, e))) return;
    found.push(e.thread);
  });
  return found;
}
