// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import {
  framed,
  Handle,
  type Kfn,
  type Lock,
  load,
  lock,
  READ_ONCE,
  read_lock,
  read_unlock,
  repeat,
  store,
  trylock,
  unlock,
  WRITE_ONCE,
  wait,
  write_lock,
  write_unlock,
} from '#env/op';
import { check } from '../../../src/checker/check.ts';
import { detect } from '../../../src/checker/detect/detect.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Report } from '../../../src/checker/program/program.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { exploreStateGraph } from '../../../src/checker/search/state-graph.ts';
import { cyclicScene } from '../../support/checker/crosscheck-cyclic.ts';
import { abba, cells, mutex, philosophers, scene, thread } from '../../support/checker/families.ts';
import { sceneOf } from '../../support/checker/program-scene.ts';
import { draw } from '../../support/checker/programs.ts';
import { randomScene } from '../../support/checker/random-scene.ts';

const properties = (s: Scene): string[] =>
  detect(new Machine(s)).found.map((f) => f.report.property);

const nested = framed('nested', function* (...locks: Lock[]): Kfn<void> {
  for (const l of locks) yield* lock(l);
  for (const l of locks.toReversed()) yield* unlock(l);
});

describe('lock order', () => {
  const [a, b, gate] = [mutex('a'), mutex('b'), mutex('gate')];

  test('a cycle of two locks is reported', () => {
    expect(properties(abba())).toEqual(['lock-order']);
  });

  test('a cycle of n locks is reported', () => {
    const found = detect(new Machine(philosophers(4))).found;
    expect(found[0]!.report.facts).toMatchObject({ cycle: 'f0 -> f1 -> f2 -> f3 -> f0' });
    const seven = detect(new Machine(philosophers(7))).found;
    expect(seven[0]!.report.facts).toMatchObject({ threads: 7 });
  });

  test('the same order is none', () => {
    expect(properties(philosophers(4, true))).toEqual([]);
  });

  test('a gate lock makes the cycle harmless', () => {
    const threads = [thread('p', nested, gate, a, b), thread('q', nested, gate, b, a)];
    expect(properties(scene('gate', [], threads))).toEqual([]);
  });

  test('a gate that both hold for reading keeps nobody out', () => {
    const rwsem = new Handle('rwsem', 'rwsem') as Lock;
    const flag = cells();
    const under = (write: boolean) =>
      framed('under', function* (first: Lock, second: Lock, at: number): Kfn<void> {
        yield* wait(flag, 'turn', 'eq', at);
        yield* write ? write_lock(rwsem) : read_lock(rwsem);
        yield* nested(first, second);
        yield* write ? write_unlock(rwsem) : read_unlock(rwsem);
        yield* WRITE_ONCE(flag, 'turn', at + 1);
      });
    const found = (...writes: [boolean, boolean]): string[] => {
      const [p, q] = writes.map(under) as [ReturnType<typeof under>, ReturnType<typeof under>];
      const threads = [thread('p', p, a, b, 0), thread('q', q, b, a, 1)];
      const made = scene('gate', [[flag, 'turn', 0]], threads);
      expect(check(made).outcome).toBe('holds');
      const detected = check(made).detected.map((r) => r.property);
      expect(properties(made)).toEqual(detected);
      return detected;
    };
    expect(found(false, false)).toEqual(['lock-order']);
    expect(found(false, true)).toEqual([]);
    expect(found(true, true)).toEqual([]);
  });

  test('a cycle that no instance closes is reported for the classes', () => {
    const dev = [0, 1].map((i) => new Handle('device', `dev${i}`) as Lock);
    const drv = [0, 1].map((i) => new Handle('driver', `drv${i}`) as Lock);
    const threads = [thread('p', nested, dev[0], drv[0]), thread('q', nested, drv[1], dev[1])];
    expect(properties(scene('classes', [], threads))).toEqual(['lock-order-class']);
  });
});

test('a cycle of instances hides no cycle of other kinds of locks', () => {
  const [a, b] = [mutex('a'), mutex('b')];
  const dev = [0, 1].map((i) => new Handle('device', `dev${i}`) as Lock);
  const drv = [0, 1].map((i) => new Handle('driver', `drv${i}`) as Lock);
  const twice = framed('twice', function* (...locks: Lock[]): Kfn<void> {
    yield* nested(locks[0]!, locks[1]!);
    yield* nested(locks[2]!, locks[3]!);
  });
  const threads = [
    thread('p', twice, a, b, dev[0], drv[0]),
    thread('q', twice, b, a, drv[1], dev[1]),
  ];
  expect(properties(scene('both', [], threads))).toEqual(['lock-order', 'lock-order-class']);
  const { detected } = check(scene('both', [], threads));
  expect(detected.map((r) => r.property)).toEqual(['lock-order', 'lock-order-class']);
});

describe('data races', () => {
  const m = cells();
  const write = framed('write', function* (once: boolean): Kfn<void> {
    if (once) yield* WRITE_ONCE(m, 'x', 1);
    else yield* store(m, 'x', 1);
  });
  const read = framed('read', function* (once: boolean): Kfn<void> {
    if (once) yield* READ_ONCE(m, 'x');
    else yield* load(m, 'x');
  });
  const pair = (w: boolean, r: boolean) =>
    scene('pair', [[m, 'x', 0]], [thread('w', write, w), thread('r', read, r)]);

  test('two marked accesses are none', () => {
    expect(properties(pair(true, true))).toEqual([]);
  });

  test('one plain access is enough', () => {
    expect(properties(pair(true, false))).toEqual(['data-race']);
    const { found } = detect(new Machine(pair(false, true)));
    expect(found[0]!.report.because).toBe(
      'marked read in read() and plain write in write() at once',
    );
  });

  test('a store of what is there already is none, in a reduced search neither', () => {
    const s = (x: number) => scene('same', [[m, 'x', x]], pair(false, false).threads);
    expect(properties(s(1))).toEqual([]);
    expect(check(s(1)).detected).toEqual([]);
    expect(check(s(0)).detected.map((r) => r.property)).toEqual(['data-race']);
  });

  test('accesses under one lock are none', () => {
    const l = mutex('l');
    const locked = framed('locked', function* (): Kfn<void> {
      yield* lock(l);
      yield* store(m, 'x', ((yield* load(m, 'x')) as number) + 1);
      yield* unlock(l);
    });
    expect(
      properties(scene('l', [[m, 'x', 0]], [thread('p', locked), thread('q', locked)])),
    ).toEqual([]);
  });
});

describe('livelock', () => {
  const [a, b] = [mutex('a'), mutex('b')];
  const polite = framed(
    'polite',
    (first: Lock, second: Lock): Kfn<void> =>
      repeat('turn', [], function* (): Kfn<[] | null> {
        yield* lock(first);
        if (yield* trylock(second)) {
          yield* unlock(second);
          yield* unlock(first);
          return null;
        }
        yield* unlock(first);
        return [];
      }),
  );

  test('two threads that both back off can do so for ever', () => {
    const threads = [thread('p', polite, a, b), thread('q', polite, b, a)];
    expect(properties(scene('polite', [], threads))).toContain('livelock');
  });

  const pollFor = (field: string) =>
    framed(
      `poll_${field}`,
      (m: Handle<Record<string, number>>): Kfn<void> =>
        repeat('turn', [], function* (): Kfn<[] | null> {
          return (yield* READ_ONCE(m, field)) === 1 ? null : [];
        }),
    );
  const livelocks = (s: Scene) =>
    detect(new Machine(s)).found.filter((f) => f.report.property === 'livelock');

  test('two threads that spin on what the other never writes are in a trap', () => {
    const m = cells();
    const init = [[m, 'x', 0] as const, [m, 'y', 0] as const];
    const threads = [thread('p', pollFor('x'), m), thread('q', pollFor('y'), m)];
    const [trap, ...more] = livelocks(scene('spinners', init, threads));
    expect(more).toEqual([]);
    expect(trap!.report.because).toBe('p, q go round for ever, and nothing leads out of it');
    expect(trap!.report.facts).toEqual({ threads: 'p, q', left: 'p, q' });
  });

  test('a spinner whose flag may come too late for good is trapped only then', () => {
    // q sets x to 1 and back to 0: p may miss it, or leave in time.
    const m = cells();
    const pulse = framed('pulse', function* (): Kfn<void> {
      yield* WRITE_ONCE(m, 'x', 1);
      yield* WRITE_ONCE(m, 'x', 0);
    });
    const threads = [thread('p', pollFor('x'), m), thread('q', pulse)];
    const [trap, ...more] = livelocks(scene('pulse', [[m, 'x', 0]], threads));
    expect(more).toEqual([]);
    expect(trap!.report.facts).toEqual({ threads: 'p', left: 'p' });
    expect(trap!.run.filter((s) => s.thread === 1).length).toBe(2);
  });

  test('two that back off have a way out: a cycle, and no trap', () => {
    const threads = [thread('p', polite, a, b), thread('q', polite, b, a)];
    const found = livelocks(scene('polite', [], threads));
    expect(found.length).toBeGreaterThan(0);
    for (const { report } of found) expect(report.because).toMatch(/can go round for ever/);
  });

  test('daemons that go on for ever when all else is done are none', () => {
    const m = cells();
    const daemon = { ...thread('d', pollFor('x'), m), daemon: true };
    const write = framed('write', function* (): Kfn<void> {
      yield* WRITE_ONCE(m, 'y', 1);
    });
    const init = [[m, 'x', 0] as const, [m, 'y', 0] as const];
    expect(livelocks(scene('daemon', init, [daemon, thread('w', write)]))).toEqual([]);
    // The same where somebody waits for what the daemon never gives.
    const waits = framed('waits', function* (): Kfn<void> {
      yield* wait(m, 'x', 'eq', 1);
    });
    const [trap] = livelocks(scene('daemon', init, [daemon, thread('w', waits)]));
    expect(trap!.report.facts).toEqual({ threads: 'd', left: 'w' });
  });

  test('a loop that another thread ends is none', () => {
    const m = cells();
    const poll = framed(
      'poll',
      (): Kfn<void> =>
        repeat('turn', [], function* (): Kfn<[] | null> {
          return (yield* READ_ONCE(m, 'x')) === 1 ? null : [];
        }),
    );
    const set = framed('set', function* (): Kfn<void> {
      yield* WRITE_ONCE(m, 'x', 1);
    });
    expect(properties(scene('poll', [[m, 'x', 0]], [thread('p', poll), thread('q', set)]))).toEqual(
      [],
    );
  });
});

test('there is a trap where some state leads to no end, on random programs', () => {
  let [trapped, free] = [0, 0];
  for (let seed = 1; seed <= 300; seed++) {
    const s = cyclicScene(seed);
    const edges: [number, number][] = [];
    const ends: number[] = [];
    const hooks = {
      edge: (from: number, to: number) => edges.push([from, to]),
      end: (state: number) => ends.push(state),
    };
    const { states, finished } = exploreStateGraph(new Machine(s), hooks, 3000);
    if (!finished) continue;
    // Backwards from the ends, until no more can be reached.
    const reaches = new Set(ends);
    for (let size = -1; size !== reaches.size; ) {
      size = reaches.size;
      for (const [from, to] of edges) if (reaches.has(to)) reaches.add(from);
    }
    const found = detect(new Machine(s)).found.filter((f) =>
      /nothing leads/.test(f.report.because),
    );
    expect(found.length > 0, `seed ${seed}`).toBe(reaches.size < states);
    if (found.length > 0) trapped++;
    else free++;
  }
  expect(trapped).toBeGreaterThan(20);
  expect(free).toBeGreaterThan(20);
});

describe('the detectors that look on while a reduced search runs', () => {
  test('find what those find that are shown every state', () => {
    let found = 0;
    for (let seed = 1; seed <= 160; seed++) {
      const scene = seed % 2 === 0 ? randomScene(seed) : sceneOf(draw(seed, 5));
      const all = detect(new Machine(scene), 20_000);
      if (!all.finished) continue;
      const wanted = all.found.map((f) => f.report).filter((r) => r.property !== 'livelock');
      const { detected } = check(scene, { minimiseMax: 1 });
      expect(detected.map(wordsOf).sort(), `seed ${seed}`).toEqual(wanted.map(wordsOf).sort());
      found += wanted.length;
    }
    expect(found).toBeGreaterThan(50);
  });

  test('tell the order of two locks that a third one keeps from a deadlock', () => {
    const [a, b] = [mutex('a'), mutex('b')];
    const m = cells();
    const first = framed('first', function* (): Kfn<void> {
      yield* lock(a);
      yield* lock(b);
      yield* unlock(b);
      yield* unlock(a);
      yield* WRITE_ONCE(m, 'x', 1);
    });
    const second = framed('second', function* (): Kfn<void> {
      yield* wait(m, 'x', 'eq', 1);
      yield* lock(b);
      yield* lock(a);
      yield* unlock(a);
      yield* unlock(b);
    });
    const threads = [thread('p', first), thread('q', second)];
    const { outcome, detected } = check(scene('ordered', [[m, 'x', 0]], threads));
    expect(outcome).toBe('holds');
    expect(detected.map((r) => r.property)).toEqual(['lock-order']);
    expect(detected[0]!.facts).toMatchObject({ cycle: 'a -> b -> a', threads: 2 });
  });
});

const wordsOf = (r: Report): string => `${r.property} ${r.subject} ${r.because}`;
