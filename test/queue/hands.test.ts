// SPDX-License-Identifier: GPL-2.0-only
// Tasks through a queue: each has one answer, whoever dies and however often it is put.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodedError, type UserError } from '#base/errors';
import { queueHands } from '#queue/hands';
import { fromWire, idOf, toWire } from '#queue/wire';
import { type AnyKind, workOn } from '#queue/work';
import { type Kind, threadsOf } from '#run/hands';
import { runAll } from '#run/pool';
import { replying } from '#run/reply';
import { MemoryQueue, turn } from '../support/memory-queue.ts';

/** Doubles numbers; refuses what is negative. */
const double: Kind<number, number> = {
  name: 'double',
  here: (n) => {
    if (n < 0) throw new CodedError({ code: 'RW309', message: `${n} is negative`, hint: 'add' });
    return 2 * n;
  },
  entry: null,
};

/** A worker at @queue, and how to stop it. */
function worker(queue: MemoryQueue, kinds: readonly AnyKind[] = [double]) {
  const stop = new AbortController();
  const told: UserError[] = [];
  const done = workOn(queue, {
    ...{ kinds, hands: threadsOf(1), jobs: 2, signal: stop.signal, pause: turn },
    onForeign: (error) => told.push(error),
  });
  return {
    told,
    stop: () => {
      stop.abort();
      return done;
    },
  };
}

function asking(queue: MemoryQueue, onIdle = (): void => {}) {
  return queueHands(queue, { pause: turn, onIdle });
}

describe('tasks by a queue', () => {
  test('have their answers in their order, each done once, and leave nothing', async () => {
    const queue = new MemoryQueue();
    const workers = [worker(queue), worker(queue), worker(queue)];
    const pool = asking(queue).open(double);
    const tasks = [5, 3, 9, 3, 0, 7];
    expect(await runAll(pool, tasks)).toEqual([10, 6, 18, 6, 0, 14]);
    await pool.close();
    const done = await Promise.all(workers.map((each) => each.stop()));
    // Equal tasks are one.
    expect(done.reduce((sum, n) => sum + n, 0)).toBe(5);
    expect(queue.puts).toHaveLength(5);
    expect(queue.rows.size).toBe(0);
  });

  test('have the same answers whoever dies, is slow, or fetches what is not his', async () => {
    const acts = fc.array(fc.constantFrom('work', 'die', 'slow', 'steal', 'cancel'), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(9), { minLength: 1 }), acts, async (tasks, list) => {
        const queue = new MemoryQueue();
        const pool = asking(queue).open(double);
        const told: number[] = [];
        let isOver = false;
        const results = runAll(pool, tasks, (i) => told.push(i)).finally(() => {
          isOver = true;
        });
        const reply = replying(async (data: string) => {
          return double.here((fromWire(data) as { task: number }).task);
        });
        const late: { id: string; output: string }[] = [];
        for (let n = 0; !isOver; n++) {
          await turn();
          const act = list[n] ?? 'work';
          if (act === 'steal') {
            // Another run has asked the same, and was faster.
            const done = [...queue.rows].filter(([, row]) => row.state === 'done');
            await queue.remove(done.map(([id]) => id));
          } else if (act === 'cancel') {
            await queue.remove([...queue.rows.keys()].slice(0, 1));
          } else {
            for (const { id, data } of await queue.take(1)) {
              const output = toWire(await reply(data));
              if (act === 'work') await queue.finish(id, output);
              if (act === 'slow') late.push({ id, output });
            }
            if (act === 'die' || act === 'slow') queue.expire();
          }
          // Whoever was given up comes to an end all the same.
          const last = n % 3 === 2 ? late.pop() : undefined;
          if (last !== undefined) await queue.finish(last.id, last.output);
        }
        expect(await results).toEqual(tasks.map((n) => 2 * n));
        expect([...told].sort()).toEqual([...tasks.keys()].sort());
        await pool.close();
      }),
      { numRuns: 200 },
    );
  });

  test('fail with the error of the one that was asked first, coded as it was', async () => {
    const queue = new MemoryQueue();
    const own = worker(queue);
    const pool = asking(queue).open(double);
    const run = runAll(pool, [1, -7, 2, -8]);
    await expect(run).rejects.toMatchObject({ code: 'RW309', message: '-7 is negative' });
    await pool.close();
    await own.stop();
  });

  test('fail with a code where nobody could ever finish one', async () => {
    const queue = new MemoryQueue();
    const pool = asking(queue).open(double);
    const run = pool.run(4);
    run.catch(() => {});
    while (queue.rows.size === 0) await turn();
    for (const row of queue.rows.values()) row.state = 'lost';
    await expect(run).rejects.toMatchObject({ code: 'RW125' });
  });

  test('are taken back where nobody has begun them, and no others', async () => {
    const queue = new MemoryQueue();
    const hands = asking(queue);
    const pool = hands.open(double);
    const runs = [1, 2, 3].map((n) => pool.run(n));
    for (const run of runs) run.catch(() => {});
    while (queue.rows.size < 3) await turn();
    const [taken] = await queue.take(1);
    await hands.close();
    expect([...queue.rows.keys()]).toEqual([taken?.id]);
    for (const run of runs) await expect(run).rejects.toThrow('closed');
  });

  test('are removed before the queue can be closed', async () => {
    const queue = new MemoryQueue();
    const slow = new MemoryQueue();
    const remove = async (ids: readonly string[]): Promise<void> => {
      for (let n = 0; n < 20; n++) await turn();
      await queue.remove(ids);
    };
    const own = worker(queue);
    const pool = asking(Object.assign(slow, queue, { remove })).open(double);
    expect(await pool.run(8)).toBe(16);
    await pool.close();
    expect(queue.rows.size).toBe(0);
    await own.stop();
  });

  test('that nobody takes are told of, once', async () => {
    const queue = new MemoryQueue();
    let idle = 0;
    const hands = asking(queue, () => idle++);
    const pools = [hands.open(double), hands.open(double)];
    const runs = pools.map((pool, i) => pool.run(i));
    for (let n = 0; n < 500; n++) await turn();
    expect(idle).toBe(1);
    const own = worker(queue);
    expect(await Promise.all(runs)).toEqual([0, 2]);
    await own.stop();
  });
});

describe('a worker', () => {
  test('tells once of tasks for another version, and takes none', async () => {
    const queue = new MemoryQueue();
    queue.others = [
      { name: '9.9.9, model a, build b', waiting: 3 },
      { name: '8.8.8, model a, build b', waiting: 0 },
    ];
    const own = worker(queue);
    for (let n = 0; n < 20; n++) await turn();
    expect(await own.stop()).toBe(0);
    expect(own.told.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'RW124 3 tasks in the queue left to 9.9.9, model a, build b',
    ]);
  });

  test('that is stopped gives back what it has not done, and says nothing of it', async () => {
    const queue = new MemoryQueue();
    const endless: Kind<number, number> = {
      ...double,
      here: () => new Promise<number>(() => {}),
    };
    const own = worker(queue, [endless]);
    const pool = asking(queue).open(double);
    const run = pool.run(21);
    while (queue.takes.length === 0) await turn();
    expect(await own.stop()).toBe(0);
    expect([...queue.rows.values()].map(({ state }) => state)).toEqual(['waiting']);
    const next = worker(queue);
    expect(await run).toBe(42);
    await next.stop();
  });

  test('answers what cannot be read with a fault, and goes on', async () => {
    const queue = new MemoryQueue();
    await queue.put([{ id: 'x', data: 'no task' }]);
    const own = worker(queue);
    const pool = asking(queue).open(double);
    expect(await pool.run(1)).toBe(2);
    await own.stop();
    expect(queue.finished).toContain('x');
  });
});

describe('files that tasks need', () => {
  /** A task names a file by its key; what a machine has is in @has. */
  const kindWith = (has: Map<string, Uint8Array>, packed: string[] = []): Kind<Named, number> => ({
    name: 'file',
    here: ({ key, place }) => (place === 'here' ? has.get(key)!.length : -1),
    entry: null,
    baggage: {
      keyOf: ({ key }) => key,
      pack: ({ key }) => {
        packed.push(key);
        return [new Uint8Array(key.length)];
      },
      has: ({ key }) => has.has(key),
      unpack: ({ key }, [file]) => void has.set(key, file!),
      bare: (task) => ({ ...task, place: '' }),
      placed: (task) => ({ ...task, place: 'here' }),
    },
  });
  interface Named {
    readonly key: string;
    readonly nth: number;
    readonly place: string;
  }
  const tasks = [0, 1, 2].map((nth) => ({
    key: nth < 2 ? 'ab' : 'abc',
    nth,
    place: 'the place of who asks',
  }));

  test('are packed once, and unpacked where they are not', async () => {
    const queue = new MemoryQueue();
    const packed: string[] = [];
    const there = new Map([['abc', new Uint8Array(3)]]);
    const own = worker(queue, [kindWith(there)]);
    const pool = asking(queue).open(kindWith(new Map(), packed));
    expect(await runAll(pool, tasks)).toEqual([2, 2, 3]);
    expect(packed).toEqual(['ab', 'abc']);
    expect(there.get('ab')).toHaveLength(2);
    await own.stop();
  });

  test('that are gone are told of with a code', async () => {
    const queue = new MemoryQueue();
    const pool = asking(queue).open(kindWith(new Map()));
    const run = pool.run(tasks[0]!);
    run.catch(() => {});
    while (queue.rows.size === 0) await turn();
    queue.files.clear();
    const own = worker(queue, [kindWith(new Map())]);
    await expect(run).rejects.toMatchObject({ code: 'RW125' });
    await own.stop();
  });

  test('have no place of the asking machine in the id of a task', () => {
    const kind = kindWith(new Map());
    const ids = ['the place of who asks', 'another place'].map((place) => {
      return idOf({ kind: 'file', task: kind.baggage!.bare({ ...tasks[0]!, place }) });
    });
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});

test('what goes through a queue is what threads are sent: sets and bytes, too', () => {
  const value = { hits: new Set(['a']), none: undefined, bytes: new Uint8Array([1]), n: Infinity };
  expect(fromWire(toWire(value))).toEqual(value);
});
