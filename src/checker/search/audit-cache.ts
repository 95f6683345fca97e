// SPDX-License-Identifier: GPL-2.0-only
// Is it true that a state met again leads to nothing new? Go on from it, and see.
//
// An exhaustive search turns back where it meets a state that it knows. That is right only if equal
// fingerprints mean equal states, if local states are named well, and if each reduction keeps what
// it promises. So of every Nth of these places the way there is kept; when the search is over, the
// way is taken again and random walks go on from its end, without cache and without reduction. Each
// must end in a state that the search has seen to be final, and break no rule that the search has
// not seen broken.

import { AUDIT_STEPS_MAX, AUDIT_WALKS } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import { randomFrom } from '#checker/program/random';
import { type Choice, enabledThreads, type Found, type Path } from '#checker/program/run';
import { reportKey } from '#finding/key';

/** What an audit has looked at, and what it has found wrong. */
export interface Audited {
  readonly hits: number;
  readonly walks: number;
  /** In words; empty if all was well. */
  readonly differences: readonly string[];
}

/** Keeps what it needs while a search runs; then tells whether the search was right. */
export class CacheAudit {
  private readonly machine: Machine;
  private readonly every: number;
  private readonly finals = new Set<string>();
  private readonly kept: Choice[][] = [];
  private readonly words = new Uint32Array(4);
  private hits = 0;

  constructor(machine: Machine, every: number) {
    this.machine = machine;
    this.every = every;
  }

  /** A known state is met. */
  hit(path: Path): void {
    if (++this.hits % this.every === 0) this.kept.push(path.run());
  }

  /** A state is met where nothing is enabled. */
  terminal(): void {
    this.finals.add(this.name());
  }

  private name(): string {
    this.machine.fingerprint(this.words);
    return this.words.join();
  }

  /** Take up every place that was kept; @found is what the search has found, which was not cut. */
  verify(found: readonly Found[]): Audited {
    const { machine } = this;
    const known = new Set(found.map(({ report }) => reportKey(report)));
    const random = randomFrom(this.kept.length);
    const differences: string[] = [];
    for (const run of this.kept) {
      machine.reset();
      for (const { thread, choice } of run) machine.step(thread, choice);
      const mark = machine.mark();
      for (let i = 0; i < AUDIT_WALKS; i++) {
        const wrong = this.walk(known, random);
        if (wrong !== null) differences.push(`after ${run.length} steps: ${wrong}`);
        machine.undo(mark);
      }
    }
    return { hits: this.kept.length, walks: this.kept.length * AUDIT_WALKS, differences };
  }

  /** Go on to the end; says what the search has missed. */
  private walk(known: ReadonlySet<string>, random: () => number): string | null {
    const { machine } = this;
    for (let steps = 0; steps < AUDIT_STEPS_MAX; steps++) {
      const able = enabledThreads(machine);
      const reports = able.length === 0 ? machine.atEnd() : machine.reports;
      const fresh = reports.find((r) => !known.has(reportKey(r)));
      if (fresh !== undefined) return `${reportKey(fresh)} was not found`;
      if (able.length === 0) {
        const seen = machine.hasCrashed() || this.finals.has(this.name());
        return seen ? null : 'a final state was not reached';
      }
      const t = able[Math.floor(random() * able.length)]!;
      machine.step(t, Math.floor(random() * machine.choices(t)));
    }
    return null;
  }
}
