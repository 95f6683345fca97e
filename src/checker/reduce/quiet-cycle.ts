// SPDX-License-Identifier: GPL-2.0-only
// Whether steps go round in a cycle: a state to come back to, and a cheap test before the real one.

import type { Machine } from '#checker/machine/machine';

/** Steps after which it is asked whether they go round; a power of two. */
const CYCLE_MIN = 16;

/** Remembers one state of a machine. */
export class Cycle {
  private locals = new Int32Array(8);
  private f0 = 0;
  private f1 = 0;
  private f2 = 0;
  private f3 = 0;
  private next = CYCLE_MIN;

  /** True if @machine, in which @t has taken the last of so many @steps, has gone round. */
  hasClosed(machine: Machine, t: number, steps: number): boolean {
    if (steps < CYCLE_MIN) return false;
    if (steps === CYCLE_MIN) this.next = CYCLE_MIN;
    else if (this.closes(machine, t)) return true;
    if (steps === this.next) {
      this.begin(machine);
      this.next *= 2;
    }
    return false;
  }

  /** Remember the state in which @machine is now. */
  private begin(machine: Machine): void {
    const count = machine.threadCount();
    if (this.locals.length < count) this.locals = new Int32Array(count * 2);
    for (let t = 0; t < count; t++) this.locals[t] = machine.local(t);
    const { state } = machine;
    state.sync();
    this.f0 = state.f0;
    this.f1 = state.f1;
    this.f2 = state.f2;
    this.f3 = state.f3;
  }

  /** True if @machine, in which @t has moved, is in the remembered state again. */
  private closes(machine: Machine, t: number): boolean {
    if (this.locals[t] !== machine.local(t)) return false;
    const { state } = machine;
    state.sync();
    const same = state.f0 === this.f0 && state.f1 === this.f1;
    return same && state.f2 === this.f2 && state.f3 === this.f3;
  }
}
