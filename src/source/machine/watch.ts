// SPDX-License-Identifier: GPL-2.0-only
// Rules, signatures and sometimes-properties, fed with the events of one run.

import type { Report } from '#checker/program';
import type { Peek, Rule, RunEvent, Signature, Sometimes } from '#checker/scene';
import type { Value } from '#env/op';
import type { SourceEvent } from './events.ts';

/** What watches a world. */
export interface Watched {
  readonly rules: readonly Rule[];
  readonly signatures: readonly Signature[];
  readonly sometimes: readonly Sometimes[];
}

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

  hear(e: SourceEvent): void {
    const { rules, signatures, sometimes } = this.watched;
    const run: RunEvent = e;
    for (let i = 0; i < signatures.length; i++) {
      const s = signatures[i]!;
      if (s.events.includes(e.name)) {
        this.signatureStates[i] = s.step(this.signatureStates[i], run, this.peek);
      }
    }
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]!;
      if (!rule.onEvent || !rule.events.includes(e.name)) continue;
      const answer = rule.onEvent(this.ruleStates[i], run, this.peek);
      if (!answer) continue;
      this.ruleStates[i] = answer.state;
      if (answer.report) this.add({ ...answer.report, property: rule.id });
    }
    for (const s of sometimes) {
      if (!this.hits.has(s.id) && s.events.includes(e.name) && s.holds(run, this.peek)) {
        this.hits.add(s.id);
      }
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
