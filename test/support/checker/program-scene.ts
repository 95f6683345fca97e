// SPDX-License-Identifier: GPL-2.0-only
// The generators that run a drawn program, and the rules that it is held against.

import {
  alloc,
  choose,
  cmpxchg,
  defineStruct,
  event,
  fetch_add,
  frame,
  free,
  Handle,
  type Kfn,
  load,
  lock,
  READ_ONCE,
  read_lock,
  read_unlock,
  repeat,
  spawn,
  store,
  type ThreadBody,
  trylock,
  unlock,
  type Value,
  wait,
  write_lock,
  write_unlock,
  xchg,
} from '#env/op';
import type { Scene } from '../../../src/checker/program/scene.ts';
import type { Drawn, Hold, Locked, Statement } from './programs.ts';

interface Fields {
  x: Value;
  y: Value;
}

/** Rules look at x and y alone. */
type Shared = Fields & Record<'z' | 'u' | 'a0' | 'a1' | 'b0' | 'b1' | 'c0' | 'c1', Value>;

const Box = defineStruct<Fields>('box', { x: 0 });

class Returned {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** The scene that runs @drawn; a new one each time, with objects of its own. */
export function sceneOf(drawn: Drawn, name = 'random'): Scene {
  const box = new Handle<Shared>('shared', 'shared');
  const slot = new Handle<{ p: Value }>('slot', 'slot');
  const locks = [0, 1, 2].map((n) => new Handle('mutex', `m${n}`));
  const sem = new Handle('rwsem', 'sem');
  const devices = [new Handle<Fields>('device', 'd0'), new Handle<Fields>('device', 'd1')];
  const cells = ['x', 'y', 'z', 'u', 'a0', 'a1', 'b0', 'b1', 'c0', 'c1'] as const;
  const number = (value: Value): Value => (typeof value === 'number' ? value % 8 : value);

  function* run(list: readonly Statement[], regs: Value[]): Kfn<Returned | null> {
    for (const s of list) {
      const returned = yield* one(s, regs);
      if (returned !== null) return returned;
    }
    return null;
  }

  function* one(s: Statement, regs: Value[]): Kfn<Returned | null> {
    switch (s.do) {
      case 'load':
        regs[s.to] = number(yield* load(box, cells[s.cell]!));
        return null;
      case 'store':
        yield* store(box, cells[s.cell]!, number(regs[s.from]!));
        return null;
      case 'put':
        yield* store(box, cells[s.cell]!, s.value);
        return null;
      case 'add':
        regs[s.to] = yield* fetch_add(box, cells[s.cell]!, 1);
        return null;
      case 'cas':
        yield* cmpxchg(box, cells[s.cell]!, s.expect, s.value);
        return null;
      case 'xchg':
        regs[s.to] = yield* xchg(box, cells[s.cell]!, s.value);
        return null;
      case 'if':
        return regs[s.reg] ? yield* run(s.body, regs) : null;
      case 'lock':
      case 'try':
      case 'read':
      case 'write':
        return yield* locked(s, regs);
      case 'take':
        yield* lock(locks[s.lock]!);
        return null;
      case 'give':
        yield* unlock(locks[s.lock]!);
        return null;
      case 'wait':
        yield* wait(box, cells[s.cell]!, s.ge ? 'ge' : 'ne', s.value);
        return null;
      case 'choose':
        regs[s.to] = yield* choose(box, 2);
        return null;
      case 'event':
        event('seen', number(regs[s.reg]!));
        return null;
      case 'return':
        return new Returned(regs[s.reg]!);
      case 'throw':
        throw number(regs[s.reg]!);
      case 'call':
      case 'loop':
      case 'spawn':
        return yield* called(s, regs);
      case 'own':
        return yield* owned(s.how, devices[s.obj]!, s.body, regs);
      case 'free':
        yield* free(devices[s.obj]!);
        return null;
      case 'touch':
        yield* store(devices[s.obj]!, 'x', 1);
        return null;
      case 'await':
        yield* wait(devices[s.obj]!, 'x', 'eq', s.value);
        return null;
      case 'times':
        for (let n = 0; n < s.count; n++) {
          const returned = yield* run(s.body, regs);
          if (returned !== null) return returned;
        }
        return null;
      default:
        return yield* heap(s, regs);
    }
  }

  function* locked(s: Locked, regs: Value[]): Kfn<Returned | null> {
    if (s.do === 'try' && !(yield* trylock(locks[s.lock]!))) return null;
    if (s.do === 'lock') yield* lock(locks[s.lock]!);
    if (s.do === 'read') yield* read_lock(sem);
    if (s.do === 'write') yield* write_lock(sem);
    const returned = yield* run(s.body, regs);
    if (s.do === 'read') yield* read_unlock(sem);
    else if (s.do === 'write') yield* write_unlock(sem);
    else yield* unlock(locks[s.lock]!);
    return returned;
  }

  function* owned(
    how: Hold,
    device: Handle,
    body: readonly Statement[],
    regs: Value[],
  ): Kfn<Returned | null> {
    if (how === 'try') {
      if (!(yield* trylock(device))) return null;
    } else if (how === 'read') yield* read_lock(device);
    else if (how === 'write') yield* write_lock(device);
    else yield* lock(device);
    const returned = yield* run(body, regs);
    if (how === 'read') yield* read_unlock(device);
    else if (how === 'write') yield* write_unlock(device);
    else if (how !== 'keep') yield* unlock(device);
    return returned;
  }

  const fn = (index: number, args: readonly Value[]): Kfn<Value> =>
    frame(`f${index}`, args, function* (): Kfn<Value> {
      const returned = yield* run(drawn.functions[index]!, [args[0] ?? 0, 0]);
      return returned === null ? undefined : returned.value;
    });

  function* called(
    s: Statement & { do: 'call' | 'loop' | 'spawn' },
    regs: Value[],
  ): Kfn<Returned | null> {
    if (s.do === 'spawn') {
      const args = s.arg === undefined ? [s.fn] : [s.fn, regs[s.arg]!];
      yield* spawn(box, { name: `w${s.fn}`, fn: worker, args });
    } else if (s.do === 'call') {
      try {
        regs[s.to] = (yield* fn(s.fn, s.args ? [regs[0]!] : [])) ?? null;
      } catch (thrown) {
        // What was thrown may equal what might have been returned; only the way it came differs.
        regs[s.to] = thrown as Value;
        regs[1 - s.to] = 2;
      }
    } else {
      yield* repeat('turn', [0], function* (turn: number): Kfn<[number] | null> {
        const seen = yield* READ_ONCE(box, cells[s.cell]!);
        if (seen === 0 || seen === null || turn >= s.turns) return null;
        yield* store(box, cells[s.cell]!, 0);
        return [turn + 1];
      });
    }
    return null;
  }

  const worker = (index: number, ...args: Value[]): Kfn<Value> => fn(index, args);

  function* heap(
    s: Statement & { do: 'new' | 'publish' | 'fetch' | 'delete' | 'peek' | 'poke' },
    regs: Value[],
  ): Kfn<Returned | null> {
    if (s.do === 'new') {
      regs[s.to] = yield* alloc(Box, box, 'box');
      return null;
    }
    const it = regs[s.reg]!;
    if (s.do === 'fetch') regs[s.reg] = yield* load(slot, 'p');
    else if (s.do === 'publish') yield* store(slot, 'p', it instanceof Handle ? it : null);
    else if (it !== null && !(it instanceof Handle)) return null;
    else if (s.do === 'delete') yield* free(it as Handle);
    else if (s.do === 'poke') yield* store(it as Handle<Fields>, 'x', 1);
    else regs[s.reg] = yield* load(it as Handle<Fields>, 'x');
    return null;
  }

  const body = function* (index: number): Kfn<void> {
    const list = drawn.threads[index]!;
    if (drawn.forever?.[index] !== true) {
      yield* run(list, [0, 0]);
      return;
    }
    yield* repeat('round', [0, 0] as [Value, Value], function* (a: Value, b: Value): Kfn<
      [Value, Value] | null
    > {
      const regs: [Value, Value] = [a, b];
      return (yield* run(list, regs)) === null ? regs : null;
    });
  };
  const threads: ThreadBody[] = drawn.threads.map((_, i) => ({
    name: `t${i}`,
    fn: body,
    args: [i],
  }));
  return {
    name,
    init: [
      [box, 'x', 0],
      [box, 'y', 0],
      [devices[0]!, 'x', 0],
      [devices[1]!, 'x', 0],
    ],
    threads,
    ...rulesOf(box),
    sometimes: [],
  };
}

function rulesOf(box: Handle<Fields>): Pick<Scene, 'rules' | 'signatures' | 'mayLack'> {
  return {
    mayLack: ['seen'],
    rules: [
      {
        id: 'not-both-two',
        events: [],
        reads: ['shared.x', 'shared.y'],
        always: (peek) =>
          peek.get(box, 'x') === 2 && peek.get(box, 'y') === 2
            ? { subject: 'shared', because: 'x and y are 2', facts: {} }
            : undefined,
      },
      {
        id: 'seen-falls',
        events: ['seen'],
        reads: [],
        initial: 0,
        onEvent: (state, { args }) => {
          const now = typeof args[0] === 'number' ? args[0] : 0;
          const fell = now < (state as number);
          if (!fell) return { state: now };
          const because = 'a smaller number is seen later';
          return { state: now, report: { subject: `${String(state)}-${now}`, because, facts: {} } };
        },
      },
    ],
    signatures: [
      {
        window: 'W1',
        events: ['seen'],
        reads: [],
        initial: false,
        step: (state, { args }) => state || args[0] === 1,
        explains: (state, { property }) => state === true && property === 'seen-falls',
      },
    ],
  };
}
