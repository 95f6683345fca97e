// SPDX-License-Identifier: GPL-2.0-only
// Store buffers against a machine with explicit ones, and what the checker's tests have not met.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  event,
  fetch_add,
  frame,
  framed,
  Handle,
  type Kfn,
  type Lock,
  load,
  lock,
  READ_ONCE,
  spawn,
  store,
  type ThreadBody,
  unlock,
  type Value,
  WRITE_ONCE,
  xchg,
} from '#env/op';
import type { Strategy } from '#finding/strategy';
import { check } from '../../src/checker/check.ts';
import { Machine } from '../../src/checker/machine/machine.ts';
import { randomFrom } from '../../src/checker/program/random.ts';
import type { Rule, Scene } from '../../src/checker/program/scene.ts';
import { type MemoryModel, underMemory } from '../../src/checker/program/store-buffers.ts';
import { exhaustive } from '../../src/checker/search/exhaustive.ts';
import { bufferScene, drawBufferProgram, endsOf } from '../support/checker/store-buffers.ts';

const models = ['tso', 'pso'] as const;
const programs = Number(process.env['RACEWINDOW_PROGRAMS'] ?? 150);

/** How runs of @scene end, as the checker sees it; null where a limit is hit. */
function endsSeen(scene: Scene): Set<string> | null {
  const { found, bounded } = exhaustive(new Machine(scene), { statesMax: 60_000 });
  if (bounded.length > 0) return null;
  const ends = found.map(({ report }) => report).filter((r) => r.property !== 'leaked-lock');
  return new Set(ends.map((r) => (r.property === 'end' ? r.subject : r.property)));
}

test.each(models)('random programs end under %s as in a machine with explicit buffers', (model) => {
  let compared = 0;
  const property = fc.property(fc.integer({ min: 1, max: 1 << 30 }), (seed) => {
    const program = drawBufferProgram(randomFrom(seed));
    const expected = endsOf(program, model, 20_000);
    if (expected === null) return;
    const seen = endsSeen(underMemory(bufferScene(program), model));
    if (seen === null) return;
    compared++;
    expect([...seen].sort()).toEqual([...expected].sort());
  });
  fc.assert(property, { numRuns: programs, seed: 1, endOnFailure: true });
  expect(compared).toBeGreaterThan(programs / 2);
});

type Cells = Record<string, Value>;

const kinds = ['exhaustive', 'none', 'optimal', 'source-dpor'] as const;
const strategies: readonly Strategy[] = [
  ...kinds.map((kind) => ({ kind })),
  { kind: 'bound', preemptions: 30 },
  { kind: 'delay', delays: 30 },
];

/** A scene over cells that are 0 at first. */
function sceneOf(
  threads: readonly ThreadBody[],
  init: Scene['init'],
  rules: readonly Rule[],
): Scene {
  return { name: 'buffers', init, threads, rules, signatures: [], sometimes: [] };
}

/** A rule that @cell of @obj is @value at the end. */
const endsWith = (obj: Handle<Cells>, cell: string, value: Value): Rule => ({
  id: 'end',
  events: [],
  reads: [`${obj.type}.${cell}`],
  atEnd: (peek) =>
    peek.get(obj, cell) === value
      ? undefined
      : { subject: obj.name, because: `${cell} is ${String(peek.get(obj, cell))}`, facts: {} },
});

describe.each(['sc', ...models] as const)('under %s', (model: MemoryModel) => {
  const m = new Handle<Cells>('cells', 'mem');
  const l: Lock = new Handle('mutex', 'l');
  const adds = framed('adds', function* (): Kfn<void> {
    yield* lock(l);
    yield* store(m, 'x', ((yield* load(m, 'x')) as number) + 1);
    yield* unlock(l);
  });
  const work = { name: 'kworker/async:dev', fn: adds, args: [] };
  const queues = framed('queues', function* (): Kfn<void> {
    yield* spawn(m, work);
    yield* spawn(m, work);
  });
  const queuesOne = framed('queuesOne', function* (): Kfn<void> {
    yield* spawn(m, work);
  });
  const start = (name: string, fn: ThreadBody['fn']): ThreadBody => ({ name, fn, args: [] });
  const adders: Readonly<Record<string, readonly ThreadBody[]>> = {
    'two equal threads': [start('w', adds), start('w', adds)],
    'work queued twice': [start('p', queues)],
    'work queued by two': [start('p', queuesOne), start('q', queuesOne)],
    'work queued beside a thread of its name': [start(work.name, adds), start('q', queuesOne)],
  };
  for (const [title, threads] of Object.entries(adders)) {
    test.each(strategies)(`${title} that add 1 under a lock make 2: $kind`, (strategy) => {
      const scene = sceneOf(threads, [[m, 'x', 0]], [endsWith(m, 'x', 2)]);
      const { outcome } = check(underMemory(scene, model), { strategy, explainMax: 0 });
      expect(outcome).toBe('holds');
    });
  }

  test('an event comes with the load before it', () => {
    const a = framed('a', function* (): Kfn<void> {
      yield* store(m, 'x', 1);
      yield* fetch_add(m, 'n', 1);
      event('seen', yield* load(m, 'x'));
    });
    const b = framed('b', function* (): Kfn<void> {
      if ((yield* xchg(m, 'x', 2)) === 1) event('seen', 2);
    });
    const falls: Rule = {
      id: 'seen-falls',
      events: ['seen'],
      reads: [],
      initial: 0,
      onEvent: (state, { args: [now] }) =>
        (now as number) < (state as number)
          ? { state, report: { subject: 'mem', because: 'it falls', facts: {} } }
          : { state: now },
    };
    const threads = [start('a', a), start('b', b)];
    const scene = sceneOf(
      threads,
      [
        [m, 'x', 0],
        [m, 'n', 0],
      ],
      [falls],
    );
    expect(check(underMemory(scene, model)).outcome).toBe('holds');
  });

  test('an event behind an unlock may come after what others do meanwhile', () => {
    const a = framed('a', function* (): Kfn<void> {
      yield* lock(l);
      yield* WRITE_ONCE(m, 'x', 1);
      yield* unlock(l);
      event('a');
    });
    const b = framed('b', function* (): Kfn<void> {
      if ((yield* READ_ONCE(m, 'x')) === 1) event('b');
    });
    const order: Rule = {
      id: 'order',
      events: ['a', 'b'],
      reads: [],
      initial: '',
      onEvent: (state, { name }) => ({ state: `${String(state)}${name}` }),
      atEnd: (_, state) => ({ subject: String(state), because: 'the order', facts: {} }),
    };
    const scene = sceneOf([start('a', a), start('b', b)], [[m, 'x', 0]], [order]);
    const seen = check(underMemory(scene, model)).findings.map((f) => f.report.subject);
    expect(seen.sort()).toEqual(['a', 'ab', 'ba']);
  });

  test('1 and "1" are two values, also where only a buffer knows of them', () => {
    const a = framed('a', function* (): Kfn<void> {
      yield* frame('put', [], function* (): Kfn<void> {
        const chosen = yield* fetch_add(m, 'n', 0);
        yield* store(m, 'x', chosen === 0 ? 1 : '1');
      });
      yield* store(m, 'r', typeof (yield* load(m, 'x')));
    });
    const b = framed('b', function* (): Kfn<void> {
      yield* fetch_add(m, 'n', 1);
    });
    const types: Rule = {
      id: 'types',
      events: [],
      reads: ['cells.r'],
      atEnd: (peek) => ({ subject: String(peek.get(m, 'r')), because: 'it is', facts: {} }),
    };
    const scene = sceneOf([start('a', a), start('b', b)], [[m, 'n', 0]], [types]);
    const seen = check(underMemory(scene, model)).findings.map((f) => f.report.subject);
    expect(seen.sort()).toEqual(['number', 'string']);
  });

  test('cells of two objects with one name are two cells', () => {
    const other = new Handle<Cells>('others', 'mem');
    const a = framed('a', function* (): Kfn<void> {
      yield* store(other, 'x', 1);
      yield* store(m, 'r', yield* load(m, 'x'));
    });
    const scene = sceneOf([start('a', a)], [[m, 'x', 0]], [endsWith(m, 'r', 0)]);
    expect(check(underMemory(scene, model)).outcome).toBe('holds');
  });

  test('a store through NULL is a NULL dereference', () => {
    const a = framed('a', function* (): Kfn<void> {
      yield* store((yield* load(m, 'p')) as Handle<Cells>, 'x', 1);
    });
    const { findings } = check(underMemory(sceneOf([start('a', a)], [], []), model));
    expect(findings.map((f) => f.report.property)).toEqual(['null-dereference']);
  });

  test('marked accesses do not race, plain ones do', () => {
    const writes = framed('writes', function* (marked: boolean): Kfn<void> {
      yield* marked ? WRITE_ONCE(m, 'x', 1) : store(m, 'x', 1);
    });
    const reads = framed('reads', function* (): Kfn<void> {
      yield* READ_ONCE(m, 'x');
    });
    for (const marked of [true, false]) {
      const threads = [{ name: 'w', fn: writes, args: [marked] }, start('r', reads)];
      const { detected } = check(underMemory(sceneOf(threads, [[m, 'x', 0]], []), model));
      expect(detected.map((d) => d.subject)).toEqual(marked ? [] : ['mem.x']);
    }
  });

  describe('names of threads', () => {
    const names = (...list: readonly string[]) =>
      check(
        underMemory(
          sceneOf(
            list.map((name) => start(name, adds)),
            [[m, 'x', 0]],
            [],
          ),
          model,
        ),
      );

    test('two of one name, and one whose name looks like a second, are no clash', () => {
      expect(names('w', 'w', 'w#3', 'v#2').outcome).toBe('holds');
    });

    test.each([[['w', 'w', 'w#2']], [['w#2', 'w', 'w']]])('%j clash', (list) => {
      expect(() => names(...list)).toThrow(
        'RW400: a thread is called w#2, and so is thread 2 that is started as w\n' +
          '  hint: rename w#2',
      );
    });

    test('a name that a run gives out clashes, too', () => {
      const threads = [start(`${work.name}#2`, adds), start('p', queues)];
      const scene = underMemory(sceneOf(threads, [[m, 'x', 0]], []), model);
      expect(() => check(scene)).toThrow(
        'RW400: a thread is called kworker/async:dev#2, and so is',
      );
    });

    test('a name is that of a daemon, or not', () => {
      const daemon = framed('daemon', function* (): Kfn<void> {
        yield* spawn(m, { ...work, daemon: true });
      });
      const scene = sceneOf([start('p', queuesOne), start('q', daemon)], [[m, 'x', 0]], []);
      expect(() => check(underMemory(scene, model))).toThrow(
        /^RW400: kworker.async:dev is a daemon/,
      );
    });
  });
});
