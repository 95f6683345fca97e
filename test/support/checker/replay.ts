// SPDX-License-Identifier: GPL-2.0-only
// The plainest Program there can be: generators run forward from the start; no undo, no tricks.
//
// It shares nothing with the machine but the contract, so that each can be tested by the other.

import { Handle, type Op, setRecorder, type ThreadBody, type Value } from '#env/op';
import type { TraceStep } from '#finding/step';
import type { Effect, OpView, Program, Report } from '../../../src/checker/program/program.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';

interface Thread {
  readonly name: string;
  readonly body: ThreadBody;
  readonly gen: Iterator<Op, unknown, Value>;
  op: Op | null;
}

const matches = (op: Op, value: Value): boolean => {
  if (op.compare === 'ne') return value !== op.arg;
  if (op.compare === 'ge') return (value as number) >= (op.arg as number);
  return value === op.arg;
};

/** A scene as a Program that can only reset and step. */
export class ReplayProgram implements Program {
  readonly name: string;
  readonly capabilities = [];
  readonly reports: Report[] = [];
  private readonly scene: Scene;
  private threads: (Thread | undefined)[] = [];
  private readonly threadNames: string[] = [];
  private memory = new Map<string, Value>();
  private readonly views = new Map<string, OpView>();
  private readonly numbers = new Map<string, number>();

  constructor(scene: Scene) {
    this.scene = scene;
    this.name = scene.name;
    this.reset();
  }

  reset(): void {
    this.threads = [];
    this.memory = new Map();
    for (const [obj, field, value] of this.scene.init) this.memory.set(key(obj, field), value);
    for (const body of this.scene.threads) this.start(body);
  }

  threadCount = (): number => this.threadNames.length;
  threadName = (t: number): string => this.threadNames[t]!;
  isDone = (t: number): boolean => (this.threads[t]?.op ?? null) === null;
  isDaemon = (t: number): boolean => Boolean(this.threads[t]!.body.daemon);
  atEnd = (): readonly Report[] => [];

  record(): TraceStep {
    throw new Error('the replay program keeps no records');
  }

  enabled(t: number): boolean {
    const op = this.threads[t]?.op ?? null;
    if (op === null) return false;
    const at = this.memory.get(key(op.obj, op.field));
    if (op.kind === 'lock' || op.kind === 'write_lock') return !at;
    if (op.kind === 'read_lock') return ((at as number | undefined) ?? 0) >= 0;
    return op.kind !== 'wait' || matches(op, at ?? null);
  }

  choices(t: number): number {
    const op = this.threads[t]!.op!;
    return op.kind === 'choose' ? (op.arg as number) : 1;
  }

  pending(t: number): OpView {
    const op = this.threads[t]!.op!;
    const effect = this.effect(op);
    const id = `${op.kind} ${op.obj.name} ${op.field} ${op.body?.name} ${effect} ${op.marked}`;
    let view = this.views.get(id);
    if (view === undefined) {
      const local = op.kind === 'choose' || op.kind === 'spawn';
      const cell = op.kind === 'spawn' ? `name ${op.body!.name}` : key(op.obj, op.field);
      view = {
        kind: op.kind,
        cell: op.kind === 'choose' ? -1 : this.number(cell),
        object: local ? -1 : this.number(op.obj.name),
        effect,
        plain: !op.marked,
        visible: false,
        objectName: op.obj.name,
        objectType: op.obj.type,
        field: op.field,
        valueText: '',
        fn: '',
      };
      this.views.set(id, view);
    }
    return view;
  }

  step(t: number, choice = 0): void {
    const thread = this.threads[t]!;
    const result = this.perform(thread!.op!, choice);
    this.resume(thread!, result);
  }

  private perform(op: Op, choice: number): Value {
    const k = key(op.obj, op.field);
    const old = this.memory.get(k) ?? null;
    const n = (old as number | null) ?? 0;
    switch (op.kind) {
      case 'store':
      case 'xchg':
        this.memory.set(k, op.arg);
        return old;
      case 'add':
        this.memory.set(k, n + (op.arg as number));
        return old;
      case 'cas':
        if (old === op.expect) this.memory.set(k, op.arg);
        return old;
      case 'trylock':
        this.memory.set(k, -1);
        return !n;
      case 'lock':
      case 'write_lock':
        this.memory.set(k, -1);
        return undefined;
      case 'unlock':
      case 'write_unlock':
        this.memory.set(k, 0);
        return undefined;
      case 'read_lock':
        this.memory.set(k, n + 1);
        return undefined;
      case 'read_unlock':
        this.memory.set(k, n - 1);
        return undefined;
      case 'spawn':
        this.start(op.body!);
        return undefined;
      case 'choose':
        return choice;
      case 'alloc':
        return this.allocate(op, k, n);
      case 'free':
        return undefined;
      default:
        return old;
    }
  }

  private allocate(op: Op, k: string, n: number): Handle {
    this.memory.set(k, n + 1);
    const made = new Handle(op.struct!.type, `${op.obj.name}.${op.field}#${n + 1}`);
    for (const [field, value] of Object.entries(op.struct!.zero)) {
      this.memory.set(key(made, field), value as Value);
    }
    return made;
  }

  private effect(op: Op): Effect {
    const at = this.memory.get(key(op.obj, op.field)) ?? null;
    switch (op.kind) {
      case 'load':
      case 'wait':
        return 'read';
      case 'cas':
        return at === op.expect ? 'write' : 'read';
      case 'trylock':
        return at ? 'read' : 'acquire';
      case 'lock':
      case 'write_lock':
        return 'acquire';
      case 'unlock':
      case 'write_unlock':
        return 'release';
      case 'read_lock':
        return 'share';
      case 'read_unlock':
        return 'unshare';
      case 'free':
        return 'free';
      case 'choose':
        return 'none';
      default:
        return 'write';
    }
  }

  private start(body: ThreadBody): void {
    const fn = body.fn as unknown as (...args: readonly unknown[]) => Iterator<Op, unknown, Value>;
    const nth = this.threads.filter((t) => t?.body.name === body.name).length;
    const name = nth === 0 ? body.name : `${body.name}#${nth + 1}`;
    if (!this.threadNames.includes(name)) this.threadNames.push(name);
    const thread: Thread = { name, body, gen: fn(...body.args), op: null };
    this.threads[this.threadNames.indexOf(name)] = thread;
    this.resume(thread, undefined);
  }

  private resume(thread: Thread, result: Value): void {
    const before = setRecorder(null);
    const next = thread.gen.next(result);
    setRecorder(before);
    thread.op = next.done ? null : next.value;
  }

  private number(name: string): number {
    const known = this.numbers.get(name) ?? this.numbers.size;
    this.numbers.set(name, known);
    return known;
  }
}

const key = (obj: Handle, field: string): string => `${obj.name}/${field}`;
