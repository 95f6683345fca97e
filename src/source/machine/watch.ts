// SPDX-License-Identifier: GPL-2.0-only
// Rules, signatures and sometimes-properties, fed with the events of one run.

import type { Report } from '#checker/program';
import type { Peek, Rule, RunEvent, Signature, Sometimes } from '#checker/scene';
import type { EventName } from '#env/events';
import type { Value } from '#env/op';
import type { SourceEvent } from './events.ts';
import { PSEUDO } from './memory.ts';

/** What watches a world. */
export interface Watched {
  readonly rules: readonly Rule[];
  readonly signatures: readonly Signature[];
  readonly sometimes: readonly Sometimes[];
}

interface Listeners {
  readonly rules: readonly number[];
  readonly signatures: readonly number[];
  readonly sometimes: readonly Sometimes[];
}

/** Words from which on those of the automata that look at more than one device are counted. */
const SHARED_EVENTS = PSEUDO.events + 4 * 512;

type Unclassified = Omit<Report, 'window'>;

/** The automata in the middle of a run; their states are values. */
export interface SavedWatch {
  readonly ruleStates: readonly Value[];
  readonly signatureStates: readonly Value[];
  readonly reports: readonly Report[];
}

/** The automata of one run; begin() starts the next. */
export class Watch {
  private readonly watched: Watched;
  private readonly peek: Peek;
  /** Event -> those who listen to it, by their numbers. */
  private readonly listeners = new Map<string, Listeners>();
  private readonly words = new Map<string, readonly number[]>();
  private readonly abouts = new Map<string, number>();
  private ruleStates: Value[] = [];
  private signatureStates: Value[] = [];
  readonly hits = new Set<string>();
  reports: Report[] = [];

  constructor(watched: Watched, peek: Peek) {
    this.watched = watched;
    this.peek = peek;
    this.begin();
  }

  begin(): void {
    this.ruleStates = this.watched.rules.map((r) => r.initial ?? null);
    this.signatureStates = this.watched.signatures.map((s) => s.initial);
    this.reports = [];
  }

  save(): SavedWatch {
    const { ruleStates, signatureStates, reports } = this;
    return {
      ruleStates: [...ruleStates],
      signatureStates: [...signatureStates],
      reports: [...reports],
    };
  }

  load(to: SavedWatch): void {
    this.ruleStates = [...to.ruleStates];
    this.signatureStates = [...to.signatureStates];
    this.reports = [...to.reports];
  }

  private listenersTo(name: EventName): Listeners {
    let found = this.listeners.get(name);
    if (!found) {
      const { rules, signatures, sometimes } = this.watched;
      const numbers = (list: readonly { readonly events: readonly string[] }[]): number[] =>
        list.flatMap((x, i) => (x.events.includes(name) ? [i] : []));
      found = {
        rules: numbers(rules).filter((i) => rules[i]!.onEvent),
        signatures: numbers(signatures),
        sometimes: sometimes.filter((s) => s.events.includes(name)),
      };
      this.listeners.set(name, found);
    }
    return found;
  }

  /**
   * Words that stand in the log for what an event may change: automata keep a state for each
   * device, and few one for all. Two events without a common word commute.
   */
  wordsOf(e: SourceEvent): readonly number[] {
    const to = this.listenersTo(e.name);
    if (to.rules.length + to.signatures.length === 0) return [];
    const about = e.args[0];
    const name = about !== null && typeof about === 'object' && 'name' in about ? about.name : '';
    const key = `${e.name} ${name}`;
    let words = this.words.get(key);
    if (!words) {
      const known = this.abouts.get(name) ?? this.abouts.size;
      this.abouts.set(name, known);
      const shared = to.signatures.filter((i) => {
        const { initial } = this.watched.signatures[i]!;
        return initial !== null && !Array.isArray(initial);
      });
      words = [PSEUDO.events + 4 * known, ...shared.map((i) => SHARED_EVENTS + 4 * i)];
      this.words.set(key, words);
    }
    return words;
  }

  hear(e: SourceEvent): void {
    const { rules, signatures } = this.watched;
    const to = this.listenersTo(e.name);
    const run: RunEvent = e;
    for (const i of to.signatures) {
      this.signatureStates[i] = signatures[i]!.step(this.signatureStates[i], run, this.peek);
    }
    for (const i of to.rules) {
      const rule = rules[i]!;
      const answer = rule.onEvent!(this.ruleStates[i], run, this.peek);
      if (!answer) continue;
      this.ruleStates[i] = answer.state;
      if (answer.report) this.add({ ...answer.report, property: rule.id });
    }
    for (const s of to.sometimes) {
      if (!this.hits.has(s.id) && s.holds(run, this.peek)) this.hits.add(s.id);
    }
  }

  /** Classify a report by the first signature that explains it. */
  add(report: Unclassified): void {
    const { signatures } = this.watched;
    const by = signatures.findIndex((s, i) =>
      s.explains(this.signatureStates[i], report, this.peek),
    );
    this.reports.push({ ...report, window: by < 0 ? null : signatures[by]!.window });
  }

  /** The run is over and nothing can go on. */
  atEnd(): void {
    this.watched.rules.forEach((rule, i) => {
      const found = rule.atEnd?.(this.peek, this.ruleStates[i]);
      if (!found) return;
      const list = Array.isArray(found) ? found : [found];
      for (const r of list) this.add({ ...r, property: rule.id });
    });
  }
}
