// SPDX-License-Identifier: GPL-2.0-only
// What a run comes to, worked out step by step and without what explains findings.
import { Machine } from '#checker/machine/machine';
import type { Report } from '#checker/program/program';
import { replay } from '#checker/program/schedule';
import type { Finding, TraceStep } from '#finding/finding';
import { breaksTheSame } from '#finding/key';
import { ruleBroken } from '#properties/index';
import { revisionOf } from '#run/kernel-spec';
import { watchedScene } from '#run/watched-scene';
import type { World } from '#worlds/world';

/** The program of @finding. */
export function machineOf(finding: Finding): Machine {
  const revision = revisionOf({ ...finding.revision, userFixes: [] });
  if (!revision.ok) throw new Error(revision.error.message);
  return new Machine(watchedScene(finding.world as World, revision.value, null));
}

/** The locks that each thread holds after each step, by the operations alone. */
export function heldAlong(trace: readonly TraceStep[]): ReadonlyMap<string, readonly string[]>[] {
  const held = new Map<string, string[]>();
  return trace.map(({ thread, op, object, result }) => {
    const own = held.get(thread) ?? [];
    const takes =
      /^(?:lock|read_lock|write_lock)$/.test(op) || (op === 'trylock' && result === 'true');
    if (takes) held.set(thread, [...own, object]);
    else if (/unlock$/.test(op)) held.set(thread, own.toSpliced(own.lastIndexOf(object), 1));
    return new Map(held);
  });
}

/** The threads that wait for a lock while another one takes each step of the run of @finding. */
export function waitsAlong(finding: Finding): ReadonlySet<string>[] {
  const machine = machineOf(finding);
  const done = replay(machine, finding.schedule);
  if (!done.ok) throw new Error(done.error.message);
  machine.reset();
  return done.value.run.map(({ thread, choice }) => {
    const waiting = new Set<string>();
    for (let t = 0; t < machine.threadCount(); t++) {
      if (t === thread || !machine.exists(t) || machine.isDone(t) || machine.enabled(t)) continue;
      if (/lock$/.test(machine.pending(t).kind)) waiting.add(machine.threadName(t));
    }
    machine.step(thread, choice);
    return waiting;
  });
}

/** Is the rule of @finding broken in every order that goes on from its step @at? */
export function isCertainAfter(machine: Machine, finding: Finding, at: number): boolean {
  const done = replay(machine, finding.schedule);
  if (!done.ok) throw new Error(done.error.message);
  const { subject } = finding.witness;
  const rule = { property: finding.property, window: null };
  const shows = (reports: readonly Report[]): boolean =>
    reports.some(
      (r) => breaksTheSame({ ...ruleBroken(r), window: null }, rule) && r.subject === subject,
    );
  machine.reset();
  if (shows(machine.reports)) return true;
  for (const { thread, choice } of done.value.run.slice(0, at + 1)) {
    machine.step(thread, choice);
    if (shows(machine.reports)) return true;
  }
  const seen = new Set<string>();
  /** True if some order from here keeps the rule. */
  const spared = (): boolean => {
    const words = new Uint32Array(4);
    machine.fingerprint(words);
    const state = words.join();
    if (seen.has(state)) return false;
    seen.add(state);
    let isEnd = true;
    for (let t = 0; t < machine.threadCount(); t++) {
      for (let c = 0; machine.enabled(t) && c < machine.choices(t); c++) {
        isEnd = false;
        const mark = machine.mark();
        machine.step(t, c);
        const kept = !shows(machine.reports) && spared();
        machine.undo(mark);
        if (kept) return true;
      }
    }
    return isEnd && !shows(machine.atEnd());
  };
  return !spared();
}
