// SPDX-License-Identifier: GPL-2.0-only
// Rules, signatures and sometimes-properties, fed with the events of one run.

import { DeclaredPeek } from '#checker/program/declared-peek';
import type { Report } from '#checker/program/program';
import type { Peek, Rule, RunEvent, Signature, Sometimes } from '#checker/program/scene';
import { aboutOf, type EventName } from '#env/events';
import type { Value } from '#env/op';
import type { SourceEvent } from './events.ts';
import { PSEUDO } from './words.ts';

/** What watches a world. */
interface WatchList {
  readonly rules: readonly Rule[];
  readonly signatures: readonly Signature[];
  readonly sometimes: readonly Sometimes[];
}

/** An event of some thread, with who hears it; equal ones are the same object. */
interface Known {
  readonly id: number;
  readonly rules: readonly number[];
  /** Signatures that step by their state and the event alone, and those that look at memory. */
  readonly pure: readonly number[];
  readonly looking: readonly number[];
  /** Ids of the sometimes-properties that it shows, and those that look at memory to tell. */
  readonly shows: readonly string[];
  readonly maybe: readonly Sometimes[];
  /** See wordsOf(). */
  readonly words: readonly number[];
}

/** States of the signatures that look at nothing, and what an event makes of them: asked once. */
interface Joint {
  readonly states: readonly Value[];
  /** By the event's id. */
  readonly next: Joint[];
}

/** A step in the table of known events. */
type Branch = Map<unknown, Branch | Known>;

/** Words from which on those of the automata that look at more than one device are counted. */
const SHARED_EVENTS = PSEUDO.events + 4 * 512;

type Unclassified = Omit<Report, 'window'>;

/** The automata in the middle of a run; their states are values. */
export interface SavedWatch {
  readonly ruleStates: readonly Value[];
  readonly joint: Joint;
  readonly lookingStates: readonly Value[];
  readonly reports: readonly Report[];
}

/** The automata of one run; begin() starts the next. */
export class RuleWatch {
  private readonly watched: WatchList;
  private readonly peek: DeclaredPeek;
  private readonly events: Branch = new Map();
  private readonly abouts = new Map<string, number>();
  private readonly first: Joint;
  private readonly joints = new Map<string, Joint>();
  private count = 0;
  private ruleStates: Value[] = [];
  private joint: Joint;
  /** States of signatures that look at memory, by their numbers; the others' places are unused. */
  private lookingStates: Value[] = [];
  readonly hits = new Set<string>();
  reports: Report[] = [];

  constructor(watched: WatchList, peek: Peek) {
    this.watched = watched;
    this.peek = new DeclaredPeek(peek);
    this.first = { states: watched.signatures.map((s) => s.initial), next: [] };
    this.joint = this.first;
    this.begin();
  }

  begin(): void {
    this.ruleStates = this.watched.rules.map((r) => r.initial ?? null);
    this.joint = this.first;
    this.lookingStates = [...this.first.states];
    this.reports = [];
  }

  save(): SavedWatch {
    const { ruleStates, joint, lookingStates, reports } = this;
    return {
      ruleStates: [...ruleStates],
      joint,
      lookingStates: [...lookingStates],
      reports: [...reports],
    };
  }

  load(to: SavedWatch): void {
    this.ruleStates = [...to.ruleStates];
    this.joint = to.joint;
    this.lookingStates = [...to.lookingStates];
    this.reports = [...to.reports];
  }

  /** The event in the table: by its name, its thread and each of its arguments. */
  private known(e: SourceEvent): Known {
    let at = this.branch(this.branch(this.events, e.name), e.thread);
    for (const arg of e.args) at = this.branch(at, arg);
    let known = at.get(RuleWatch) as Known | undefined;
    if (!known) {
      known = this.makeKnown(e);
      at.set(RuleWatch, known);
    }
    return known;
  }

  private branch(from: Branch, key: unknown): Branch {
    let to = from.get(key) as Branch | undefined;
    if (!to) {
      to = new Map();
      from.set(key, to);
    }
    return to;
  }

  private makeKnown(e: SourceEvent): Known {
    const { rules, signatures, sometimes } = this.watched;
    const hears = (x: { readonly events: readonly EventName[] | readonly string[] }): boolean =>
      (x.events as readonly string[]).includes(e.name);
    const numbers = [...signatures.keys()].filter((i) => hears(signatures[i]!));
    const heard = sometimes.filter(hears);
    const blind = heard.filter((s) => (s.reads?.length ?? 0) === 0);
    const known = {
      id: this.count++,
      rules: [...rules.keys()].filter((i) => hears(rules[i]!) && rules[i]!.onEvent),
      pure: numbers.filter((i) => signatures[i]!.reads.length === 0),
      looking: numbers.filter((i) => signatures[i]!.reads.length > 0),
      shows: blind.filter((s) => s.holds(e, this.peek.of(s.id, s))).map((s) => s.id),
      maybe: heard.filter((s) => !blind.includes(s)),
    };
    return { ...known, words: this.wordsFor(e, [...known.rules, ...numbers].length > 0, numbers) };
  }

  private wordsFor(e: SourceEvent, heard: boolean, signatures: readonly number[]): number[] {
    if (!heard) return [];
    const about = aboutOf(e);
    const name = about !== null && typeof about === 'object' && 'name' in about ? about.name : '';
    const number = this.abouts.get(name) ?? this.abouts.size;
    this.abouts.set(name, number);
    const shared = signatures.filter((i) => {
      const { initial } = this.watched.signatures[i]!;
      return initial !== null && !Array.isArray(initial);
    });
    return [PSEUDO.events + 4 * number, ...shared.map((i) => SHARED_EVENTS + 4 * i)];
  }

  /**
   * Words that stand in the log for what an event may change: automata keep a state for each
   * device, and few one for all. Two events without a common word commute.
   */
  wordsOf(e: SourceEvent): readonly number[] {
    return this.known(e).words;
  }

  hear(e: SourceEvent): void {
    const { rules, signatures } = this.watched;
    const to = this.known(e);
    const run: RunEvent = e;
    if (to.pure.length > 0) this.joint = this.joint.next[to.id] ?? this.step(to, run);
    for (const i of to.looking) {
      const signature = signatures[i]!;
      const peek = this.peek.of(signature.window, signature);
      this.lookingStates[i] = signature.step(this.lookingStates[i], run, peek);
    }
    for (const i of to.rules) {
      const rule = rules[i]!;
      const peek = this.peek.of(rule.id, rule);
      const answer = rule.onEvent!(this.ruleStates[i], run, peek);
      if (!answer) continue;
      this.ruleStates[i] = answer.state;
      if (answer.report) this.add({ ...answer.report, property: rule.id });
    }
    for (const id of to.shows) this.hits.add(id);
    for (const each of to.maybe) {
      if (this.hits.has(each.id)) continue;
      if (each.holds(run, this.peek.of(each.id, each))) this.hits.add(each.id);
    }
  }

  private step(to: Known, run: RunEvent): Joint {
    const { joint } = this;
    const states = [...joint.states];
    let changed = false;
    for (const i of to.pure) {
      const signature = this.watched.signatures[i]!;
      const after = signature.step(states[i], run, this.peek.of(signature.window, signature));
      changed ||= after !== states[i];
      states[i] = after;
    }
    const next = changed ? this.jointOf(states) : joint;
    joint.next[to.id] = next;
    return next;
  }

  private jointOf(states: readonly Value[]): Joint {
    const key = JSON.stringify(states);
    const known = this.joints.get(key) ?? { states, next: [] };
    this.joints.set(key, known);
    return known;
  }

  /** Classify a report by the first signature that explains it. */
  add(report: Unclassified): void {
    const { signatures } = this.watched;
    const by = signatures.findIndex((s, i) => {
      const state = s.reads.length > 0 ? this.lookingStates[i] : this.joint.states[i];
      return s.explains(state, report, this.peek.of(s.window, s));
    });
    this.reports.push({ ...report, window: by < 0 ? null : signatures[by]!.window });
  }

  /** The run is over and nothing can go on. */
  atEnd(): void {
    this.watched.rules.forEach((rule, i) => {
      const found = rule.atEnd?.(this.peek.of(rule.id, rule, true), this.ruleStates[i]);
      if (!found) return;
      const list = Array.isArray(found) ? found : [found];
      for (const r of list) this.add({ ...r, property: rule.id });
    });
    for (const each of this.watched.sometimes) {
      if (!each.atEnd || this.hits.has(each.id)) continue;
      if (each.atEnd(this.peek.of(each.id, each, true))) this.hits.add(each.id);
    }
  }
}
