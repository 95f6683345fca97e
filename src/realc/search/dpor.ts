// SPDX-License-Identifier: GPL-2.0-only
// Source-DPOR over whole runs: every class of runs at least once.
//
// Each node of the current run keeps the threads to try there. A run is made to its end, then its
// steps are ordered (order.ts). For a race e before f, let v be what stands between them and does
// not happen after e, then f: if no thread that can come first in v is to be tried at the node
// before e, one is. Sleep sets keep a class from being run twice to its end; a run in which all
// that could go on sleeps is given up, and counted.
//
//   A: x=1    B: r=x    C: y=1     run A B C: B races with A, so B is tried at the first node;
//                                  C depends on nothing and is tried nowhere else: 2 runs
//
// Where a thread that a race asks for cannot go on at its node, all threads are tried there.
//
// Abdulla, Aronis, Jonsson, Sagonas, Source Sets, JACM 64(4), 2017, algorithm 1.

import { conflict, Order, shutsOut, type TouchingStep } from './order.ts';
import { reverse } from './reversal.ts';

/** What a run came to. */
export interface Executed {
  /** All of its steps, those before the branch included. */
  readonly steps: readonly TouchingStep[];
  /** What threads that are blocked at the end wait for. */
  readonly waiting: readonly TouchingStep[];
  /** It ended, all that could go on slept, or a fault ended it. */
  readonly end: 'end' | 'asleep' | 'fault';
  /** Highest number of a thread. */
  readonly threads: number;
}

/** Who goes on where the running thread cannot: one of @able, or 0 to give the run up. */
export type Pick = (steps: readonly TouchingStep[], able: readonly number[]) => number;

/** Makes runs; each takes over the beginning of the one before. */
export interface Executor {
  /**
   * Do the first @depth steps of the run before, then one of @thread (0: as @pick says), and go
   * on. Null where the thread cannot do a step there.
   */
  run(depth: number, thread: number, pick: Pick): Executed | null;
}

export interface Counts {
  /** Runs that were made to their end. */
  runs: number;
  /** Runs given up because all that could go on slept. */
  asleep: number;
  /** Threads that a race asked for and that could not go on there. */
  unable: number;
}

interface Node {
  readonly sleep: Map<number, readonly number[]>;
  /** Threads to try, in order; @tried of them have been. */
  readonly backtrack: number[];
  tried: number;
}

function newNode(sleep: Map<number, readonly number[]>, first: number | null): Node {
  return { sleep, backtrack: first === null ? [] : [first], tried: first === null ? 0 : 1 };
}

/** What sleeps still after a step. */
function asleepAfter(sleep: ReadonlyMap<number, readonly number[]>, step: TouchingStep) {
  const left = new Map<number, readonly number[]>();
  for (const [thread, touched] of sleep) {
    if (thread === step.thread || conflict(touched, step.touched)) continue;
    if (!shutsOut(touched, step.touched)) left.set(thread, touched);
  }
  return left;
}

class Exploration {
  private readonly executor: Executor;
  private readonly order = new Order();
  private readonly nodes: Node[] = [newNode(new Map(), null)];
  readonly counts: Counts = { runs: 0, asleep: 0, unable: 0 };
  private threads = 0;

  constructor(executor: Executor) {
    this.executor = executor;
  }

  /** One run, with what follows of it for the nodes; returns false where it could not be made. */
  once(depth: number, thread: number): void {
    const { nodes, order, counts } = this;
    let sleep: ReadonlyMap<number, readonly number[]> = nodes[depth]!.sleep;
    let seen = depth;
    const done = this.executor.run(depth, thread, (steps, able) => {
      for (; seen < steps.length; seen++) sleep = asleepAfter(sleep, steps[seen]!);
      return able.find((t) => !sleep.has(t)) ?? 0;
    });
    if (done === null) {
      counts.unable++;
      this.tryAll(nodes[depth]!);
      return;
    }
    if (done.end === 'asleep') counts.asleep++;
    else counts.runs++;
    this.threads = Math.max(this.threads, done.threads);
    for (let i = depth; i < done.steps.length; i++) {
      const step = done.steps[i]!;
      if (i > depth) {
        nodes.push(newNode(asleepAfter(nodes[i - 1]!.sleep, done.steps[i - 1]!), step.thread));
      } else if (thread === 0) {
        nodes[i]!.backtrack.push(step.thread);
        nodes[i]!.tried++;
      }
      order.add(step, (earlier) => this.reverse(earlier, step));
    }
    if (done.end === 'fault') this.tryAll(nodes[done.steps.length - 1]!);
    for (const step of done.waiting) {
      order.judge(step, (earlier) => this.reverse(earlier, step));
    }
  }

  private tryAll(node: Node): void {
    for (let t = 1; t <= this.threads; t++) {
      if (!node.backtrack.includes(t)) node.backtrack.push(t);
    }
  }

  private reverse(earlier: number, step: TouchingStep): void {
    for (const { pos, initials } of reverse(this.order, earlier, step)) {
      const node = this.nodes[pos]!;
      if (initials === null) this.tryAll(node);
      else if (!initials.some((t) => node.backtrack.includes(t))) node.backtrack.push(initials[0]!);
    }
  }

  /** Go back to the latest node where a thread is to be tried; null where none is left. */
  next(): { depth: number; thread: number } | null {
    const { nodes, order } = this;
    for (;;) {
      const depth = nodes.length - 1;
      if (depth < 0) return null;
      const node = nodes[depth]!;
      const step = order.steps[depth];
      if (step) {
        node.sleep.set(step.thread, step.touched);
        order.rewind(depth);
      }
      while (node.tried < node.backtrack.length) {
        const thread = node.backtrack[node.tried++]!;
        if (!node.sleep.has(thread)) return { depth, thread };
      }
      nodes.pop();
    }
  }
}

/** Explore every class of runs; @onRun may throw to end it. */
export function exploreSteps(executor: Executor, onRun?: (counts: Counts) => void): Counts {
  const exploration = new Exploration(executor);
  for (
    let at: { depth: number; thread: number } | null = { depth: 0, thread: 0 };
    at;
    at = exploration.next()
  ) {
    exploration.once(at.depth, at.thread);
    onRun?.(exploration.counts);
  }
  return exploration.counts;
}
