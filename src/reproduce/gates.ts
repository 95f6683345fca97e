// SPDX-License-Identifier: GPL-2.0-only
// Waits as Ops: the boundaries of a function become places where a thread tells and waits.

import { event, Handle, type Kfn, store, wait } from '#env/op';
import { POINT_EVENT, type Point, type Role, type Wait, waitText } from './waits.ts';

/** A cell for each point that somebody waits for: true once it was reached. */
type Told = Record<string, boolean>;

/** What a program that is held by waits goes through. */
export class Gates {
  private readonly told = new Handle<Told>('waits', 'waits');
  private readonly waits: readonly Wait[];

  constructor(waits: readonly Wait[]) {
    this.waits = waits;
  }

  /** Run @body as the function @fn: its entry and its end are points of @role. */
  *through<T>(role: Role, fn: string, body: () => Kfn<T>): Kfn<T> {
    yield* this.arrive(`${role}:${fn}+`);
    const result = yield* body();
    yield* this.arrive(`${role}:${fn}-`);
    return result;
  }

  /** As the module does: a point is told first, and then waited at. */
  private *arrive(point: Point): Kfn<void> {
    event(POINT_EVENT, point);
    if (this.waits.some((w) => w.tell === point)) yield* store(this.told, point, true);
    for (const w of this.waits) {
      if (w.at === point) yield* wait(this.told, w.tell, 'eq', true);
    }
  }

  /** What a name of these waits is in a finding. */
  get text(): string {
    return this.waits.map(waitText).join(',');
  }
}
