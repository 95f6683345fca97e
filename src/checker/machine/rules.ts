// SPDX-License-Identifier: GPL-2.0-only
// The rules, signatures and sometimes-properties of a scene, watching a run.

import { must } from '#base/assert';
import { type Kept, sameVersion } from '#base/saved';
import { SCENE_THREADS_MAX } from '#checker/limits';
import { assertDeclared } from '#checker/program/declared-peek';
import type { Report } from '#checker/program/program';
import type {
  Peek,
  Rule,
  RuleReport,
  RunEvent,
  Scene,
  Signature,
  Sometimes,
  Watch,
} from '#checker/program/scene';
import { SceneError } from '#checker/program/scene-error';
import { PairTable } from '#checker/tables/pair-table';
import { Handle, type Value } from '#env/op';
import type { RuleRead } from '#finding/why';
import { Code, type Instruction } from './code.ts';
import type { Edge, Heard, NamedEvent } from './edge.ts';
import type { ObjectMemory } from './memory.ts';
import { SlotKind, type State } from './state.ts';
import { type ValueTable, valueText } from './values.ts';

type Unclassified = Omit<Report, 'window'>;

/** What rules share: which fields may be read while a rule is asked, and the run's state. */
export class Rules implements Kept {
  /** Ids of the sometimes-properties seen in any run so far. */
  readonly hits = new Set<string>();
  /** Ids of those that look at memory and are still looked for: they are visible. */
  readonly open: Set<string>;
  private readonly scene: Scene;
  private readonly memory: ObjectMemory;
  private readonly values: ValueTable;
  private readonly state: State;
  private readonly threadName: (t: number) => string;
  private readonly ruleSlots: number[];
  private readonly signatureSlots: number[];
  private readonly all: readonly (Rule | Signature)[];
  /** The sometimes-properties that look at memory. */
  private readonly lookers: readonly Sometimes[];
  private readonly subjects = new Map<Watch, ReadonlySet<Handle>>();
  private readonly subjectTypes = new Map<Watch, ReadonlySet<string>>();
  private readonly watchers = new Map<string, readonly number[]>();
  /** Next states of signatures that read no memory, by state, event, signature and thread. */
  private readonly steps = new PairTable();
  private listeners = 0;
  private readonly peek: Peek;
  /** What the rule that is asked has read so far; null where nobody wants to know. */
  private reads: RuleRead[] | null = null;
  private watch: Rule | Signature | Sometimes | null = null;
  private ended = false;
  private asking = '';

  constructor(
    scene: Scene,
    memory: ObjectMemory,
    values: ValueTable,
    state: State,
    threadName: (t: number) => string,
  ) {
    this.scene = scene;
    this.memory = memory;
    this.values = values;
    this.state = state;
    this.threadName = threadName;
    this.ruleSlots = scene.rules.map((r) => state.slot(SlotKind.value, `rule ${r.id}`));
    this.signatureSlots = scene.signatures.map((s, i) =>
      state.slot(SlotKind.value, `signature ${s.window} ${i}`),
    );
    this.all = [...scene.rules, ...scene.signatures];
    this.lookers = scene.sometimes.filter((each) => (each.reads?.length ?? 0) > 0);
    this.open = new Set(this.lookers.map((each) => each.id));
    for (const watch of [...this.all, ...scene.sometimes]) {
      if (watch.subjects === undefined) continue;
      this.subjects.set(watch, new Set(watch.subjects));
      this.subjectTypes.set(watch, new Set(watch.subjects.map((obj) => obj.type)));
    }
    this.peek = this.makePeek();
  }

  /** Put every automaton in its initial state, and judge what holds always. */
  begin(out: Unclassified[]): void {
    this.scene.rules.forEach((rule, i) => {
      this.state.set(this.ruleSlots[i]!, this.values.intern(rule.initial ?? null));
    });
    this.scene.signatures.forEach((signature, i) => {
      this.state.set(this.signatureSlots[i]!, this.values.intern(signature.initial));
    });
    this.judge([...this.scene.rules.keys()], out);
  }

  /** What changes from run to run and is no state. */
  save() {
    return { version: 1, hits: [...this.hits], open: [...this.open] };
  }

  load(saved: ReturnType<Rules['save']>): void {
    sameVersion(saved, 1, 'what rules have seen');
    this.hits.clear();
    this.open.clear();
    for (const id of saved.hits) this.hits.add(id);
    for (const id of saved.open) this.open.add(id);
  }

  /**
   * Look no more for what has been seen; false if that is nothing new. INVARIANT: only where a
   * search begins, so that what is not seen at its end was visible all the while.
   */
  settle(): boolean {
    const { size } = this.open;
    for (const id of this.hits) this.open.delete(id);
    return this.open.size < size;
  }

  /** True if a rule or signature, or what is still looked for, listens to one of @events. */
  hears(events: readonly NamedEvent[]): boolean {
    if (events.length === 0) return false;
    return this.some((watch) => events.some((e) => this.concerns(watch, e)));
  }

  private some(test: (watch: Rule | Signature | Sometimes) => boolean | undefined): boolean {
    return this.all.some(test) || this.lookers.some((each) => this.open.has(each.id) && test(each));
  }

  private concerns(watch: Rule | Signature | Sometimes, e: NamedEvent): boolean {
    if (!watch.events.includes(e.name)) return false;
    return e.args.every((arg) => !(arg instanceof Handle) || this.looksAt(watch, arg));
  }

  private looksAt(watch: Watch, obj: Handle): boolean {
    const types = this.subjectTypes.get(watch);
    return types === undefined || !types.has(obj.type) || this.subjects.get(watch)!.has(obj);
  }

  /** True if one of them reads @field of @obj. */
  readsOf(obj: Handle, field: string): boolean {
    const name = `${obj.type}.${field}`;
    return this.some((watch) => watch.reads?.includes(name) && this.looksAt(watch, obj));
  }

  /** True if one of them reads any field of @type. */
  readsAny(type: string): boolean {
    return this.some((watch) => watch.reads?.some((name) => name.startsWith(`${type}.`)));
  }

  /** Hear what happened in a step of thread @t over @edge; broken rules are appended to @out. */
  hear(t: number, edge: Edge, out: Unclassified[]): void {
    edge.heard ??= this.listenersTo(edge.events);
    for (const heard of edge.heard) {
      const { event, signatures, rules, sometimes } = heard;
      let run = heard.runs[t];
      if (run === undefined) {
        run = { name: event.name, args: event.args, thread: this.threadName(t) };
        while (heard.runs.length < t) heard.runs.push(undefined);
        heard.runs[t] = run;
      }
      for (const i of signatures) this.stepSignature(i, run, t, heard.id);
      for (const i of rules) this.stepRule(this.scene.rules[i]!, i, run, out);
      for (const each of sometimes) {
        if (this.hits.has(each.id)) continue;
        this.ask(each.id, each);
        if (each.holds(run, this.peek)) this.hits.add(each.id);
      }
    }
  }

  /** The events that somebody listens to, and who. */
  private listenersTo(events: readonly NamedEvent[]): Heard[] {
    const { signatures, rules, sometimes } = this.scene;
    const concerned = (list: readonly (Rule | Signature)[], event: NamedEvent): number[] =>
      [...list.keys()].filter((i) => this.concerns(list[i]!, event));
    return events
      .map((event) => ({
        event,
        signatures: concerned(signatures, event),
        rules: concerned(rules, event).filter((i) => rules[i]!.onEvent),
        sometimes: sometimes.filter((each) => this.concerns(each, event)),
        id: this.listeners++,
        runs: [],
      }))
      .filter((h) => h.signatures.length + h.rules.length + h.sometimes.length > 0);
  }

  /** A signature that reads no memory steps by its state and the event alone: asked once. */
  private stepSignature(i: number, run: RunEvent, t: number, heard: number): void {
    const signature = this.scene.signatures[i]!;
    const slot = this.signatureSlots[i]!;
    const state = this.state.slots[slot]!;
    const key = (heard * this.signatureSlots.length + i) * SCENE_THREADS_MAX + t;
    const isPure = signature.reads.length === 0;
    let next = isPure ? this.steps.get(state, key) : -1;
    if (next < 0) {
      this.ask(signature.window, signature);
      next = this.values.intern(signature.step(this.valueIn(slot), run, this.peek));
      if (isPure) this.steps.add(state, key, next);
    }
    this.state.set(slot, next);
  }

  private stepRule(rule: Rule, i: number, run: RunEvent, out: Unclassified[]): void {
    const slot = this.ruleSlots[i]!;
    this.ask(rule.id, rule);
    const answer = rule.onEvent?.(this.valueIn(slot), run, this.peek);
    if (answer === undefined) return;
    this.state.set(slot, this.values.intern(answer.state));
    if (answer.report) out.push(this.breach(rule, answer.report));
  }

  /** Indices of the rules with `always` that read @field of @type. */
  watching(type: string, field: string): readonly number[] {
    const key = `${type}.${field}`;
    const known = this.watchers.get(key);
    if (known !== undefined) return known;
    const found: number[] = [];
    this.scene.rules.forEach((rule, i) => {
      if (!rule.always) return;
      const any = field === '*' && rule.reads.some((name) => name.startsWith(`${type}.`));
      if (any || rule.reads.includes(key)) found.push(i);
    });
    this.watchers.set(key, found);
    return found;
  }

  /** Indices of those that read what @i changes. */
  watchersOf(i: Instruction): readonly number[] {
    if (i.code === Code.spawn || i.cell < 0) return [];
    if (i.code === Code.free) return this.watching(i.op.obj.type, '*');
    if (i.code === Code.alloc) return this.watching(must(i.op.struct, 'what it is').type, '*');
    return this.watching(i.op.obj.type, i.op.field === '' ? 'holder' : i.op.field);
  }

  /** Judge the `always` rules with these indices. */
  judge(indices: readonly number[], out: Unclassified[]): void {
    for (const i of indices) {
      const rule = this.scene.rules[i]!;
      this.ask(rule.id, rule);
      const report = rule.always?.(this.peek, this.valueIn(this.ruleSlots[i]!));
      if (report) out.push(this.breach(rule, report));
    }
  }

  /** Judge the finished run. */
  atEnd(out: Unclassified[]): void {
    this.scene.rules.forEach((rule, i) => {
      if (!rule.atEnd) return;
      this.ask(rule.id, rule, true);
      const answer = rule.atEnd(this.peek, this.valueIn(this.ruleSlots[i]!));
      if (answer === undefined) return;
      const reports = Array.isArray(answer) ? (answer as RuleReport[]) : [answer as RuleReport];
      for (const report of reports) out.push(this.breach(rule, report));
    });
    for (const each of this.scene.sometimes) {
      if (!each.atEnd || this.hits.has(each.id)) continue;
      this.ask(each.id, each, true);
      if (each.atEnd(this.peek)) this.hits.add(each.id);
    }
  }

  /** From now on reports say, or do not say, what their rules have read. */
  noteReads(wanted: boolean): void {
    this.reads = wanted ? [] : null;
  }

  private breach(rule: Rule, report: RuleReport): Unclassified {
    const { reads } = this;
    return { ...report, property: rule.id, ...(reads === null ? {} : { reads }) };
  }

  /** The state of the rule with this @index. */
  stateOf(index: number): Value {
    return this.valueIn(this.ruleSlots[index]!);
  }

  /** Say which window explains @report. */
  classify(report: Unclassified): Report {
    let window: string | null = null;
    for (const [i, signature] of this.scene.signatures.entries()) {
      this.ask(signature.window, signature);
      if (signature.explains(this.valueIn(this.signatureSlots[i]!), report, this.peek)) {
        window = signature.window;
        break;
      }
    }
    return { ...report, window };
  }

  private valueIn(slot: number): Value {
    return this.values.values[this.state.slots[slot]!] as Value;
  }

  private ask(who: string, watch: Rule | Signature | Sometimes, ended = false): void {
    this.asking = who;
    this.watch = watch;
    this.ended = ended;
    if (this.reads !== null) this.reads = [];
  }

  /** INVARIANT: while the program runs, a rule looks at nothing that is not visible to it. */
  private check(obj: Handle, field: string): void {
    const { watch, asking } = this;
    if (watch === null) return;
    assertDeclared({ who: asking, watch, ended: this.ended }, obj, field);
    if (this.ended || this.looksAt(watch, obj)) return;
    const name = `${obj.type}.${field}`;
    const sentence = `${asking} reads ${name} of ${obj.name}, which is none of its subjects`;
    throw new SceneError('RW401', sentence, `add ${obj.name} to its subjects`);
  }

  private makePeek(): Peek {
    return {
      get: (obj: Handle, field: string): never => {
        this.check(obj, field);
        const cell = this.memory.cell(this.memory.object(obj), field);
        const value = this.valueIn(cell);
        this.reads?.push({ object: obj.name, field, value: valueText(value) });
        return value as never;
      },
      alive: (obj: Handle): boolean => {
        this.check(obj, 'alive');
        const { dead } = this.memory.objects[this.memory.object(obj)]!;
        return this.state.slots[dead] === 0;
      },
      holder: (lock: Handle): string | null => {
        this.check(lock, 'holder');
        const content = this.state.slots[this.memory.cell(this.memory.object(lock), '')]!;
        return content > 0 ? this.threadName(content - 1) : null;
      },
    };
  }
}
