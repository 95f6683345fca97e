// SPDX-License-Identifier: GPL-2.0-only
// Records a run step by step, with the locks of each thread in the order in which it took them.
//
// A program keeps the locks of a thread as a set, since states that differ in their order only are
// one state. A run has an order: what was held before stays in its place, what is new comes last.

import type { TraceStep } from '#finding/step';
import type { Program } from './program.ts';

/** Takes the steps of one run, from its start. */
export class StepRecorder {
  private readonly program: Program;
  /** By thread, what it holds, first taken first. */
  private readonly held = new Map<number, readonly string[]>();

  constructor(program: Program) {
    this.program = program;
  }

  /** Let thread @t take its step. */
  record(t: number, choice = 0): TraceStep {
    const step = this.program.record(t, choice);
    const locks = ordered(this.held.get(t) ?? [], step.locks);
    this.held.set(t, locks);
    return { ...step, locks };
  }
}

/** @now in the order of @before; a lock that is held twice, for reading, is there twice. */
function ordered(before: readonly string[], now: readonly string[]): string[] {
  const left = [...now];
  const kept = before.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return [...kept, ...left];
}
