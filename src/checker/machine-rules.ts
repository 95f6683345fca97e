// SPDX-License-Identifier: GPL-2.0-only
// The rules, signatures and sometimes-properties of a scene, watching a run.

import { assert } from '#base/assert';
import type { Handle, Value } from '#env/op';
import type { NamedEvent } from './machine-automaton.ts';
import type { Memory } from './machine-memory.ts';
import type { Report } from './program.ts';
import type { Peek, Rule, RuleReport, RunEvent, Scene, Signature } from './scene.ts';
import { SlotKind, type State } from './state.ts';
import type { ValueTable } from './state-values.ts';

type Unclassified = Omit<Report, 'window'>;

/** What rules share: which fields may be read while a rule is asked, and the run's state. */
export class Rules {
  /** Ids of the sometimes-properties seen in any run so far. */
  readonly hits = new Set<string>();
  private readonly scene: Scene;
  private readonly memory: Memory;
  private readonly values: ValueTable;
  private readonly state: State;
  private readonly threadName: (t: number) => string;
  private readonly ruleSlots: number[];
  private readonly signatureSlots: number[];
  private readonly heard: ReadonlySet<string>;
  private readonly read: ReadonlySet<string>;
  private readonly watchers = new Map<string, readonly number[]>();
  private readonly peek: Peek;
  private allowed: readonly string[] | null = null;
  private asking = '';

  constructor(
    scene: Scene,
    memory: Memory,
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
    const all = [...scene.rules, ...scene.signatures];
    this.heard = new Set(all.flatMap((r) => r.events));
    this.read = new Set(all.flatMap((r) => r.reads));
    this.peek = this.makePeek();
  }

  /** Put every automaton in its initial state. */
  begin(): void {
    this.scene.rules.forEach((rule, i) => {
      this.state.set(this.ruleSlots[i]!, this.values.intern(rule.initial ?? null));
    });
    this.scene.signatures.forEach((signature, i) => {
      this.state.set(this.signatureSlots[i]!, this.values.intern(signature.initial));
    });
  }

  /** True if a rule or signature listens to one of @events. */
  hears(events: readonly NamedEvent[]): boolean {
    return events.some((e) => this.heard.has(e.name));
  }

  /** True if a rule or signature reads @field of @type; '*' stands for any field. */
  reads(type: string, field: string): boolean {
    if (field !== '*') return this.read.has(`${type}.${field}`);
    for (const name of this.read) if (name.startsWith(`${type}.`)) return true;
    return false;
  }

  /** Hear what happened in a step of thread @t; broken rules are appended to @out. */
  hear(t: number, events: readonly NamedEvent[], out: Unclassified[]): void {
    for (const event of events) {
      const run: RunEvent = { name: event.name, args: event.args, thread: this.threadName(t) };
      this.scene.signatures.forEach((signature, i) => {
        if (signature.events.includes(event.name)) this.stepSignature(signature, i, run);
      });
      this.scene.rules.forEach((rule, i) => {
        if (rule.onEvent && rule.events.includes(event.name)) this.stepRule(rule, i, run, out);
      });
      for (const sometimes of this.scene.sometimes) {
        if (this.hits.has(sometimes.id) || !sometimes.events.includes(event.name)) continue;
        this.ask(sometimes.id, null);
        if (sometimes.holds(run, this.peek)) this.hits.add(sometimes.id);
      }
    }
  }

  private stepSignature(signature: Signature, i: number, run: RunEvent): void {
    const slot = this.signatureSlots[i]!;
    this.ask(signature.window, signature.reads);
    const next = signature.step(this.valueIn(slot), run, this.peek);
    this.state.set(slot, this.values.intern(next));
  }

  private stepRule(rule: Rule, i: number, run: RunEvent, out: Unclassified[]): void {
    const slot = this.ruleSlots[i]!;
    this.ask(rule.id, rule.reads);
    const answer = rule.onEvent?.(this.valueIn(slot), run, this.peek);
    if (answer === undefined) return;
    this.state.set(slot, this.values.intern(answer.state));
    if (answer.report) out.push({ ...answer.report, property: rule.id });
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

  /** Judge the `always` rules with these indices. */
  judge(indices: readonly number[], out: Unclassified[]): void {
    for (const i of indices) {
      const rule = this.scene.rules[i]!;
      this.ask(rule.id, rule.reads);
      const report = rule.always?.(this.peek, this.valueIn(this.ruleSlots[i]!));
      if (report) out.push({ ...report, property: rule.id });
    }
  }

  /** Judge the finished run. */
  atEnd(out: Unclassified[]): void {
    this.scene.rules.forEach((rule, i) => {
      if (!rule.atEnd) return;
      // Nothing runs any more, so what the rule looks at need not be visible.
      this.ask(rule.id, null);
      const answer = rule.atEnd(this.peek, this.valueIn(this.ruleSlots[i]!));
      if (answer === undefined) return;
      const reports = Array.isArray(answer) ? (answer as RuleReport[]) : [answer as RuleReport];
      for (const report of reports) out.push({ ...report, property: rule.id });
    });
  }

  /** The state of the rule with this @index. */
  stateOf(index: number): Value {
    return this.valueIn(this.ruleSlots[index]!);
  }

  /** Say which window explains @report. */
  classify(report: Unclassified): Report {
    let window: string | null = null;
    for (const [i, signature] of this.scene.signatures.entries()) {
      this.ask(signature.window, signature.reads);
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

  private ask(who: string, allowed: readonly string[] | null): void {
    this.asking = who;
    this.allowed = allowed;
  }

  private check(type: string, field: string): void {
    if (this.allowed === null || this.allowed.includes(`${type}.${field}`)) return;
    assert(false, `${this.asking} reads ${type}.${field}, which it does not declare`);
  }

  private makePeek(): Peek {
    return {
      get: (obj: Handle, field: string): never => {
        this.check(obj.type, field);
        const cell = this.memory.cell(this.memory.object(obj), field);
        return this.valueIn(cell) as never;
      },
      alive: (obj: Handle): boolean => {
        this.check(obj.type, 'alive');
        const { dead } = this.memory.objects[this.memory.object(obj)]!;
        return this.state.slots[dead] === 0;
      },
      holder: (lock: Handle): string | null => {
        this.check(lock.type, 'holder');
        const content = this.state.slots[this.memory.cell(this.memory.object(lock), '')]!;
        return content > 0 ? this.threadName(content - 1) : null;
      },
    };
  }
}
