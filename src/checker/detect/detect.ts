// SPDX-License-Identifier: GPL-2.0-only
// Detectors that look over the shoulder of a search: what no single run shows as a failure.
//
// Here they look over the whole state graph. Deadlock, lost wake-up, leaked lock and use after free
// end or mark a run and are reported by the program itself.

import type { OpView, Program } from '#checker/program/program';
import type { Found } from '#checker/program/run';
import { exploreStateGraph, type GraphHooks, type PathStep } from '#checker/search/state-graph';
import { DataRaces } from './data-races.ts';
import { type Detector, detected, type HeldByThread, type StateView, sorted } from './detector.ts';
import { Traps } from './livelock.ts';
import { LockOrder } from './lock-order.ts';

/** @held after thread @t has done @op. */
function heldAfter(held: HeldByThread, t: number, op: OpView): HeldByThread {
  const { effect } = op;
  const before = held.get(t) ?? [];
  if (effect === 'acquire' || effect === 'share') return new Map(held).set(t, [...before, op]);
  if (effect !== 'release' && effect !== 'unshare') return held;
  const at = before.findLastIndex((h) => h.cell === op.cell);
  return at < 0 ? held : new Map(held).set(t, before.toSpliced(at, 1));
}

/**
 * A cycle in which no thread makes progress. @progress says which Ops count as progress (none
 * unless told): then every cycle of the graph that a scheduler could go round for ever without
 * leaving out a thread that could go on is one.
 */
class Livelocks implements Detector {
  private readonly program: Program;
  private readonly progress: (op: OpView) => boolean;
  private readonly cycles = new Map<string, { readonly path: PathStep[]; readonly at: number }>();

  constructor(program: Program, progress: (op: OpView) => boolean = () => false) {
    this.program = program;
    this.progress = progress;
  }

  cycle(path: readonly PathStep[], at: number): void {
    const round = path.slice(at).map((s) => s.thread);
    const key = [...new Set(round)].sort().join();
    const known = this.cycles.get(key);
    if (known !== undefined && known.path.length <= path.length) return;
    this.cycles.set(key, { path: [...path], at });
  }

  reports(): Found[] {
    const found = new Map<string, Found>();
    for (const { path, at } of this.cycles.values()) {
      const names = this.judge(path, at);
      if (names === null) continue;
      const because = `${names.join(', ')} can go round for ever without progress`;
      const facts = { threads: names.join(', '), steps: path.length - at };
      const report = detected('livelock', names[0] ?? '', because, facts);
      found.set(because, { report, run: path });
    }
    return sorted(found);
  }

  /** Names of the threads that go round; null if the cycle is unfair or makes progress. */
  private judge(path: readonly PathStep[], at: number): string[] | null {
    const { program } = this;
    program.reset();
    for (const s of path.slice(0, at)) program.step(s.thread, s.choice);
    const movers = new Set<number>();
    const waiting = new Set<number>();
    for (const s of path.slice(at)) {
      if (this.progress(program.pending(s.thread))) return null;
      movers.add(s.thread);
      for (let t = 0; t < program.threadCount(); t++) if (program.enabled(t)) waiting.add(t);
      program.step(s.thread, s.choice);
    }
    if ([...waiting].some((t) => !movers.has(t))) return null;
    return [...movers].map((t) => program.threadName(t)).sort();
  }
}

export interface Detected {
  readonly found: readonly Found[];
  readonly states: number;
  /** False where statesMax was hit: what was found holds, more may exist. */
  readonly finished: boolean;
}

/** Visit every state of @program and ask all detectors. Needs undo and fingerprint. */
export function detect(program: Program, statesMax = 2 ** 22): Detected {
  const detectors: Detector[] = [new DataRaces(), new LockOrder()];
  const [cycles, traps] = [new Livelocks(program), new Traps(program)];
  const { states, finished } = watch(program, [...detectors, cycles, traps], statesMax);
  const trapped = traps.reports();
  const known = new Set(trapped.map((f) => f.report.facts['threads']));
  // Who is trapped goes round in a cycle, too: that is said once.
  const others = cycles.reports().filter((f) => !known.has(f.report.facts['threads']));
  const found = [...detectors.flatMap((d) => d.reports()), ...others, ...trapped];
  return { found, states, finished };
}

/** Show every state of @program to @detectors. */
export function watch(
  program: Program,
  detectors: readonly Detector[],
  statesMax = 2 ** 22,
): { readonly states: number; readonly finished: boolean } {
  const cyclic = detectors.filter((d) => d.cycle !== undefined);
  const held: HeldByThread[] = [];
  const hooks: GraphHooks = {
    enter(depth, thread, op, path) {
      held[depth] = op === null ? new Map() : heldAfter(held[depth - 1]!, thread, op);
      const view = viewOf(program, held[depth]!, path);
      for (const d of detectors) d.state?.(view);
    },
  };
  const edged = detectors.filter((d) => d.edge !== undefined);
  if (edged.length > 0) {
    hooks.edge = (from, to, thread, choice) => {
      for (const d of edged) d.edge!(from, to, thread, choice);
    };
  }
  if (cyclic.length > 0) {
    hooks.cycle = (path, at) => {
      for (const d of cyclic) d.cycle!(path, at);
    };
  }
  return exploreStateGraph(program, hooks, statesMax);
}

function viewOf(program: Program, held: HeldByThread, path: () => PathStep[]): StateView {
  const pending = new Map<number, OpView>();
  const enabled: number[] = [];
  for (let t = 0; t < program.threadCount(); t++) {
    if (program.isDone(t)) continue;
    pending.set(t, program.pending(t));
    if (program.enabled(t)) enabled.push(t);
  }
  return { program, pending, enabled, held, path };
}
