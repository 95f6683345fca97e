// SPDX-License-Identifier: GPL-2.0-only
// A closed scene in terms of Ops: initial values, threads, and the rules that watch them.

import type { Handle, ThreadBody, Value } from '#env/op';
import type { Report } from './program.ts';

/** Read-only view of shared memory, for rules. */
export interface Peek {
  get<F extends object, K extends keyof F & string>(obj: Handle<F>, field: K): F[K];
  /** False once the object has been freed. */
  alive(obj: Handle): boolean;
  /** Name of the thread that holds a mutex, spinlock or write side; null when free. */
  holder(lock: Handle): string | null;
}

/** An event as a rule sees it: what the model reported with event(name, ...args). */
export interface RunEvent {
  readonly name: string;
  readonly args: readonly Value[];
  readonly thread: string;
}

export type RuleReport = Omit<Report, 'window' | 'property'>;

/** What a rule or signature looks at. */
export interface Watch {
  /**
   * If given, these objects stand for all of their types: events whose arguments name another
   * object of such a type are not heard, writes to its fields are not seen. What is not looked at
   * is not visible, and costs no interleavings.
   */
  readonly subjects?: readonly Handle[];
}

/**
 * A rule. Its state is part of the program's state and is hashed, so it must be small.
 * `events` and `reads` ('type.field') are declared: Ops that carry such an event or write such a
 * field are visible, that is mutually dependent; anything else the rule cannot see.
 */
export interface Rule extends Watch {
  readonly id: string;
  readonly events: readonly string[];
  readonly reads: readonly string[];
  /** What atEnd looks at besides: nothing runs any more then, so it costs no interleavings. */
  readonly readsAtEnd?: readonly string[];
  readonly initial?: Value;
  /** Next state, and possibly a report. */
  onEvent?(
    state: Value,
    e: RunEvent,
    peek: Peek,
  ): { state: Value; report?: RuleReport } | undefined;
  /** Judged at the beginning, and after each Op that writes one of `reads`. */
  always?(peek: Peek, state: Value): RuleReport | undefined;
  /** Judged where nothing is enabled and no thread is stuck: else that is what is reported. */
  atEnd?(peek: Peek, state: Value): RuleReport | readonly RuleReport[] | undefined;
}

/**
 * The signature of a window: an automaton over events (and cells), and the reports it explains.
 * Signatures classify; they never suppress. Their order in a scene is their precedence.
 */
export interface Signature extends Watch {
  readonly window: string;
  readonly events: readonly string[];
  readonly reads: readonly string[];
  readonly initial: Value;
  step(state: Value, e: RunEvent, peek: Peek): Value;
  explains(state: Value, report: Omit<Report, 'window'>, peek: Peek): boolean;
}

/**
 * Proof that something happens in some run: an outcome of the search, not part of the state. What
 * looks at memory declares it in `reads` and is visible as a rule is, until it has been seen: a
 * search that has yet to begin then need not look for it any more.
 */
export interface Sometimes extends Watch {
  readonly id: string;
  readonly events: readonly string[];
  readonly reads?: readonly string[];
  holds(e: RunEvent, peek: Peek): boolean;
  /** What atEnd looks at besides, as that of a rule. */
  readonly readsAtEnd?: readonly string[];
  /** True where a run that is over, with no thread stuck, is one in which it happens. */
  atEnd?(peek: Peek): boolean;
}

/** A scene as it is written: what it does not have, it may leave out. */
export type SceneInput = Omit<Scene, Watching> & Partial<Pick<Scene, Watching>>;

type Watching = 'rules' | 'signatures' | 'sometimes';

/** @scene with empty lists for what it leaves out. */
export function wholeScene(scene: SceneInput): Scene {
  const { rules = [], signatures = [], sometimes = [] } = scene;
  return scene.rules && scene.signatures && scene.sometimes
    ? (scene as Scene)
    : { ...scene, rules, signatures, sometimes };
}

/** Everything the machine needs to run the scene. */
export interface Scene {
  readonly name: string;
  /** Cells whose initial value is not null. */
  readonly init: readonly (readonly [obj: Handle, field: string, value: Value])[];
  readonly threads: readonly ThreadBody[];
  readonly rules: readonly Rule[];
  readonly signatures: readonly Signature[];
  readonly sometimes: readonly Sometimes[];
  /**
   * Events and 'type.field' names that rules, signatures and sometimes-properties declare and that
   * this scene may lack. A name that no thread comes across in a whole search is else an error.
   */
  readonly mayLack?: readonly string[];
}
