// SPDX-License-Identifier: GPL-2.0-only
// The pool of worker threads: what it promises, with threads that keep it and threads that do not.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CodedError } from '#base/errors';
import {
  type Clock,
  heaviestFirst,
  openPool,
  type Pool,
  type PoolOptions,
  runAll,
} from '#run/pool';

const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-pool-'));
const src = fileURLToPath(new URL('../../src/', import.meta.url));
const entry = pathToFileURL(path.join(dir, 'worker.mjs'));

/** A task: what the worker does, and with what. */
type Task = readonly [what: string, value?: unknown];

beforeAll(async () => {
  // The worker is what ours are: replying() around a function.
  const worker = `
    import { replying } from '#run/reply';
    import { CodedError } from '#base/errors';
    const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    export default replying(([what, value]) => {
      if (what === 'double') return value * 2;
      if (what === 'shared') return Atomics.add(new Int32Array(value), 0, 1);
      if (what === 'throw') throw new TypeError(value);
      if (what === 'coded') throw new CodedError({ code: 'RW309', message: value, hint: 'look' });
      if (what === 'die') process.exit(value);
      if (what === 'function') return () => value;
      for (;;) wait(1000);
    });`;
  await build({
    stdin: { contents: worker, resolveDir: src },
    outfile: fileURLToPath(entry),
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: { '#run': path.join(src, 'run'), '#base': path.join(src, 'base') },
    logLevel: 'error',
  });
});
afterAll(() => rmSync(dir, { recursive: true }));

async function inPool<R>(
  run: (pool: Pool<Task, unknown>) => Promise<R>,
  options: Partial<PoolOptions> = {},
): Promise<R> {
  const here = (): never => {
    throw new Error('here');
  };
  const pool = openPool<Task, unknown>({ here, entry }, { jobs: 2, threadsLeast: 1, ...options });
  try {
    return await run(pool);
  } finally {
    await pool.close();
  }
}

const errorOf = (promise: Promise<unknown>): Promise<CodedError> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  );

describe('a pool', () => {
  test('has results in the order of the tasks, begun in the order asked for', async () => {
    const tasks = [1, 2, 3, 4, 5].map((n): Task => ['double', n]);
    const done: number[] = [];
    const results = await inPool((pool) =>
      runAll(pool, tasks, (i) => done.push(i), [4, 3, 2, 1, 0]),
    );
    expect(results).toEqual([2, 4, 6, 8, 10]);
    expect([...done].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test('does the same in one thread, in none, and in all', async () => {
    const tasks = [1, 2, 3].map((n): Task => ['double', n]);
    for (const jobs of [1, 2, availableParallelism()]) {
      expect(await inPool((pool) => runAll(pool, tasks), { jobs })).toEqual([2, 4, 6]);
    }
    const here = ([, n]: Task): number => 2 * (n as number);
    const none = openPool<Task, number>({ here, entry }, { jobs: 1 });
    expect(await runAll(none, tasks)).toEqual([2, 4, 6]);
    const missing = new URL('./not-compiled.js', entry);
    expect(
      await runAll(openPool<Task, number>({ here, entry: missing }, { jobs: 2 }), tasks),
    ).toEqual([2, 4, 6]);
  });

  test('throws what a task throws, a coded error with its code and hint', async () => {
    const plain = await errorOf(inPool((pool) => pool.run(['throw', 'no such thing'])));
    expect([plain.message, plain.stack?.includes('worker.mjs')]).toEqual(['no such thing', true]);
    const coded = await errorOf(inPool((pool) => pool.run(['coded', 'no world'])));
    expect(coded).toBeInstanceOf(CodedError);
    expect(coded.told).toEqual({ code: 'RW309', message: 'no world', hint: 'look' });
  });

  test('throws the error of the task that began first, and begins no more', async () => {
    const shared = new SharedArrayBuffer(4);
    const tasks: Task[] = [
      ['double', 1],
      ['coded', 'first'],
      ['coded', 'second'],
      ...Array.from({ length: 50 }, (): Task => ['shared', shared]),
    ];
    for (let round = 0; round < 5; round++) {
      expect((await errorOf(inPool((pool) => runAll(pool, tasks)))).message).toBe('first');
    }
    expect(new Int32Array(shared)[0]).toBeLessThan(5 * 4);
  });

  test('tells of a thread that dies, and goes on with another', async () => {
    await inPool(async (pool) => {
      const died = await errorOf(pool.run(['die', 3]));
      expect([died.code, died.hint.includes('--jobs')]).toEqual(['RW080', true]);
      expect(await pool.run(['double', 21])).toBe(42);
    });
  });

  test('tells of a module that cannot be loaded', async () => {
    const broken = path.join(dir, 'broken.mjs');
    writeFileSync(broken, 'throw new Error("not today");\n');
    const here = (): never => {
      throw new Error('here');
    };
    const pool = openPool<Task, never>({ here, entry: pathToFileURL(broken) }, { jobs: 2 });
    const error = await errorOf(pool.run(['double', 1]));
    await pool.close();
    expect([error.code, error.message.includes('not today')]).toEqual(['RW080', true]);
  });

  test('stops a task that takes longer than it may, by a clock that may be given', async () => {
    const set: { ms: number; then: () => void; off: boolean }[] = [];
    const clock: Clock = (ms, then) => {
      const timer = { ms, then, off: false };
      set.push(timer);
      return () => {
        timer.off = true;
      };
    };
    await inPool(
      async (pool) => {
        const hung = errorOf(pool.run(['hang']));
        expect(await pool.run(['double', 4])).toBe(8);
        expect(set.map(({ ms, off }) => [ms, off])).toEqual([
          [60_000, false],
          [60_000, true],
        ]);
        set[0]!.then();
        const { code, message } = await hung;
        expect([code, message]).toEqual([
          'RW081',
          'a task took longer than 60 s, and its thread was stopped',
        ]);
        expect(await pool.run(['double', 5])).toBe(10);
      },
      { taskMsMax: 60_000, clock },
    );
  });

  test('takes no task and no result that cannot be sent', async () => {
    await inPool(async (pool) => {
      const task = await errorOf(pool.run(['double', () => 1]));
      expect([task.name, task.message.includes('no plain data')]).toEqual(['AssertionError', true]);
      const result = await errorOf(pool.run(['function', 1]));
      expect(result.message).toContain('could not be cloned');
      expect(await pool.run(['double', 6])).toBe(12);
    });
  });

  test('stops all threads when it is closed, whatever they do', async () => {
    const running: Promise<CodedError>[] = [];
    await inPool(async (pool) => {
      for (let n = 0; n < 5; n++) running.push(errorOf(pool.run(['hang'])));
      await new Promise((resolve) => setImmediate(resolve));
    });
    for (const each of await Promise.all(running)) expect(each).toBeInstanceOf(Error);
  });

  test('ends with its process on Ctrl-C', async () => {
    const main = path.join(dir, 'main.mjs');
    const program = `
      import { openPool } from '#run/pool';
      const pool = openPool({ here: null, entry: new URL(${JSON.stringify(entry.href)}) },
        { jobs: 2, threadsLeast: 1 });
      const run = (task) => pool.run(task).catch(() => {});
      await run(['double', 1]);
      run(['hang']);
      run(['hang']);
      setTimeout(() => process.stdout.write('hangs'), 0);`;
    await build({
      stdin: { contents: program, resolveDir: src },
      outfile: main,
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: ['piscina'],
      alias: { '#run': path.join(src, 'run'), '#base': path.join(src, 'base') },
      banner: {
        js: `import { createRequire } from 'node:module';
             const require = createRequire(${JSON.stringify(import.meta.url)});`,
      },
      plugins: [
        {
          name: 'piscina',
          setup: ({ onResolve }) =>
            onResolve({ filter: /^piscina$/ }, () => ({
              path: new URL('../../node_modules/piscina/dist/esm-wrapper.mjs', import.meta.url)
                .href,
              external: true,
            })),
        },
      ],
    });
    const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', () => child.kill('SIGINT'));
    const ended = await new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
    expect(ended).toBe('SIGINT');
  });
});

test('the heaviest come first, and of two the one before', () => {
  expect(heaviestFirst(['a', 'ccc', 'bb', 'ddd'], (text) => text.length)).toEqual([1, 3, 2, 0]);
});
