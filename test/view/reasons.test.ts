// SPDX-License-Identifier: GPL-2.0-only
// Why a step saw its value: told by a memory that is written forward, step by step.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TraceStep } from '#finding/step';
import { reasonsOf } from '#view/model/reasons';
import { step } from '../report/example.ts';

const threads = ['A', 'B', 'C'];
const cells = ['x->a', 'x->b', 'y->a'];

/** A step of a run in which every value and every lock is as it would be. */
const moves = fc.array(
  fc.record({
    thread: fc.constantFrom(...threads),
    op: fc.constantFrom('load', 'store', 'cas', 'lock', 'unlock', 'trylock', 'free' as const),
    cell: fc.constantFrom(...cells),
    lock: fc.constantFrom('L', 'M'),
    value: fc.nat(2),
  }),
  { maxLength: 60 },
);

interface Kept {
  readonly trace: TraceStep[];
  /** For each step: the step that its reason has to name; null: none; undefined: no reason. */
  readonly because: (number | null | undefined)[];
}

/** The run that @all come to; what can not happen is left out. */
function runOf(
  all: readonly { [K in 'thread' | 'op' | 'cell' | 'lock']: string }[],
  values: number[],
) {
  const kept: Kept = { trace: [], because: [] };
  const written = new Map<string, number>();
  const value = new Map<string, string>();
  const released = new Map<string, number>();
  const taken = new Map<string, { thread: string; at: number }>();
  all.forEach(({ thread, op, cell, lock }, i) => {
    const at = kept.trace.length;
    const held = taken.get(lock);
    const now = value.get(cell) ?? '0';
    const put = (
      s: Partial<TraceStep>,
      where: string,
      because: number | null | undefined,
    ): void => {
      kept.trace.push({ ...step(thread, 'f', op as never, where), ...s });
      kept.because.push(because);
    };
    if (op === 'lock' && held === undefined) {
      put({}, lock, released.get(lock) ?? null);
      taken.set(lock, { thread, at });
    } else if (op === 'trylock') {
      put(
        { result: String(held === undefined) },
        lock,
        held ? held.at : (released.get(lock) ?? null),
      );
      if (held === undefined) taken.set(lock, { thread, at });
    } else if (op === 'unlock' && held?.thread === thread) {
      put({}, lock, undefined);
      taken.delete(lock);
      released.set(lock, at);
    } else if (op === 'load') {
      put({ result: now, before: now, after: now }, cell, written.get(cell) ?? null);
    } else if (op === 'store' || op === 'cas') {
      const next = String(values[i]);
      put(
        { before: now, after: next },
        cell,
        op === 'cas' ? (written.get(cell) ?? null) : undefined,
      );
      if (op === 'store' || next !== now) written.set(cell, at);
      value.set(cell, next);
    } else if (op === 'free') {
      const [object = ''] = cell.split('->');
      put({}, object, undefined);
      for (const c of cells.filter((name) => name.startsWith(`${object}->`))) written.set(c, at);
    }
  });
  return kept;
}

test('each reason names the last write, or the last time that the lock was given back', () => {
  fc.assert(
    fc.property(moves, (all) => {
      const { trace, because } = runOf(
        all,
        all.map((m) => m.value),
      );
      because.forEach((want, i) => {
        const reasons = reasonsOf(trace, i);
        expect(reasons.map((r) => r.step)).toEqual(want === undefined ? [] : [want]);
        if (want == null) return;
        expect(want).toBeLessThan(i);
        const other = trace[want]!.thread !== trace[i]!.thread;
        if (other && trace[i]!.result !== 'false') {
          expect(reasons[0]!.text).toContain(`${trace[want]!.thread} has`);
        }
      });
    }),
    { numRuns: 500, seed: 7 },
  );
});
