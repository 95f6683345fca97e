// SPDX-License-Identifier: GPL-2.0-only
// The machine: runs a scene one Op at a time, with undo, fingerprint, rules and recording.
//
// Threads are automata (machine-automaton.ts), memory is an array of integers (state.ts): a step
// looks up the edge for the result that memory gives, changes a few integers, and hears the edge's
// events. The model's generators run only where an edge is taken that nobody has taken before.

import { assert, must } from '#base/assert';
import type { ThreadBody, Value } from '#env/op';
import {
  Automaton,
  type AutomatonFaults,
  DONE,
  describe,
  type Edge,
  NOT_STARTED,
  OOPS,
} from './machine-automaton.ts';
import { Code, decode, effectOf, type Instruction, Views } from './machine-code.ts';
import { HeldSets } from './machine-held.ts';
import { Memory } from './machine-memory.ts';
import { allocatedBy, applyTo } from './machine-ops.ts';
import { Rules } from './machine-rules.ts';
import { deadlock, type StuckThread } from './machine-stuck.ts';
import type { Capability, OpView, Program, Report, StepRecord } from './program.ts';
import type { Scene } from './scene.ts';
import { type FingerprintFaults, SlotKind, State } from './state.ts';
import { FALSE_ID, TRUE_ID, UNDEFINED_ID, ValueTable, valueText } from './state-values.ts';

export interface MachineOptions {
  /** Follow several paths to each local state and compare; slow. */
  readonly audit?: boolean;
  readonly faults?: (AutomatonFaults & FingerprintFaults) | undefined;
}

/** A thread: its number stands for its name in every run. */
interface Thread {
  readonly name: string;
  readonly daemon: boolean;
  readonly local: number;
  /** Slot: the set of locks it holds. */
  readonly held: number;
}

type Unclassified = Omit<Report, 'window'>;

/** Runs a scene. */
export class Machine implements Program {
  readonly name: string;
  readonly capabilities: readonly Capability[] = ['undo', 'fingerprint'];
  readonly scene: Scene;
  readonly values = new ValueTable();
  readonly automaton: Automaton;
  readonly state: State;
  readonly memory: Memory;
  readonly rules: Rules;
  readonly heldSets = new HeldSets();
  readonly views = new Views();
  reports: Report[] = [];
  private readonly threads: Thread[] = [];
  private readonly threadNumbers = new Map<string, number>();
  private readonly instructions: (Instruction | undefined)[] = [];
  private readonly edgeViews: number[] = [];
  private readonly blockedViews: number[] = [];
  /** Slot: 1 once a thread has crashed, which ends the run. */
  private readonly crashed: number;
  private raw: Unclassified[] = [];
  private readonly origin: Int32Array;
  /** Rules broken before the first Op. */
  private readonly initialReports: readonly Report[];

  constructor(scene: Scene, options: MachineOptions = {}) {
    this.scene = scene;
    this.name = scene.name;
    this.automaton = new Automaton(this.values, {
      audit: options.audit ?? false,
      faults: options.faults,
    });
    this.state = new State(this.values.hashes, this.automaton.hashes, options.faults);
    this.memory = new Memory(this.values, this.state);
    this.rules = new Rules(scene, this.memory, this.values, this.state, (t) => this.threadName(t));
    this.crashed = this.state.slot(SlotKind.raw, 'crashed');
    for (const [obj, field, value] of scene.init) {
      this.state.set(this.memory.cell(this.memory.object(obj), field), this.values.intern(value));
    }
    this.rules.begin();
    for (const body of scene.threads) this.startThread(body);
    this.initialReports = this.raw.map((r) => this.rules.classify(r));
    this.reports = [...this.initialReports];
    this.origin = this.state.save();
  }

  reset(): void {
    this.state.load(this.origin);
    this.reports = [...this.initialReports];
  }

  // Threads ---------------------------------------------------------------------------------

  threadCount(): number {
    return this.threads.length;
  }

  threadName(t: number): string {
    return this.threads[t]!.name;
  }

  isDaemon(t: number): boolean {
    return this.threads[t]!.daemon;
  }

  /** The local state of @t: a node of the automaton. */
  local(t: number): number {
    return this.state.slots[this.threads[t]!.local]!;
  }

  isDone(t: number): boolean {
    const local = this.local(t);
    return local <= OOPS;
  }

  /** True if @t has been started in this run. */
  exists(t: number): boolean {
    return this.local(t) !== NOT_STARTED;
  }

  /** True if @t stands before an Op, possible or not. */
  isWaiting(t: number): boolean {
    return this.local(t) > OOPS;
  }

  /** True if a thread has crashed in this run, which ends it. */
  hasCrashed(): boolean {
    return this.state.slots[this.crashed] !== 0;
  }

  private startThread(body: ThreadBody): void {
    const counter = this.memory.counter(`name ${body.name}`);
    const nth = this.state.slots[counter]! + 1;
    this.state.set(counter, nth);
    const t = this.threadNumber(body, nth);
    this.arrive(t, this.startEdge(body));
  }

  private threadNumber(body: ThreadBody, nth: number): number {
    const name = nth === 1 ? body.name : `${body.name}#${nth}`;
    const known = this.threadNumbers.get(name);
    if (known !== undefined) return known;
    const t = this.threads.push({
      name,
      daemon: body.daemon ?? false,
      local: this.state.slot(SlotKind.local, `thread ${name}`),
      held: this.state.slot(SlotKind.silent, `held ${name}`),
    });
    this.threadNumbers.set(name, t - 1);
    return t - 1;
  }

  // Pending Ops -----------------------------------------------------------------------------

  /** What a thread in the local state @node does next. */
  instruction(node: number): Instruction {
    const known = this.instructions[node];
    if (known !== undefined) return known;
    const op = must(this.automaton.ops[node], 'a thread that is not done has an Op');
    const fn = this.automaton.stack(node)[0] ?? '';
    while (this.instructions.length < node) this.instructions.push(undefined);
    const made = decode(op, fn, this.memory, this.values);
    this.instructions[node] = made;
    return made;
  }

  /** True if doing @i now ends the run: no object, a dead object, a lock that is not held. */
  private broken(t: number, i: Instruction): boolean {
    if (i.code === Code.null) return true;
    if (i.dead >= 0 && this.state.slots[i.dead] !== 0) return true;
    if (i.code === Code.unlock || i.code === Code.write_unlock) {
      return this.state.slots[i.cell] !== t + 1;
    }
    if (i.code !== Code.read_unlock) return false;
    return this.state.slots[this.memory.reader(i.cell, t)] === 0;
  }

  enabled(t: number): boolean {
    const local = this.local(t);
    if (local <= OOPS || this.hasCrashed()) return false;
    const i = this.instruction(local);
    const content = this.state.slots[i.cell]!;
    switch (i.code) {
      case Code.lock:
      case Code.write_lock:
        return content === 0 || this.broken(t, i);
      case Code.read_lock:
        return content <= 0 || this.broken(t, i);
      case Code.wait:
        return this.compares(i, content) || this.broken(t, i);
      default:
        return true;
    }
  }

  private compares(i: Instruction, content: number): boolean {
    if (i.compare === 0) return content === i.arg;
    if (i.compare === 1) return content !== i.arg;
    const value = this.values.values[content] as number;
    return value >= (this.values.values[i.arg] as number);
  }

  choices(t: number): number {
    if (this.local(t) <= OOPS) return 1;
    const i = this.instruction(this.local(t));
    return i.code === Code.choose ? Math.max(1, Number(i.op.arg)) : 1;
  }

  /** The result that @i would have now. */
  private resultOf(i: Instruction, choice: number): number {
    if (i.unit) return UNDEFINED_ID;
    const content = this.state.slots[i.cell]!;
    switch (i.code) {
      case Code.trylock:
        return content === 0 ? TRUE_ID : FALSE_ID;
      case Code.alloc:
        return allocatedBy(this.memory, i, content + 1);
      case Code.choose:
        return this.values.intern(choice);
      default:
        return content;
    }
  }

  /** The edge that @t would take now, or -1 if its Op is not possible or would end the run. */
  edgeOf(t: number, choice = 0): number {
    const local = this.local(t);
    const i = this.instruction(local);
    if (this.broken(t, i)) return -1;
    if (i.code === Code.wait && !this.compares(i, this.state.slots[i.cell]!)) return -1;
    return this.automaton.edge(local, this.resultOf(i, choice));
  }

  pending(t: number): OpView {
    return this.views.all[this.view(t)]!;
  }

  /** The number of the view of what @t would do now. */
  view(t: number): number {
    const local = this.local(t);
    const i = this.instruction(local);
    let view = this.viewOfEdge(this.edgeOf(t, 0), local);
    if (i.code !== Code.choose) return view;
    for (let c = 1; c < this.choices(t) && !this.views.all[view]!.visible; c++) {
      view = this.viewOfEdge(this.edgeOf(t, c), local);
    }
    return view;
  }

  private viewOfEdge(edge: number, local: number): number {
    const list = edge < 0 ? this.blockedViews : this.edgeViews;
    const at = edge < 0 ? local : edge;
    const known = list[at];
    if (known !== undefined && known >= 0) return known;
    while (list.length <= at) list.push(-1);
    const i = this.instruction(local);
    const result = edge < 0 ? UNDEFINED_ID : this.automaton.edges[edge]!.result;
    const effect = effectOf(i, result);
    const visible = edge >= 0 && (this.isHeard(edge, i) || this.isRead(i, effect));
    list[at] = this.views.of(i, effect, visible);
    return list[at]!;
  }

  /** True if what the enabled @t would do ends the run. */
  ends(t: number): boolean {
    const edge = this.edgeOf(t);
    if (edge < 0 || this.automaton.edges[edge]!.to === OOPS) return true;
    const { op } = this.instruction(this.local(t));
    return op.body !== undefined && this.startEdge(op.body).to === OOPS;
  }

  /** True if @i is about an object that only the thread before @i can know. */
  isUnpublished(i: Instruction): boolean {
    return i.published >= 0 && this.state.slots[i.published] === 0;
  }

  /** True if no rule can see what the enabled @t would do, and it neither ends the run nor leaks. */
  isPlain(t: number): boolean {
    return this.isOrderly(t) && !this.isVisible(t);
  }

  /** True if a rule can see what the enabled @t would do. */
  isVisible(t: number): boolean {
    return this.views.all[this.view(t)]!.visible;
  }

  /** True if what the enabled @t would do neither ends the run nor leaks a lock. */
  isOrderly(t: number): boolean {
    const edge = this.edgeOf(t);
    if (edge < 0) return false;
    const { to } = this.automaton.edges[edge]!;
    if (to > OOPS && this.instruction(this.local(t)).code !== Code.spawn) return true;
    if (this.ends(t)) return false;
    if (to !== DONE) return true;
    const releases = this.instruction(this.local(t)).op.kind.endsWith('unlock');
    return this.heldSets.items(this.held(t)).length === (releases ? 1 : 0);
  }

  /** The local state in which a thread with @body begins. */
  startNode(body: ThreadBody): number {
    return this.startEdge(body).to;
  }

  /** True if a rule sees what a thread in the local state @node does, for one of its results. */
  mayBeSeen(node: number): boolean {
    return this.automaton
      .out(node)
      .some((edge) => this.views.all[this.viewOfEdge(edge, node)]!.visible);
  }

  private startEdge(body: ThreadBody): Edge {
    return this.automaton.edges[this.automaton.start(body)]!;
  }

  private isHeard(edge: number, i: Instruction): boolean {
    if (this.rules.hears(this.automaton.edges[edge]!.events)) return true;
    if (i.code !== Code.spawn) return false;
    return this.rules.hears(this.startEdge(must(i.op.body, 'a spawn has a body')).events);
  }

  /** True if a rule reads what @i changes. */
  private isRead(i: Instruction, effect: string): boolean {
    if (effect === 'read' || effect === 'none') return false;
    if (i.code === Code.free) return this.rules.readsAny(i.op.obj.type);
    if (i.code === Code.alloc) return this.rules.readsAny(i.op.struct!.type);
    if (i.code === Code.spawn) return false;
    return this.rules.readsOf(i.op.obj, i.op.field === '' ? 'holder' : i.op.field);
  }

  // Steps -----------------------------------------------------------------------------------

  step(t: number, choice = 0): void {
    this.reports = [];
    this.raw = [];
    const local = this.local(t);
    const i = this.instruction(local);
    if (this.broken(t, i)) {
      this.crash(t, i);
    } else {
      const edge = this.automaton.edge(local, this.resultOf(i, choice));
      const before = this.state.slots[i.cell]!;
      if (i.code === Code.spawn) this.startThread(must(i.op.body, 'a spawn has a body'));
      applyTo(this, t, this.threads[t]!.held, i);
      this.arrive(t, this.automaton.edges[edge]!);
      this.judge(i, before);
    }
    if (this.raw.length > 0) this.reports = this.raw.map((r) => this.rules.classify(r));
  }

  /** Let @t be where @edge leads, and hear what happened on the way. */
  private arrive(t: number, edge: Edge): void {
    const { local, held, name } = this.threads[t]!;
    this.state.set(local, edge.to);
    if (edge.events.length > 0) this.rules.hear(t, edge.events, this.raw);
    if (edge.to === OOPS) {
      this.state.set(this.crashed, 1);
      const text = edge.error ?? '';
      this.raw.push(report('oops', name, `${name} throws: ${text}`, { error: text }));
    }
    if (edge.to === DONE && this.state.slots[held] !== 0) {
      for (const lock of this.locksOf(t)) {
        const because = `${name} ends and still holds ${lock}`;
        this.raw.push(report('leaked-lock', lock, because, { thread: name }));
      }
    }
  }

  private judge(i: Instruction, before: number): void {
    const { rules } = this;
    if (i.code === Code.spawn || i.code === Code.load || i.cell < 0) return;
    if (this.state.slots[i.cell] === before) return;
    if (i.code === Code.free || i.code === Code.alloc) {
      const type = i.code === Code.free ? i.op.obj.type : must(i.op.struct, 'what it is').type;
      rules.judge(rules.watching(type, '*'), this.raw);
      return;
    }
    const field = i.op.field === '' ? 'holder' : i.op.field;
    rules.judge(rules.watching(i.op.obj.type, field), this.raw);
  }

  private crash(t: number, i: Instruction): void {
    this.state.set(this.crashed, 1);
    const what = describe(i.op);
    const by = `${this.threadName(t)}: ${i.fn === '' ? '' : `${i.fn}(): `}${what}`;
    const facts = { thread: this.threadName(t), function: i.fn };
    if (i.code === Code.null) {
      this.raw.push(report('null-dereference', `NULL.${i.op.field}`, `${by} through NULL`, facts));
    } else if (this.state.slots[i.dead] !== 0) {
      const { freer } = this.memory.objects[i.object]!;
      const freedBy = this.threadName(this.state.slots[freer]! - 1);
      const property = i.code === Code.free ? 'double-free' : 'use-after-free';
      const because = `${by} after ${freedBy} has freed it`;
      this.raw.push(report(property, i.op.obj.name, because, { ...facts, freedBy }));
    } else {
      this.raw.push(report('bad-unlock', i.op.obj.name, `${by}, which it does not hold`, facts));
    }
  }

  atEnd(): readonly Report[] {
    this.raw = [];
    if (this.hasCrashed()) return [];
    const stuck: StuckThread[] = [];
    this.threads.forEach((thread, t) => {
      if (this.isDone(t)) return;
      const i = this.instruction(this.local(t));
      stuck.push({ name: thread.name, daemon: thread.daemon, i, holders: this.holdersOf(i) });
    });
    const report = deadlock(stuck);
    if (report !== null) this.raw.push(report);
    else this.rules.atEnd(this.raw);
    return this.raw.map((r) => this.rules.classify(r));
  }

  /** Names of the threads that hold what @i waits for. */
  private holdersOf(i: Instruction): string[] {
    if (i.code === Code.wait) return [];
    const content = this.state.slots[i.cell]!;
    if (content > 0) return [this.threadName(content - 1)];
    return this.threads
      .filter((_, t) => this.state.slots[this.memory.reader(i.cell, t)] !== 0)
      .map((thread) => thread.name);
  }

  /** The set of locks that @t holds, by number. */
  held(t: number): number {
    return this.state.slots[this.threads[t]!.held]!;
  }

  /** Names of the locks that @t holds. */
  locksOf(t: number): string[] {
    return this.heldSets.items(this.held(t)).map(({ cell }) => {
      const { object } = must(this.memory.cells[cell], 'a lock is a cell');
      return this.memory.objects[object]!.handle.name;
    });
  }

  // Undo, fingerprint, recording ------------------------------------------------------------

  mark(): number {
    return this.state.mark();
  }

  undo(mark: number): void {
    this.state.undo(mark);
  }

  fingerprint(out: Uint32Array): void {
    out[0] = this.state.f0;
    out[1] = this.state.f1;
    out[2] = this.state.f2;
    out[3] = this.state.f3;
  }

  record(t: number, choice = 0): StepRecord {
    const local = this.local(t);
    const i = this.instruction(local);
    const edge = this.edgeOf(t, choice);
    const taken = edge < 0 ? undefined : this.automaton.edges[edge];
    const stack = this.automaton.stack(local);
    const before = this.content(i);
    this.step(t, choice);
    const events = (taken?.events ?? []).map((e) => [e.name, ...e.args.map(valueText)].join(' '));
    return {
      thread: this.threadName(t),
      op: i.op.kind,
      object: i.code === Code.null ? 'NULL' : i.op.obj.name,
      objectType: i.code === Code.null ? '' : i.op.obj.type,
      field: i.op.field,
      function: i.fn,
      stack,
      file: null,
      line: null,
      before,
      after: this.content(i),
      result: taken === undefined ? '' : valueText(this.values.values[taken.result] as Value),
      marked: i.op.marked ?? false,
      locks: this.locksOf(t),
      events,
    };
  }

  private content(i: Instruction): string {
    if (i.cell < 0) return '';
    const content = this.state.slots[i.cell]!;
    if (i.code === Code.free) return content === 0 ? 'alive' : 'freed';
    if (i.code === Code.alloc || i.code === Code.spawn) return String(content);
    if (i.op.field !== '') return valueText(this.values.values[content] as Value);
    if (content === 0) return 'free';
    return content > 0 ? `held by ${this.threadName(content - 1)}` : `${-content} readers`;
  }
}

function report(
  property: string,
  subject: string,
  because: string,
  facts: Report['facts'],
): Unclassified {
  assert(property !== '', 'a report names its property');
  return { property, subject, because, facts };
}
