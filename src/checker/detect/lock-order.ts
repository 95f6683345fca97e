// SPDX-License-Identifier: GPL-2.0-only
// Lock order: cycles of "holds A, wants B" that no run explored has closed to a deadlock.
//
// Every state gives edges (lock held, lock wanted) with the thread and the other locks it holds. A
// cycle of edges by different threads could deadlock, unless two of its edges hold a lock in common
// (a gate lock: then only one of them can be under way, unless both hold it for reading) or all
// sides only share. Edges are kept between lock instances, and between classes of locks (the type
// of the object), as lockdep does it; unlike lockdep no lock is left out, device locks are
// included.
//
//   T1: lock a; lock b     T2: lock b; lock a          cycle a -> b -> a: potential deadlock
//   both under lock g                                  none: g is a gate
//
// Havelund, Using Runtime Analysis to Guide Model Checking (Goodlock), SPIN 2000.

import type { OpView } from '#checker/program/program';
import type { Found } from '#checker/program/run';
import { type Detector, detected, type StateView, sorted } from './detector.ts';

/** A thread wants one lock while it holds another. */
export interface LockEdge {
  readonly from: string;
  readonly to: string;
  /** The class of what it holds. */
  readonly type: string;
  readonly thread: string;
  /** Instances held besides, which may be gates; true where it is held for reading. */
  readonly gates: ReadonlyMap<string, boolean>;
  /** Neither side excludes the other: readers only. */
  readonly shared: boolean;
  readonly where: string;
  readonly found: Found['run'];
}

/** Edges between lock instances, and between classes of locks. */
interface Edges {
  readonly instances: readonly LockEdge[];
  readonly classes: readonly LockEdge[];
}

const BLOCKING = new Set(['lock', 'read_lock', 'write_lock']);

/** Collects lock-order cycles, per instance and per class. */
export class LockOrder implements Detector {
  private readonly instances = new Map<string, LockEdge>();
  private readonly classes = new Map<string, LockEdge>();

  state(view: StateView): void {
    for (const [t, op] of view.pending) {
      const held = BLOCKING.has(op.kind) ? (view.held.get(t) ?? []) : [];
      for (const h of held) this.note(view, t, h, op, held);
    }
  }

  private note(
    view: StateView,
    t: number,
    held: OpView,
    wanted: OpView,
    all: readonly OpView[],
  ): void {
    const thread = view.program.threadName(t);
    const others = all.filter((g) => g !== held);
    const gates = new Map(others.map((g) => [g.objectName, g.effect === 'share']));
    const key = [held.objectName, wanted.objectName, thread, held.effect, wanted.effect];
    const id = [...key, ...gateTexts(gates)].join(' ');
    if (this.instances.has(id)) return;
    const shared = held.effect === 'share' && wanted.effect === 'share';
    const where = wanted.fn === '' ? '' : ` in ${wanted.fn}()`;
    const run = view.path();
    const edge = { type: held.objectType, thread, gates, shared, where, found: run };
    const [from, to] = [held.objectName, wanted.objectName];
    this.instances.set(id, { ...edge, from, to });
    const types = { from: held.objectType, to: wanted.objectType };
    if (types.from !== types.to) this.classes.set(id, { ...edge, ...types });
  }

  reports(): Found[] {
    return cyclesOf({
      instances: [...this.instances.values()],
      classes: [...this.classes.values()],
    });
  }
}

/** The cycles of @edges; those of classes only where no instances of these classes close one. */
export function cyclesOf({ instances, classes }: Edges): Found[] {
  const found = new Map<string, Found>();
  const closed = new Set<string>();
  cycles(instances, (c) => {
    report(found, c, 'lock-order');
    closed.add(turnedTo(c.map((e) => e.type)).join(' '));
  });
  cycles(classes, (c) => {
    const isClosed = closed.has(turnedTo(c.map((e) => e.from)).join(' '));
    if (!isClosed) report(found, c, 'lock-order-class');
  });
  return sorted(found);
}

/** The names of a cycle from the least one on. */
function turnedTo(names: readonly string[]): string[] {
  const first = names.indexOf([...names].sort()[0]!);
  return [...names.slice(first), ...names.slice(0, first)];
}

function report(found: Map<string, Found>, cycle: readonly LockEdge[], property: string): void {
  const turned = turnedTo(cycle.map((e) => e.from));
  const key = `${property} ${turned.join(' ')}`;
  if (found.has(key)) return;
  const because = cycle.map((e) => `${e.thread} wants ${e.to} while it holds ${e.from}${e.where}`);
  const facts = { cycle: [...turned, turned[0]].join(' -> '), threads: cycle.length };
  const said = detected(property, turned[0]!, because.sort().join('; '), facts);
  found.set(key, { report: said, run: cycle[0]!.found });
}

/** The gates of an edge in words, always in the same order. */
export function gateTexts(gates: LockEdge['gates']): string[] {
  return [...gates].map(([name, shared]) => `${name}${shared ? ' shared' : ''}`).sort();
}

/** True where both edges hold a lock that keeps one of them out; readers keep no reader out. */
function isGated(a: LockEdge, b: LockEdge): boolean {
  return [...a.gates].some(([name, shared]) => {
    const other = b.gates.get(name);
    return other !== undefined && !(shared && other);
  });
}

/** Call @each with every cycle of edges that could happen at once. */
function cycles(edges: readonly LockEdge[], each: (cycle: readonly LockEdge[]) => void): void {
  const from = new Map<string, LockEdge[]>();
  for (const e of edges) from.set(e.from, [...(from.get(e.from) ?? []), e]);
  const extend = (path: readonly LockEdge[]): void => {
    const last = path[path.length - 1]!;
    if (last.to === path[0]!.from && path.length > 1) {
      if (!path.every((e) => e.shared)) each(path);
      return;
    }
    for (const next of from.get(last.to) ?? []) {
      if (path.some((e) => e.thread === next.thread || e.from === next.from)) continue;
      if (path.some((e) => isGated(e, next))) continue;
      extend([...path, next]);
    }
  };
  for (const e of edges) extend([e]);
}
