// SPDX-License-Identifier: GPL-2.0-only
// C30: no run deadlocks, so what is pinned are the orders of locks: each with a shortest trace.
import { expect, test } from 'vitest';
import { Machine } from '#checker/machine/machine';
import type { Program } from '#checker/program/program';
import { type Choice, replayRun } from '#checker/program/run';
import { formatSchedule } from '#checker/program/schedule';
import { watchedScene } from '#run/watched-scene';
import { kernelOf, worldOf } from './support.ts';

const TAKES: readonly string[] = ['lock', 'read_lock', 'write_lock'];

type Locks = readonly string[];

/** A state: how it was reached in the fewest steps, and what each thread holds there. */
interface Node {
  readonly run: readonly Choice[];
  readonly held: ReadonlyMap<number, Locks>;
}

/** `thread: held -> wanted`, with a shortest run to a state in which a thread wants that lock. */
function ordersOf(program: Program): Map<string, readonly Choice[]> {
  const orders = new Map<string, readonly Choice[]>();
  const known = new Set<string>();
  let level: readonly Node[] = [{ run: [], held: new Map() }];
  while (level.length > 0) {
    const next: Node[] = [];
    for (const node of level) {
      goTo(program, node.run);
      const words = new Uint32Array(4);
      program.fingerprint?.(words);
      if (known.has(words.join())) continue;
      known.add(words.join());
      next.push(...look(program, node, orders));
    }
    level = next;
  }
  return orders;
}

function goTo(program: Program, run: readonly Choice[]): void {
  program.reset();
  for (const { thread, choice } of run) program.step(thread, choice);
}

/** Note the orders of the state that @program is in, and tell its successors. */
function look(program: Program, { run, held }: Node, orders: Map<string, readonly Choice[]>) {
  const next: Node[] = [];
  for (let t = 0; t < program.threadCount(); t++) {
    if (program.isDone(t)) continue;
    const { kind, effect, objectName } = program.pending(t);
    const mine = held.get(t) ?? [];
    for (const lock of TAKES.includes(kind) ? mine : []) {
      const order = `${program.threadName(t)}: ${lock} -> ${objectName}`;
      if (!orders.has(order)) orders.set(order, run);
    }
    if (!program.enabled(t)) continue;
    const after = afterwards(mine, effect, objectName);
    for (let choice = 0; choice < program.choices(t); choice++) {
      next.push({ run: [...run, { thread: t, choice }], held: new Map(held).set(t, after) });
    }
  }
  return next;
}

function afterwards(mine: Locks, effect: string, lock: string): Locks {
  if (effect === 'acquire' || effect === 'share') return [...mine, lock];
  const gives = effect === 'release' || effect === 'unshare';
  return gives ? mine.filter((name) => name !== lock) : mine;
}

/** The orders with dmar_global_lock in them, and for each the locks taken on a shortest way. */
async function told(kernel: string): Promise<Map<string, string>> {
  const world = worldOf('hand:walk+cpu intel');
  const machine = new Machine(watchedScene(world, await kernelOf(kernel), null));
  const text = new Map<string, string>();
  for (const [order, run] of ordersOf(machine)) {
    if (!order.includes('dmar_global_lock')) continue;
    const { trace } = replayRun(machine, run);
    const locks = trace.filter(({ op }) => /lock$/.test(op));
    const lines = locks.map((s) => `  ${s.thread} ${s.op} ${s.object} in ${s.function}()`);
    text.set(order, [`${order} = ${formatSchedule(trace, run)}`, ...lines].join('\n'));
  }
  return text;
}

const walk = 'swapper/0: dmar_global_lock -> cpuhp_state_mutex';
const cpu = 'cpuhp/1: cpuhp_state_mutex -> dmar_global_lock';

test('C30: both orders of the cycle, each with a shortest trace', async () => {
  const orders = await told('6.14');
  const text = [walk, cpu].map((order) => `${orders.get(order)}\n`).join('');
  await expect(text).toMatchFileSnapshot('./golden/lock-order.txt');
});

test.each([
  ['6.13', [walk]],
  ['6.14', [walk, cpu]],
  ['6.15.0', [cpu]],
])('C30: what there is of them in %s', async (kernel, there) => {
  const orders = await told(kernel);
  expect([walk, cpu].filter((order) => orders.has(order))).toEqual(there);
});
