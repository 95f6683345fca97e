// SPDX-License-Identifier: GPL-2.0-only
// lockdep_assert_held() costs no Op, and is looked at on every way through it.
import { describe, expect, it } from 'vitest';
import { check } from '#checker/check';
import type { Scene } from '#checker/program/scene';
import {
  choose,
  framed,
  Handle,
  type Kfn,
  load,
  lock,
  lockdep_assert_held,
  read_lock,
  read_unlock,
  store,
  unlock,
} from '#env/op';

const mutex = new Handle<object>('mutex', 'm');
const x = new Handle<{ n: number }>('x', 'x');

function sceneOf(...bodies: (() => Kfn<void>)[]): Scene {
  const threads = bodies.map((body, i) => ({ name: `t${i}`, fn: framed(`f${i}`, body), args: [] }));
  return { name: 'locks', init: [[x, 'n', 0]], threads, rules: [], signatures: [], sometimes: [] };
}

const strategies = [{ kind: 'exhaustive' }, { kind: 'optimal' }, { kind: 'source' }] as const;

function told(scene: Scene, strategy: (typeof strategies)[number]): string[] {
  const { findings } = check(scene, { strategy });
  return findings.map((f) => `${f.report.property} ${f.report.because}`);
}

/** Takes the lock, or does not; the local state after it is the same. */
const maybe = framed('maybe', function* (): Kfn<void> {
  if ((yield* choose(x, 2)) === 1) yield* lock(mutex);
});

describe('a lock that has to be held', () => {
  it('is silent where it is, for writing or reading', () => {
    const held = sceneOf(
      function* () {
        yield* lock(mutex);
        lockdep_assert_held(mutex);
        yield* store(x, 'n', 1);
        lockdep_assert_held(mutex);
        yield* unlock(mutex);
      },
      function* () {
        yield* read_lock(x);
        lockdep_assert_held(x);
        yield* read_unlock(x);
      },
    );
    for (const strategy of strategies) expect(told(held, strategy)).toEqual([]);
  });

  it('is reported where another thread holds it, and the thread goes on', () => {
    const other = sceneOf(
      function* () {
        yield* lock(mutex);
        yield* store(x, 'n', 1);
        yield* unlock(mutex);
      },
      function* () {
        yield* load(x, 'n');
        lockdep_assert_held(mutex);
        yield* store(x, 'n', 2);
      },
    );
    for (const strategy of strategies) {
      expect(told(other, strategy)).toEqual([
        'lock-not-held t1: f1() needs m, which the thread does not hold',
      ]);
    }
  });

  it('is looked at again where the same local state is met without it', () => {
    const once = sceneOf(function* () {
      yield* maybe();
      yield* load(x, 'n');
      lockdep_assert_held(mutex);
      yield* load(x, 'n');
    });
    for (const strategy of strategies) {
      expect(told(once, strategy)).toContain(
        'lock-not-held t0: f0() needs m, which the thread does not hold',
      );
    }
  });

  it('costs no state', () => {
    const body = (assert: boolean) =>
      function* (): Kfn<void> {
        yield* lock(mutex);
        const n = yield* load(x, 'n');
        if (assert) lockdep_assert_held(mutex);
        yield* store(x, 'n', n + 1);
        yield* unlock(mutex);
      };
    const [without, with_] = [false, true].map((assert) => {
      const { coverage } = check(sceneOf(body(assert), body(assert)));
      return coverage;
    });
    expect({ ...with_, timeMs: 0 }).toEqual({ ...without, timeMs: 0 });
  });
});
