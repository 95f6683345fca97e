// SPDX-License-Identifier: GPL-2.0-only
// Watches the worlds of a check while they are explored, and tells how far they have come.

import { must } from '#base/assert';
import type { CheckProgress } from '#finding/report';
import type { WorldOutcome } from './check-world.ts';
import { Meters, type Row } from './meters.ts';

const EVERY_MS = 100;

/** Tells @tell of every world that is done and, ten times a second, of those under way. */
export class ProgressRelay {
  private readonly tell: (progress: CheckProgress) => void;
  private names: readonly string[] = [];
  private meters = new Meters(0);
  private timer: NodeJS.Timeout | undefined;
  private worldsDone = 0;
  private states = 0;
  private findings = 0;
  private latest = '';

  constructor(tell: (progress: CheckProgress) => void) {
    this.tell = tell;
  }

  /** Worlds of these @names are about to be explored. */
  begin(names: readonly string[]): void {
    this.names = names;
    this.meters = new Meters(names.length);
    this.timer = setInterval(() => this.show(), EVERY_MS);
    this.timer.unref();
  }

  /** Where whoever explores world @index says how far it has come. */
  row(index: number): Row {
    return this.meters.row(index);
  }

  /** World @index is done. */
  done(index: number, outcome: WorldOutcome): void {
    this.meters.done(index);
    this.worldsDone++;
    this.states += outcome.states;
    this.findings += outcome.findings.length;
    this.latest = must(this.names[index], 'a world that is done was begun');
    this.show();
  }

  /** Say how far it is. */
  show(): void {
    const underWay = this.meters.underWay();
    const [first] = underWay;
    const world = first === undefined ? this.latest : this.names[first.index]!;
    this.tell({
      worldsDone: this.worldsDone,
      worldsTotal: this.names.length,
      world,
      states: underWay.reduce((sum, { states }) => sum + states, this.states),
      findings: this.findings,
      ...(first && { underWay: { world, open: first.open, low: first.low, high: first.high } }),
    });
  }

  /** All is done. */
  end(): void {
    clearInterval(this.timer);
  }
}
