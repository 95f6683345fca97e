// SPDX-License-Identifier: GPL-2.0-only
// The machine: runs a scene one Op at a time, with undo, fingerprint, rules and recording.
//
// Threads are automata (automaton.ts), memory is an array of integers (state.ts): a step
// looks up the edge for the result that memory gives, changes a few integers, and hears the edge's
// events. The model's generators run only where an edge is taken that nobody has taken before.

import { must } from '#base/assert';
import type { Capability, OpView, Program, Report } from '#checker/program/program';
import { type Scene, type SceneInput, wholeScene } from '#checker/program/scene';
import { kernelStack } from '#env/frames';
import type { ThreadBody } from '#env/op';
import type { TraceStep } from '#finding/step';
import { DONE, NOT_STARTED, OOPS, ThreadAutomaton } from './automaton.ts';
import type { AutomatonFaults } from './automaton-options.ts';
import { Code, decode, type Instruction, type Views } from './code.ts';
import { crashOf, leakOf, oopsOf, type Unclassified } from './crash.ts';
import type { Edge } from './edge.ts';
import { EdgeFacts } from './edge-facts.ts';
import { HeldSets } from './held.ts';
import { lockFaults } from './lock-rules.ts';
import { ObjectMemory } from './memory.ts';
import { assertValue } from './op-check.ts';
import { allocatedBy, applyTo, storesSame } from './ops.ts';
import { recordStep } from './record.ts';
import { Rules } from './rules.ts';
import { type FingerprintFaults, SlotKind, State } from './state.ts';
import { deadlock, stuckThreads } from './stuck.ts';
import { type Thread, type ThreadFaults, Threads } from './threads.ts';
import { FALSE_ID, TRUE_ID, UNDEFINED_ID, ValueTable } from './values.ts';

export interface MachineOptions {
  /** Follow several paths to each local state and compare; slow. */
  readonly audit?: boolean;
  readonly faults?: (AutomatonFaults & FingerprintFaults & ThreadFaults) | undefined;
}

/** Runs a scene. */
export class Machine implements Program {
  readonly name: string;
  readonly capabilities: readonly Capability[] = ['undo', 'fingerprint', 'automata'];
  readonly scene: Scene;
  readonly values = new ValueTable();
  readonly automaton: ThreadAutomaton;
  readonly state: State;
  readonly memory: ObjectMemory;
  readonly rules: Rules;
  readonly heldSets = new HeldSets();
  readonly views: Views;
  reports: Report[] = [];
  /** Whom the last step has moved or started, or reset() started: where they stand may be new. */
  readonly moved: number[] = [];
  private readonly threads: Threads;
  private readonly list: readonly Thread[];
  /** By thread: the slots of its local state and of the locks it holds. */
  private readonly locals: readonly number[];
  private readonly helds: readonly number[];
  readonly edgeFacts: EdgeFacts;
  readonly instructions: (Instruction | undefined)[] = [];
  /** Slot: 1 once a thread has crashed, which ends the run. */
  private readonly crashed: number;
  private raw: Unclassified[] = [];
  /** The edge that facts() has come upon last. */
  private ahead = -1;
  private readonly origin: Int32Array;
  /** Rules broken before the first Op. */
  private readonly initialReports: readonly Report[];

  constructor(given: SceneInput, options: MachineOptions = {}) {
    this.scene = wholeScene(given);
    const { scene } = this;
    this.name = scene.name;
    this.automaton = new ThreadAutomaton(this.values, {
      audit: options.audit ?? false,
      faults: options.faults,
    });
    this.state = new State(this.values.hashes, this.automaton.hashes, options.faults);
    this.memory = new ObjectMemory(this.values, this.state);
    this.rules = new Rules(scene, this.memory, this.values, this.state, (t) => this.threadName(t));
    this.edgeFacts = new EdgeFacts(this.automaton, this.rules);
    this.views = this.edgeFacts.views;
    this.threads = new Threads(this.state, options.faults);
    this.list = this.threads.list;
    this.locals = this.threads.locals;
    this.helds = this.threads.helds;
    this.crashed = this.state.slot(SlotKind.raw, 'crashed');
    for (const [obj, field, value] of scene.init) {
      assertValue(value, `${obj.name}.${field} begins as`);
      this.state.set(this.memory.cell(this.memory.object(obj), field), this.values.intern(value));
    }
    this.rules.begin(this.raw);
    for (const body of scene.threads) this.startThread(body);
    this.initialReports = this.raw.map((r) => this.rules.classify(r));
    this.reports = [...this.initialReports];
    this.origin = this.state.snapshot();
  }

  reset(): void {
    this.state.restore(this.origin);
    this.moved.length = 0;
    for (let t = 0; t < this.list.length; t++) if (this.exists(t)) this.moved.push(t);
    this.reports = [...this.initialReports];
  }

  threadCount(): number {
    return this.list.length;
  }

  threadName(t: number): string {
    return this.list[t]!.name;
  }

  isDaemon(t: number): boolean {
    return this.list[t]!.daemon;
  }

  /** The local state of @t: a node of the automaton. */
  local(t: number): number {
    return this.state.slots[this.locals[t]!]!;
  }

  isDone(t: number): boolean {
    return this.local(t) <= OOPS;
  }

  /** True if @t has been started in this run. */
  exists(t: number): boolean {
    return this.local(t) !== NOT_STARTED;
  }

  /** True if a thread has crashed in this run, which ends it. */
  hasCrashed(): boolean {
    return this.state.slots[this.crashed] !== 0;
  }

  private startThread(body: ThreadBody): void {
    const counter = this.memory.counter(`name ${body.name}`);
    const nth = this.state.slots[counter]! + 1;
    this.state.set(counter, nth);
    const t = this.threads.numberOf(body, nth);
    this.arrive(t, this.startEdge(body));
    if (this.threads.isUnseen(t)) this.moved.pop();
  }

  /** What a thread in the local state @node does next. */
  instruction(node: number): Instruction {
    const known = this.instructions[node];
    if (known !== undefined) return known;
    const op = must(this.automaton.ops[node], 'a thread that is not done has an Op');
    const fn = kernelStack(this.automaton.stack(node))[0] ?? '';
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

  /** True if @t, which is not done, would crash if it moved now. */
  crashes(t: number): boolean {
    return this.broken(t, this.instruction(this.local(t)));
  }

  enabled(t: number): boolean {
    const local = this.local(t);
    if (local <= OOPS || this.hasCrashed()) return false;
    const i = this.instruction(local);
    return !i.blocks || this.isPossible(i) || this.broken(t, i);
  }

  /** True if @i, which may block, does not block now. */
  private isPossible(i: Instruction): boolean {
    const content = this.state.slots[i.cell]!;
    if (i.code === Code.read_lock) return content <= 0;
    return i.code === Code.wait ? this.isWaitOver(i, content) : content === 0;
  }

  /** True if the wait @i goes on when its cell holds @content. */
  isWaitOver(i: Instruction, content: number): boolean {
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
    if (i.code === Code.choose) return this.values.intern(choice);
    const content = this.state.slots[i.cell]!;
    if (i.code === Code.trylock) return content === 0 ? TRUE_ID : FALSE_ID;
    return i.code === Code.alloc ? allocatedBy(this.memory, i, content + 1) : content;
  }

  /** The edge that @t would take now, or -1 if its Op is not possible or would end the run. */
  edgeOf(t: number, choice = 0): number {
    const local = this.local(t);
    const i = this.instruction(local);
    if (this.broken(t, i) || (i.code === Code.wait && !this.isPossible(i))) return -1;
    return this.follow(local, i, choice);
  }

  /** The edge out of @local, before @i, that memory chooses now. */
  private follow(local: number, i: Instruction, choice: number): number {
    const result = i.unit ? UNDEFINED_ID : this.resultOf(i, choice);
    if (i.nextResult !== result) {
      i.next = this.automaton.edge(local, result);
      i.nextResult = result;
      i.nextFacts = -1;
    }
    return i.next;
  }

  pending(t: number): OpView {
    return this.views.all[this.view(t)]!;
  }

  isSilent(t: number): boolean {
    return storesSame(this.instruction(this.local(t)), this.state.slots);
  }

  /** The number of the view of what @t would do now. */
  view(t: number): number {
    const local = this.local(t);
    const i = this.instruction(local);
    const edge = this.edgeOf(t);
    let view =
      edge < 0 ? this.edgeFacts.viewOfBlocked(local, i) : this.edgeFacts.viewOfEdge(edge, i);
    if (i.code !== Code.choose) return view;
    for (let c = 1; c < this.choices(t) && !this.views.all[view]!.visible; c++) {
      view = this.edgeFacts.viewOfEdge(this.edgeOf(t, c), i);
    }
    return view;
  }

  /** True if @i is about an object that only the thread before @i can know. */
  isUnpublished(i: Instruction): boolean {
    return i.published >= 0 && this.state.slots[i.published] === 0;
  }

  /**
   * The facts about what @t would do, or -1 if it is not possible or would end the run at once.
   * Of a choice, those of its first answer.
   */
  facts(t: number): number {
    const local = this.local(t);
    if (local <= OOPS || this.hasCrashed()) return -1;
    const i = this.instruction(local);
    if (i.blocks && !this.isPossible(i)) return -1;
    if (this.broken(t, i)) return -1;
    this.ahead = this.follow(local, i, 0);
    if (i.nextFacts < 0) i.nextFacts = this.edgeFacts.factsOf(this.ahead, i);
    return i.nextFacts;
  }

  /** True if @t, whose step is its last, ends with locks held. */
  leaks(t: number): boolean {
    const releases = this.instruction(this.local(t)).op.kind.endsWith('unlock');
    return this.heldSets.items(this.held(t)).length !== (releases ? 1 : 0);
  }

  /** The local state in which a thread with @body begins. */
  startNode(body: ThreadBody): number {
    return this.startEdge(body).to;
  }

  /** True if a rule sees what a thread in the local state @node does, for one of its results. */
  mayBeSeen(node: number): boolean {
    return this.edgeFacts.mayBeSeen(this.automaton.out(node), this.instruction(node));
  }

  private startEdge(body: ThreadBody): Edge {
    return this.automaton.edges[this.automaton.start(body)]!;
  }

  // Steps -----------------------------------------------------------------------------------

  step(t: number, choice = 0): void {
    const local = this.local(t);
    const i = this.instruction(local);
    if (this.broken(t, i)) {
      this.clear();
      this.crash(t, i);
      this.conclude();
    } else {
      this.go(t, i, this.follow(local, i, choice));
    }
  }

  /** The step of @t that facts() has just been asked about, and found possible. */
  stepAhead(t: number): void {
    this.go(t, this.instruction(this.local(t)), this.ahead);
  }

  private go(t: number, i: Instruction, edge: number): void {
    this.clear();
    const { state } = this;
    const before = i.cell < 0 ? 0 : state.slots[i.cell]!;
    if (i.code === Code.spawn) this.startThread(must(i.op.body, 'a spawn has a body'));
    applyTo(this, t, this.helds[t]!, i);
    this.arrive(t, this.automaton.edges[edge]!);
    if (i.cell >= 0 && state.slots[i.cell] !== before) this.judge(i);
    this.conclude();
  }

  private clear(): void {
    this.moved.length = 0;
    if (this.reports.length > 0) this.reports = [];
    if (this.raw.length > 0) this.raw = [];
  }

  private conclude(): void {
    if (this.raw.length > 0) this.reports = this.raw.map((r) => this.rules.classify(r));
  }

  /** Let @t be where @edge leads, and hear what happened on the way. */
  private arrive(t: number, edge: Edge): void {
    this.state.set(this.locals[t]!, edge.to);
    this.moved.push(t);
    if (edge.heard === null || edge.heard.length > 0) this.rules.hear(t, edge, this.raw);
    if (edge.demands) this.raw.push(...lockFaults(edge.demands, t, this));
    if (edge.to > OOPS) return;
    const { held, name } = this.list[t]!;
    if (edge.to === OOPS) {
      this.state.set(this.crashed, 1);
      this.raw.push(oopsOf(name, edge.error ?? ''));
    }
    if (edge.to === DONE && this.state.slots[held] !== 0) {
      for (const lock of this.locksOf(t)) this.raw.push(leakOf(name, lock));
    }
  }

  /** Ask the rules that read what @i has changed. */
  private judge(i: Instruction): void {
    i.watchers ??= this.rules.watchersOf(i);
    if (i.watchers.length > 0) this.rules.judge(i.watchers, this.raw);
  }

  private crash(t: number, i: Instruction): void {
    this.state.set(this.crashed, 1);
    const dead = i.dead >= 0 && this.state.slots[i.dead] !== 0;
    const freer = dead ? this.state.slots[this.memory.objects[i.object]!.freer]! - 1 : -1;
    this.raw.push(crashOf(i, this.threadName(t), freer < 0 ? null : this.threadName(freer)));
  }

  atEnd(): readonly Report[] {
    this.raw = [];
    if (this.hasCrashed()) return [];
    const report = deadlock(stuckThreads(this));
    if (report !== null) this.raw.push(report);
    else this.rules.atEnd(this.raw);
    return this.raw.map((r) => this.rules.classify(r));
  }

  /** The set of locks that @t holds, by number. */
  held(t: number): number {
    return this.state.slots[this.helds[t]!]!;
  }

  /** Names of the locks that @t holds. */
  locksOf(t: number): string[] {
    return this.heldSets.items(this.held(t)).map(({ cell }) => this.memory.ownerName(cell));
  }

  /** What changes beside memory, the automata and their values; see saved.ts. */
  parts() {
    const { state, heldSets, views, threads, rules } = this;
    return { state, heldSets, views, threads, rules };
  }

  mark(): number {
    return this.state.mark();
  }

  undo(mark: number): void {
    this.state.undo(mark);
  }

  fingerprint(out: Uint32Array): void {
    this.state.fingerprint(out);
  }

  record(t: number, choice = 0): TraceStep {
    return recordStep(this, t, choice);
  }
}
