// SPDX-License-Identifier: GPL-2.0-only
// The oracle: every schedule of a small scene, each run from the start, with no cleverness at all.
//
// It shares nothing with the machine but the contract: an interpreter of Ops over plain maps. Each
// run follows a prefix of choices and then always takes the first; the next prefix is the latest
// choice that has an alternative left.

import { Handle, type Op, setRecorder, type ThreadBody, type Value } from '#env/op';
import type { Peek, Rule, RunEvent, Scene } from '../../../src/checker/program/scene.ts';

interface BruteThread {
  readonly name: string;
  readonly daemon: boolean;
  readonly generator: Iterator<Op, unknown, Value>;
  op: Op | null;
  readonly held: string[];
}

export interface BruteResult {
  /** Final states in words, sorted; of runs that no crash has ended. */
  readonly finals: readonly string[];
  /** property|window|subject -> fewest preemptions of a run that shows it. */
  readonly reports: ReadonlyMap<string, number>;
  readonly schedules: number;
  /** False where there were too many schedules. */
  readonly complete: boolean;
}

/** A value in words that are the same for equal values. */
export function wordsOf(value: Value): string {
  if (value instanceof Handle) return `<${value.name}>`;
  if (Array.isArray(value)) return `[${value.map((v: Value) => wordsOf(v)).join()}]`;
  return `${typeof value}:${String(value)}`;
}

/** Run every schedule of @scene, @schedulesMax at most. */
export function brute(scene: Scene, schedulesMax: number): BruteResult {
  const finals = new Set<string>();
  const reports = new Map<string, number>();
  const prefix: number[] = [];
  let schedules = 0;
  for (;;) {
    if (++schedules > schedulesMax) return result(false);
    const run = new BruteRun(scene);
    const widths: number[] = [];
    for (let depth = 0; ; depth++) {
      const moves = run.moves();
      if (moves.length === 0 || depth > 400) break;
      if (depth === prefix.length) prefix.push(0);
      widths.push(moves.length);
      run.take(moves[prefix[depth]!]!);
    }
    run.finish();
    if (!run.crashed) finals.add(run.words());
    for (const [key, cost] of run.reports) {
      reports.set(key, Math.min(cost, reports.get(key) ?? Number.POSITIVE_INFINITY));
    }
    while (prefix.length > 0 && prefix.at(-1)! + 1 >= widths[prefix.length - 1]!) prefix.pop();
    if (prefix.length === 0) return result(true);
    prefix.push(prefix.pop()! + 1);
  }

  function result(complete: boolean): BruteResult {
    return { finals: [...finals].sort(), reports, schedules, complete };
  }
}

interface Move {
  readonly thread: BruteThread;
  readonly choice: number;
}

class BruteRun {
  readonly reports = new Map<string, number>();
  crashed = false;
  private readonly scene: Scene;
  private readonly threads: BruteThread[] = [];
  private readonly memory = new Map<Handle, Map<string, Value>>();
  private readonly dead = new Set<Handle>();
  private readonly writers = new Map<Handle, BruteThread>();
  private readonly readers = new Map<Handle, BruteThread[]>();
  private readonly counts = new Map<string, number>();
  private readonly ruleStates: Value[];
  private readonly signatureStates: Value[];
  private raised: { property: string; subject: string; because: string }[] = [];
  private preemptions = 0;
  private last: BruteThread | null = null;
  private heard: { name: string; args: readonly Value[] }[] = [];

  constructor(scene: Scene) {
    this.scene = scene;
    this.ruleStates = scene.rules.map((rule) => rule.initial ?? null);
    this.signatureStates = scene.signatures.map((signature) => signature.initial);
    for (const [obj, field, value] of scene.init) this.set(obj, field, value);
    for (const body of scene.threads) this.start(body);
  }

  private get(obj: Handle, field: string): Value {
    return this.memory.get(obj)?.get(field) ?? null;
  }

  private set(obj: Handle, field: string, value: Value): void {
    if (!this.memory.has(obj)) this.memory.set(obj, new Map());
    const changed = this.get(obj, field) !== value;
    this.memory.get(obj)!.set(field, value);
    if (changed) this.touched.push(`${obj.type}.${field}`);
  }

  private touched: string[] = [];

  private start(body: ThreadBody): void {
    const nth = (this.counts.get(body.name) ?? 0) + 1;
    this.counts.set(body.name, nth);
    const fn = body.fn as unknown as (...args: readonly unknown[]) => Iterator<Op, unknown, Value>;
    const thread: BruteThread = {
      name: nth === 1 ? body.name : `${body.name}#${nth}`,
      daemon: body.daemon ?? false,
      generator: fn(...body.args),
      op: null,
      held: [],
    };
    this.threads.push(thread);
    this.resume(thread, undefined);
  }

  private resume(thread: BruteThread, value: Value): void {
    this.heard = [];
    const heard = this.heard;
    const nothing = (): void => {};
    const before = setRecorder({
      enter: nothing,
      again: nothing,
      leave: nothing,
      fail: nothing,
      event: (name, args) => heard.push({ name, args }),
    });
    let thrown: string | null = null;
    try {
      const step = thread.generator.next(value);
      thread.op = step.done ? null : step.value;
    } catch (error) {
      thread.op = null;
      thrown = String(error);
    } finally {
      setRecorder(before);
    }
    for (const event of heard) this.hear({ ...event, thread: thread.name });
    if (thrown !== null) this.crash('oops', thread.name);
    else if (thread.op === null) for (const lock of thread.held) this.raise('leaked-lock', lock);
  }

  private hear(event: RunEvent): void {
    const peek = this.peek();
    this.scene.signatures.forEach((signature, i) => {
      if (!signature.events.includes(event.name)) return;
      this.signatureStates[i] = signature.step(this.signatureStates[i], event, peek);
    });
    this.scene.rules.forEach((rule, i) => {
      if (!rule.onEvent || !rule.events.includes(event.name)) return;
      const answer = rule.onEvent(this.ruleStates[i], event, peek);
      if (answer === undefined) return;
      this.ruleStates[i] = answer.state;
      if (answer.report) this.raise(rule.id, answer.report.subject);
    });
  }

  private peek(): Peek {
    return {
      get: (obj, field) => this.get(obj, field) as never,
      alive: (obj) => !this.dead.has(obj),
      holder: (lock) => this.writers.get(lock)?.name ?? null,
    };
  }

  private raise(property: string, subject: string): void {
    this.raised.push({ property, subject, because: '' });
  }

  private crash(property: string, subject: string): void {
    this.crashed = true;
    this.raise(property, subject);
  }

  private report(): void {
    for (const raised of this.raised) {
      const full = { ...raised, facts: {} };
      const window = this.scene.signatures.find((signature, i) =>
        signature.explains(this.signatureStates[i], full, this.peek()),
      );
      const key = `${raised.property}|${window?.window ?? ''}|${raised.subject}`;
      if (!this.reports.has(key)) this.reports.set(key, this.preemptions);
    }
    this.raised = [];
  }

  private able({ op }: BruteThread): boolean {
    if (op === null || this.crashed) return false;
    if (!(op.obj instanceof Handle) || this.dead.has(op.obj)) return true;
    if (op.kind === 'wait') {
      const value = this.get(op.obj, op.field);
      if (op.compare === 'ge') return (value as number) >= (op.arg as number);
      return op.compare === 'ne' ? value !== op.arg : value === op.arg;
    }
    if (op.kind === 'read_lock') return !this.writers.has(op.obj);
    return !(op.kind === 'lock' || op.kind === 'write_lock') || this.isFree(op.obj);
  }

  private isFree(lock: Handle): boolean {
    return !this.writers.has(lock) && (this.readers.get(lock) ?? []).length === 0;
  }

  moves(): Move[] {
    return this.threads
      .filter((thread) => this.able(thread))
      .flatMap((thread) => {
        const width = thread.op?.kind === 'choose' ? Number(thread.op.arg) : 1;
        return Array.from({ length: width }, (_, choice) => ({ thread, choice }));
      });
  }

  take({ thread, choice }: Move): void {
    if (this.last !== null && this.last !== thread && this.able(this.last)) this.preemptions++;
    this.last = thread;
    const op = thread.op!;
    this.touched = [];
    if (!(op.obj instanceof Handle)) this.crash('null-dereference', `NULL.${op.field}`);
    else if (this.dead.has(op.obj) && !['alloc', 'spawn', 'choose'].includes(op.kind)) {
      this.crash(op.kind === 'free' ? 'double-free' : 'use-after-free', op.obj.name);
    } else {
      const result = this.perform(thread, op, choice);
      const { touched } = this;
      if (!this.crashed) this.resume(thread, result);
      for (const rule of this.scene.rules) {
        if (!rule.always || !touched.some((field) => reads(rule, field))) continue;
        const report = rule.always(this.peek(), this.ruleStates[this.scene.rules.indexOf(rule)]!);
        if (report) this.raise(rule.id, report.subject);
      }
    }
    this.report();
  }

  private perform(thread: BruteThread, op: Op, choice: number): Value {
    const { obj, field } = op;
    const old = this.get(obj, field);
    switch (op.kind) {
      case 'load':
      case 'wait':
        return old;
      case 'store':
        return void this.set(obj, field, op.arg);
      case 'add':
        this.set(obj, field, Number(old) + Number(op.arg));
        return old;
      case 'xchg':
        this.set(obj, field, op.arg);
        return old;
      case 'cas':
        if (old === op.expect) this.set(obj, field, op.arg);
        return old;
      case 'choose':
        return choice;
      case 'spawn':
        return void this.start(op.body!);
      case 'alloc':
        return this.allocate(op);
      case 'free':
        this.dead.add(obj);
        this.touched.push(`${obj.type}.*`);
        for (const name of this.memory.get(obj)?.keys() ?? []) this.set(obj, name, null);
        this.memory.delete(obj);
        this.writers.delete(obj);
        this.readers.delete(obj);
        return undefined;
      default:
        return this.performLock(thread, op);
    }
  }

  private allocate(op: Op): Value {
    const key = `${op.obj.name}.${op.field}`;
    const nth = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, nth);
    const name = `${key}#${nth}`;
    const handle = fresh(this.scene, op.struct!.type, name);
    this.touched.push(`${handle.type}.*`);
    for (const [zero, value] of Object.entries(op.struct!.zero)) {
      this.set(handle, zero, value as Value);
    }
    return handle;
  }

  private performLock(thread: BruteThread, op: Op): Value {
    const { obj } = op;
    const readers = this.readers.get(obj) ?? [];
    const release = (): void => {
      thread.held.splice(thread.held.indexOf(obj.name), 1);
    };
    switch (op.kind) {
      case 'trylock':
        if (!this.isFree(obj)) return false;
        break;
      case 'lock':
      case 'write_lock':
        break;
      case 'unlock':
      case 'write_unlock':
        if (this.writers.get(obj) !== thread) return void this.crash('bad-unlock', obj.name);
        this.writers.delete(obj);
        release();
        return undefined;
      case 'read_lock':
        this.readers.set(obj, [...readers, thread]);
        thread.held.push(obj.name);
        return undefined;
      default:
        if (!readers.includes(thread)) return void this.crash('bad-unlock', obj.name);
        this.readers.set(obj, readers.toSpliced(readers.indexOf(thread), 1));
        release();
        return undefined;
    }
    this.writers.set(obj, thread);
    thread.held.push(obj.name);
    return op.kind === 'trylock' ? true : undefined;
  }

  finish(): void {
    if (this.crashed) return;
    const stuck = this.threads.filter((thread) => thread.op !== null);
    if (stuck.some((thread) => !(thread.daemon && thread.op?.kind === 'wait'))) {
      const waits = stuck.every((thread) => thread.op?.kind === 'wait');
      this.reports.set(waits ? 'lost-wake-up' : 'deadlock', this.preemptions);
      return;
    }
    this.scene.rules.forEach((rule, i) => {
      const answer = rule.atEnd?.(this.peek(), this.ruleStates[i]!);
      for (const report of answer === undefined ? [] : [answer].flat()) {
        this.raise(rule.id, report.subject);
      }
    });
    this.report();
  }

  words(): string {
    const parts: string[] = [];
    for (const [obj, fields] of this.memory) {
      for (const [field, value] of fields) {
        if (value !== null) parts.push(`${obj.name}.${field}=${wordsOf(value)}`);
      }
    }
    for (const obj of this.dead) parts.push(`${obj.name} dead`);
    for (const [lock, thread] of this.writers) parts.push(`${lock.name} by ${thread.name}`);
    for (const thread of this.threads) parts.push(`${thread.name} ${thread.op === null}`);
    this.ruleStates.forEach((state, i) => {
      parts.push(`${this.scene.rules[i]!.id}: ${wordsOf(state)}`);
    });
    return parts.sort().join(' ');
  }
}

function reads(rule: Rule, field: string): boolean {
  if (!field.endsWith('*')) return rule.reads.includes(field);
  return rule.reads.some((name) => name.startsWith(field.slice(0, -1)));
}

const made = new WeakMap<Scene, Map<string, Handle>>();

/** The one Handle of this name in all runs of @scene, so that the rules' states compare. */
function fresh(scene: Scene, type: string, name: string): Handle {
  let handles = made.get(scene);
  if (handles === undefined) {
    handles = new Map();
    made.set(scene, handles);
  }
  const handle = handles.get(name) ?? new Handle(type, name);
  handles.set(name, handle);
  return handle;
}
