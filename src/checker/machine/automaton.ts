// SPDX-License-Identifier: GPL-2.0-only
// Threads as automata, compiled lazily out of their generators.
//
// A thread is deterministic: where it stands is a function of how it was started and of the results
// it has observed. So its local states are nodes, interned, and a generator is only needed to find
// out where an edge leads that nobody has taken yet. A node is one of
//
//   START(fn, args)      OBS(node, result)      CALL(node, fn, args)
//   RET(node, value)     THROW(node, error)     the node being the caller's before the call
//
// While a frame runs, its observations hang off its CALL; when it ends only the caller's node and
// the result remain, so runs that differ inside a frame and agree on its result meet again:
//
//   f() { a = load x; return frame(g: load y; load z; return 0) }
//   START(f) -x=1-> OBS(.,1) CALL(.,g) -y=5-> .. -z=7-> RET(OBS(.,1), 0)
//                                      -y=6-> .. -z=7-> RET(OBS(.,1), 0)       the same node
//
// A turn of repeat() takes the place of the one before it, CALL(node, fn, its args): loops close.
// A generator is consumed by the edge that it is used for. For another edge out of the same node, a
// fresh one is brought there along the node's own observations: frames that have ended are not run
// again, their result is all that is left of them.
//
// This is sound because what crosses a frame is a primitive or an opaque Handle, return and throw
// differ, and no state lives outside Ops. Whenever two paths meet in a node, the Op that each of
// them is about to do is compared; audit mode compares where they go from there as well.

import { AssertionError, assert, must } from '#base/assert';
import { ALTERNATIVES_MAX, LIVE_MAX } from '#checker/limits';
import { SceneError } from '#checker/program/scene-error';
import { PairTable } from '#checker/tables/pair-table';
import { kernelStack } from '#env/frames';
import {
  forgottenCall,
  type Handle,
  IGNORANT,
  type Kfn,
  type Op,
  type Recorder,
  setRecorder,
  type ThreadBody,
  type Value,
} from '#env/op';
import type { AutomatonOptions } from './automaton-options.ts';
import type { Edge, Heard, NamedEvent } from './edge.ts';
import type { Demand } from './lock-rules.ts';
import { assertOp } from './op-check.ts';
import { describe, sameOp } from './same-op.ts';
import { hashPair, hashText, UNDEFINED_ID, type ValueTable, Words } from './values.ts';

/** The nodes that have a fixed meaning. */
export const NOT_STARTED = 0;
export const DONE = 1;
export const OOPS = 2;

const NodeKind = { fixed: 0, start: 1, obs: 2, call: 3, ret: 4, thrown: 5 } as const;

interface Live {
  readonly generator: Kfn<unknown>;
}

/** For edges on which nothing happens. */
const NOTHING_HEARD: readonly Heard[] = [];

/** Local states and edges. */
export class ThreadAutomaton implements Recorder {
  /** Four words for each node. */
  readonly hashes = new Words();
  /** The Op that a thread in this node does next. */
  readonly ops: (Op | undefined)[] = [];
  readonly edges: Edge[] = [];
  /** How many values there were before each edge was found. */
  readonly born: number[] = [];
  /** Edges out of each node, in order of discovery. */
  private readonly outs: number[][] = [];
  private readonly kind: number[] = [];
  private readonly a: number[] = [];
  private readonly b: number[] = [];
  /** Innermost START or CALL. */
  private readonly frames: number[] = [];
  private readonly nodes = new PairTable();
  private readonly edgeIds = new PairTable();
  /** The edge by which a node was first reached; -1 for none. */
  private readonly arrivals: number[] = [];
  private readonly alternatives = new Map<number, number[]>();
  /** What each edge out of NOT_STARTED starts. */
  private readonly bodies = new Map<number, ThreadBody>();
  private readonly starts = new Map<number, number>();
  /** Edges out of a node; kept in audit mode. */
  private readonly leaving = new Map<number, number[]>();
  private readonly live = new Map<number, Live>();
  private readonly values: ValueTable;
  private readonly options: AutomatonOptions;
  private cursor = 0;
  private heard: NamedEvent[] = [];
  private demands: Demand[] = [];

  constructor(values: ValueTable, options: AutomatonOptions = {}) {
    this.values = values;
    this.options = options;
    for (const name of ['not started', 'done', 'oops']) {
      const id = this.addNode(NodeKind.fixed, 0, 0, 0);
      hashText(name, this.hashes.data, id * 4);
    }
  }

  private addNode(kind: number, a: number, b: number, frame: number): number {
    const id = this.kind.push(kind) - 1;
    this.a.push(a);
    this.b.push(b);
    this.frames.push(frame < 0 ? id : frame);
    this.ops.push(undefined);
    this.arrivals.push(-1);
    this.hashes.ensure(id * 4 + 4);
    return id;
  }

  private node(kind: number, a: number, b: number, frame: number): number {
    const key = b * 8 + kind;
    const known = this.nodes.get(a, key);
    if (known >= 0) return known;
    const id = this.addNode(kind, a, b, frame);
    const from = kind === NodeKind.start ? this.values.hashes.data : this.hashes.data;
    const tag =
      this.options.faults?.throwIsReturn && kind === NodeKind.thrown ? NodeKind.ret : kind;
    hashPair(tag, from, a * 4, this.values.hashes.data, b * 4, this.hashes.data, id * 4);
    this.nodes.add(a, key, id);
    return id;
  }

  enter(fn: string, args: readonly unknown[]): void {
    const call = this.values.intern([fn, ...args]);
    this.cursor = this.node(NodeKind.call, this.cursor, call, -1);
  }

  again(fn: string, args: readonly unknown[]): void {
    const call = this.frames[this.cursor]!;
    assert(this.kind[call] === NodeKind.call, 'a frame that repeats has begun');
    this.cursor = this.a[call]!;
    this.enter(fn, args);
  }

  leave(value: Value): void {
    this.end(NodeKind.ret, this.values.intern(value));
  }

  fail(error: unknown): void {
    const kind = this.options.faults?.throwIsReturn ? NodeKind.ret : NodeKind.thrown;
    const value = error instanceof Error ? `${error.name}: ${error.message}` : error;
    this.end(kind, this.values.intern(value));
  }

  private end(kind: number, value: number): void {
    const call = this.frames[this.cursor]!;
    assert(this.kind[call] === NodeKind.call, 'a frame that ends has begun');
    const caller = this.a[call]!;
    if (this.options.faults?.forgetReturn) value = UNDEFINED_ID;
    this.cursor = this.node(kind, caller, value, this.frames[caller]!);
  }

  event(name: string, args: readonly Value[]): void {
    this.heard.push({ name, args: args.slice() });
  }

  assertHeld(lock: Handle): void {
    const [fn] = kernelStack(this.stack(this.cursor));
    this.demands.push({ lock, fn: fn ?? '' });
  }

  /** Names of the functions that @node stands in, innermost first. */
  stack(node: number): string[] {
    const names: string[] = [];
    for (let frame = this.frames[node]!; ; frame = this.frames[this.a[frame]!]!) {
      if (this.kind[frame] !== NodeKind.call) break;
      names.push((this.values.values[this.b[frame]!] as readonly string[])[0]!);
    }
    return names;
  }

  // Edges -----------------------------------------------------------------------------------

  /** The edge that starts a thread with @body. */
  start(body: ThreadBody): number {
    const born = this.values.values.length;
    const node = this.node(
      NodeKind.start,
      this.values.intern(body.fn),
      this.values.intern(body.args),
      -1,
    );
    const known = this.starts.get(node);
    if (known !== undefined) return known;
    this.bodies.set(this.edges.length, body);
    const id = this.follow(NOT_STARTED, UNDEFINED_ID, { generator: open(body) }, undefined, node);
    this.born[id] = born;
    this.starts.set(node, id);
    return id;
  }

  /** What @edge starts. */
  bodyOf(edge: number): ThreadBody | undefined {
    return this.bodies.get(edge);
  }

  /** Edges out of @node that have been taken so far. */
  out(node: number): readonly number[] {
    return this.outs[node] ?? [];
  }

  /** Where edges out of @node that have been taken so far lead. */
  successors(node: number): number[] {
    return this.out(node).map((edge) => this.edges[edge]!.to);
  }

  /** The edge out of @node for @result. */
  edge(node: number, result: number): number {
    const known = this.edgeIds.get(node, result);
    return known >= 0 ? known : this.explore(node, result);
  }

  private explore(node: number, result: number): number {
    const live = this.generatorAt(node);
    const cursor = this.node(NodeKind.obs, node, result, this.frames[node]!);
    const id = this.follow(node, result, live, this.values.values[result], cursor);
    this.edgeIds.add(node, result, id);
    if (this.options.audit) {
      const edge = this.edges[id]!;
      this.audit(edge, this.alternatives.get(node) ?? []);
      this.leaving.set(node, [...(this.leaving.get(node) ?? []), id]);
      if (this.alternatives.get(edge.to)?.at(-1) === id) {
        for (const next of this.leaving.get(edge.to) ?? []) this.audit(this.edges[next]!, [id]);
      }
    }
    return id;
  }

  /** Resume @live, which stands at @from, and note where it comes to a halt. */
  private follow(from: number, result: number, live: Live, value: Value, cursor: number): number {
    this.born.push(this.values.values.length);
    const { step, error, events, demands } = this.resume(live, value, cursor);
    let to: number = DONE;
    if (error !== null) to = OOPS;
    else if (step !== null && !step.done) to = this.cursor;
    const heard = events.length === 0 ? NOTHING_HEARD : null;
    const id = this.edges.push({ from, result, to, events, heard, demands, error }) - 1;
    while (this.outs.length <= from) this.outs.push([]);
    this.outs[from]!.push(id);
    if (step === null || step.done) return id;
    const op = this.ops[to];
    if (op === undefined) {
      assertOp(step.value, this.stack(to)[0] ?? '');
      this.ops[to] = step.value;
      this.arrivals[to] = id;
    } else {
      assert(sameOp(op, step.value), `${describe(op)} and ${describe(step.value)} meet in a node`);
      const others = this.alternatives.get(to) ?? [];
      if (others.length < ALTERNATIVES_MAX) this.alternatives.set(to, [...others, id]);
    }
    this.keep(to, live);
    return id;
  }

  private resume(live: Live, value: Value, cursor: number) {
    this.cursor = cursor;
    this.heard = [];
    this.demands = [];
    const before = setRecorder(this);
    let step: IteratorResult<Op, unknown> | null = null;
    let error: string | null = null;
    try {
      step = live.generator.next(value);
    } catch (thrown) {
      if (thrown instanceof AssertionError || thrown instanceof SceneError) throw thrown;
      error = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
    } finally {
      setRecorder(before);
    }
    const forgotten = forgottenCall();
    assert(forgotten === null, `${forgotten}() is called and not run: yield* is missing before it`);
    const demands = this.demands.length === 0 ? null : this.demands;
    return { step, error, events: this.heard, demands };
  }

  private keep(node: number, live: Live): void {
    this.live.set(node, live);
    if (this.live.size <= LIVE_MAX) return;
    for (const oldest of this.live.keys()) {
      this.live.delete(oldest);
      break;
    }
  }

  // Generators ------------------------------------------------------------------------------

  /** A generator that stands at @node; the caller resumes it. */
  private generatorAt(node: number): Live {
    const kept = this.live.get(node);
    if (kept !== undefined) {
      this.live.delete(node);
      return kept;
    }
    return this.restored(node) ?? this.rebuild(this.arrivals[node]!, node);
  }

  /** A fresh generator that stands at @node: frames that have ended are not run again. */
  private restored(to: number): Live | null {
    const path: number[] = [];
    let node = to;
    for (; this.kind[node] !== NodeKind.start; node = this.a[node]!) {
      if (this.kind[node] === NodeKind.thrown) return null;
      path.push(node);
    }
    const start = must(this.starts.get(node), 'a thread was started');
    const body = must(this.bodies.get(start), 'a thread has a body');
    if (body.keepsMore) return null;
    const generator = open(body);
    const next = (): number => path.pop()!;
    const before = setRecorder({
      ...IGNORANT,
      replay: () => {
        const at = next();
        const value = this.values.values[this.b[at]!] as Value;
        if (this.kind[at] === NodeKind.ret) return { ended: true, result: value };
        return { ended: false, args: (value as readonly Value[]).slice(1) };
      },
    });
    let step = generator.next(undefined);
    while (path.length > 0 && !step.done) {
      step = generator.next(this.values.values[this.b[next()]!] as Value);
    }
    setRecorder(before);
    const op = this.ops[to]!;
    assert(
      !step.done && sameOp(op, step.value),
      `a thread that was at ${describe(op)} comes elsewhere when it is brought back`,
    );
    return { generator };
  }

  /** A fresh generator fed with what is recorded on the way to and over edge @last. */
  private rebuild(last: number, node: number): Live {
    const results: number[] = [];
    let id = last;
    for (; !this.bodies.has(id); id = this.arrivals[this.edges[id]!.from]!) {
      results.push(this.edges[id]!.result);
    }
    const generator = open(must(this.bodies.get(id), 'a thread has a body'));
    const before = setRecorder(null);
    let step = generator.next(undefined);
    for (let i = results.length - 1; i >= 0 && !step.done; i--) {
      step = generator.next(this.values.values[results[i]!] as Value);
    }
    setRecorder(before);
    const op = this.ops[node]!;
    assert(!step.done, `a thread that was at ${describe(op)} ends when it is run again`);
    assert(
      sameOp(op, step.value),
      `a thread that was at ${describe(op)} comes to ${describe(step.value)} when it is run again`,
    );
    return { generator };
  }

  /** Take @edge after its other arrivals as well, or all edges after a new arrival, and compare. */
  private audit(edge: Edge, arrivals: readonly number[]): void {
    const { from, result } = edge;
    for (const arrival of arrivals) {
      const live = this.rebuild(arrival, from);
      const cursor = this.node(NodeKind.obs, from, result, this.frames[from]!);
      const { step, error, events, demands } = this.resume(
        live,
        this.values.values[result],
        cursor,
      );
      let to: number = DONE;
      if (error !== null) to = OOPS;
      else if (step !== null && !step.done) to = this.cursor;
      const locks = (list: readonly Demand[] | null) => (list ?? []).map((d) => d.lock.name).join();
      const heard = events.length === edge.events.length && locks(demands) === locks(edge.demands);
      const same = to === edge.to && heard;
      assert(same, `two paths to ${describe(this.ops[from]!)} part: state outside of Ops`);
    }
  }
}

function open(body: ThreadBody): Kfn<unknown> {
  const fn = body.fn as (...args: readonly unknown[]) => Kfn<unknown>;
  return fn(...body.args);
}
