// SPDX-License-Identifier: GPL-2.0-only
// Textbook programs, as one would write them against the public API: locks, queues, protocols.

import {
  alloc,
  choose,
  cmpxchg,
  defineStruct,
  event,
  fetch_add,
  framed,
  free,
  type Handle,
  type Kfn,
  load,
  lock,
  repeat,
  spawn,
  store,
  type ThreadBody,
  unlock,
  type Value,
  wait,
  xchg,
} from '#env/op';
import type { Rule, Scene } from '../../../src/checker/program/scene.ts';
import { cells, mutex, scene, thread } from './families.ts';

const m = cells();
const zero = (...names: string[]) => names.map((n) => [m, n, 0] as const);
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Broken where two threads are between `enter` and `leave` at once. */
const exclusion: Rule = {
  id: 'mutual-exclusion',
  events: ['enter', 'leave'],
  reads: [],
  initial: 0,
  onEvent(state, e) {
    const inside = (state as number) + (e.name === 'enter' ? 1 : -1);
    const report = { subject: 'section', because: 'two threads are inside', facts: {} };
    return inside > 1 ? { state: inside, report } : { state: inside };
  },
};

const locking = (name: string, init: Scene['init'], threads: readonly ThreadBody[]): Scene => ({
  ...scene(name, init, threads),
  rules: [exclusion],
});

/** Spin until @ready: a loop of which the state graph closes. */
function* until(ready: () => Kfn<boolean>): Kfn<void> {
  yield* repeat('until', [], function* (): Kfn<[] | null> {
    return (yield* ready()) ? null : [];
  });
}

/** Peterson 1981; @broken sets the turn before the flag. */
export function peterson(broken = false): Scene {
  const body = framed('peterson', function* (me: number): Kfn<void> {
    const other = 1 - me;
    if (broken) yield* store(m, 'turn', other);
    yield* store(m, `flag${me}`, 1);
    if (!broken) yield* store(m, 'turn', other);
    yield* until(function* () {
      return (yield* load(m, `flag${other}`)) === 0 || (yield* load(m, 'turn')) === me;
    });
    event('enter');
    yield* load(m, 'data');
    event('leave');
    yield* store(m, `flag${me}`, 0);
  });
  const init = zero('flag0', 'flag1', 'turn', 'data');
  return locking('peterson', init, [thread('p0', body, 0), thread('p1', body, 1)]);
}

/** Dekker, as in Dijkstra 1965. */
export function dekker(): Scene {
  const body = framed('dekker', function* (me: number): Kfn<void> {
    const other = 1 - me;
    yield* store(m, `flag${me}`, 1);
    yield* until(function* () {
      if ((yield* load(m, `flag${other}`)) === 0) return true;
      if ((yield* load(m, 'turn')) === me) return false;
      yield* store(m, `flag${me}`, 0);
      yield* until(function* () {
        return (yield* load(m, 'turn')) === me;
      });
      yield* store(m, `flag${me}`, 1);
      return false;
    });
    event('enter');
    yield* load(m, 'data');
    event('leave');
    yield* store(m, 'turn', other);
    yield* store(m, `flag${me}`, 0);
  });
  const init = zero('flag0', 'flag1', 'turn', 'data');
  return locking('dekker', init, [thread('p0', body, 0), thread('p1', body, 1)]);
}

/** Szymanski 1988 for @n threads. */
export function szymanski(n: number): Scene {
  const others = (me: number) => range(n).filter((i) => i !== me);
  function* all(ids: readonly number[], fits: (v: number) => boolean): Kfn<boolean> {
    for (const i of ids) if (!fits((yield* load(m, `f${i}`)) as number)) return false;
    return true;
  }
  function* some(ids: readonly number[], fits: (v: number) => boolean): Kfn<boolean> {
    return !(yield* all(ids, (v) => !fits(v)));
  }
  const body = framed('szymanski', function* (me: number): Kfn<void> {
    yield* store(m, `f${me}`, 1);
    yield* until(() => all(others(me), (v) => v < 3));
    yield* store(m, `f${me}`, 3);
    if (yield* some(others(me), (v) => v === 1)) {
      yield* store(m, `f${me}`, 2);
      yield* until(() => some(others(me), (v) => v === 4));
    }
    yield* store(m, `f${me}`, 4);
    yield* until(() => all(range(me), (v) => v < 2));
    event('enter');
    yield* load(m, 'data');
    event('leave');
    yield* until(() => all(range(n).slice(me + 1), (v) => v < 2 || v > 3));
    yield* store(m, `f${me}`, 0);
  });
  const init = zero('data', ...range(n).map((i) => `f${i}`));
  return locking(
    `szymanski(${n})`,
    init,
    range(n).map((i) => thread(`p${i}`, body, i)),
  );
}

/** A ticket lock of @n threads; @broken draws its number in two steps. */
export function ticketLock(n: number, broken = false): Scene {
  const body = framed('ticket', function* (): Kfn<void> {
    let mine: number;
    if (broken) {
      mine = (yield* load(m, 'next')) as number;
      yield* store(m, 'next', mine + 1);
    } else mine = yield* fetch_add(m, 'next', 1);
    yield* wait(m, 'serving', 'eq', mine);
    event('enter');
    yield* load(m, 'data');
    event('leave');
    yield* store(m, 'serving', mine + 1);
  });
  const threads = range(n).map((i) => thread(`t${i}`, body));
  return locking(`ticket(${n})`, zero('next', 'serving', 'data'), threads);
}

/** A test-and-set lock that spins. */
export function spinLock(n: number): Scene {
  const body = framed('spin', function* (): Kfn<void> {
    yield* until(function* () {
      return (yield* xchg(m, 'taken', 1)) === 0;
    });
    event('enter');
    yield* load(m, 'data');
    event('leave');
    yield* store(m, 'taken', 0);
  });
  const threads = range(n).map((i) => thread(`t${i}`, body));
  return locking(`tas(${n})`, zero('taken', 'data'), threads);
}

/**
 * A buffer of @size places, @items items, producers and consumers sleep on a count; @broken takes
 * the place after looking at the count without the lock held in between.
 */
export function boundedBuffer(size: number, items: number, consumers = 1, broken = false): Scene {
  const l = mutex('buffer');
  const give = framed('give', function* (): Kfn<void> {
    for (const i of range(items * consumers)) {
      yield* wait(m, 'room', 'ge', 1);
      yield* lock(l);
      yield* fetch_add(m, 'room', -1);
      yield* store(m, `slot${i % size}`, i + 1);
      yield* fetch_add(m, 'filled', 1);
      yield* unlock(l);
    }
  });
  const take = framed('take', function* (): Kfn<void> {
    for (const _ of range(items)) {
      yield* repeat('try', [], function* (): Kfn<[] | null> {
        yield* wait(m, 'filled', 'ge', 1);
        yield* lock(l);
        const there = broken || ((yield* load(m, 'filled')) as number) > 0;
        if (there) {
          const at = yield* fetch_add(m, 'taken', 1);
          event('took', yield* load(m, `slot${at % size}`));
          yield* fetch_add(m, 'filled', -1);
          yield* fetch_add(m, 'room', 1);
        }
        yield* unlock(l);
        return there ? null : [];
      });
    }
  });
  const order: Rule = {
    id: 'in-order',
    events: ['took'],
    reads: [],
    initial: 0,
    onEvent(state, { args }) {
      const report = { subject: 'buffer', because: `${args[0]} follows ${state}`, facts: {} };
      return args[0] === (state as number) + 1 ? { state: args[0] } : { state: args[0]!, report };
    },
  };
  const init: Scene['init'] = [
    ...zero('filled', 'taken', ...range(size).map((i) => `slot${i}`)),
    [m, 'room', size],
  ];
  const threads = [thread('give', give), ...range(consumers).map((i) => thread(`take${i}`, take))];
  return { ...scene(`buffer(${size},${items},${consumers})`, init, threads), rules: [order] };
}

interface Node {
  next: Value;
}
const nodeType = defineStruct<Node>('node', { next: null });

/** Treiber's stack: one thread pushes and pops, one pops and, @freeing, frees what it got. */
export function treiber(freeing: boolean): Scene {
  const top = 'top';
  const push = framed('push', function* (node: Handle<Node>): Kfn<void> {
    yield* repeat('try', [], function* (): Kfn<[] | null> {
      const old = yield* load(m, top);
      yield* store(node, 'next', old);
      return (yield* cmpxchg(m, top, old, node)) === old ? null : [];
    });
  });
  const pop = framed('pop', function* (): Kfn<void> {
    yield* repeat('try', [], function* (): Kfn<[] | null> {
      const old = (yield* load(m, top)) as Handle<Node> | null;
      if (old === null) return null;
      const next = yield* load(old, 'next');
      return (yield* cmpxchg(m, top, old, next)) === old ? null : [];
    });
  });
  const one = framed('one', function* (): Kfn<void> {
    const node = yield* alloc(nodeType, m, 'node');
    yield* push(node);
    yield* pop();
  });
  const two = framed('two', function* (): Kfn<void> {
    const old = (yield* load(m, top)) as Handle<Node> | null;
    if (old === null) return;
    const next = yield* load(old, 'next');
    if ((yield* cmpxchg(m, top, old, next)) !== old) return;
    if (freeing) yield* free(old);
  });
  return scene(
    `treiber${freeing ? '-freeing' : ''}`,
    [[m, top, null]],
    [thread('one', one), thread('two', two)],
  );
}

/** Threads that start threads, a binary tree of @depth, each adds to x and to one of its own. */
export function spawnTree(depth: number, own = false): Scene {
  const body: (d: number, at: number) => Kfn<void> = framed(
    'tree',
    function* (d: number, at: number): Kfn<void> {
      yield* fetch_add(m, own ? `x${at}` : 'x', 1);
      if (d === 0) return;
      for (const side of [1, 2]) {
        const next = 2 * at + side;
        yield* spawn(m, { name: `n${next}`, fn: body, args: [d - 1, next] });
      }
    },
  );
  const names = own ? range(2 ** (depth + 1)).map((i) => `x${i}`) : ['x'];
  return scene(`spawn-tree(${depth})`, zero(...names), [thread('n0', body, depth, 0)]);
}

/** SV-COMP's fib_bench: i += j against j += i, @n times each; main looks at i and j. */
export function fibBench(n: number): Scene {
  const body = framed('fib', function* (mine: string, other: string): Kfn<void> {
    for (const _ of range(n)) {
      const a = (yield* load(m, mine)) as number;
      const b = (yield* load(m, other)) as number;
      yield* store(m, mine, a + b);
    }
  });
  const main = framed('main', function* (): Kfn<void> {
    yield* load(m, 'i');
    yield* load(m, 'j');
  });
  const init = ['i', 'j'].map((f) => [m, f, 1] as const);
  const threads = [thread('t1', body, 'i', 'j'), thread('t2', body, 'j', 'i')];
  return scene(`fib_bench(${n})`, init, [thread('main', main), ...threads]);
}

/** Stateright's increment: @n threads read x and write it; their locals stay to the end. */
export function increment(n: number): Scene {
  const body = framed('increment', function* (): Kfn<void> {
    const t = (yield* load(m, 'x')) as number;
    yield* store(m, 'x', t + 1);
    yield* wait(m, 'never', 'eq', 1);
  });
  const threads = range(n).map((i) => ({ ...thread(`t${i}`, body), daemon: true }));
  return scene(`increment(${n})`, zero('x', 'never'), threads);
}

type Two = readonly [rms: string, tm: string, prepared: string, messages: string];

/**
 * Two-phase commit (Gray and Lamport 2006) as a transition system: one thread holds the whole state
 * and the environment chooses the action. rms: w, p, c or a for each; messages: who has sent
 * `prepared`, then C and A for commit and abort.
 */
export function twoPhaseCommit(n: number): Scene {
  const put = (s: string, i: number, c: string): string => s.slice(0, i) + c + s.slice(i + 1);
  const act = ([rms, tm, prepared, messages]: Two, kind: number, i: number): Two => {
    const same: Two = [rms, tm, prepared, messages];
    switch (kind) {
      case 0:
        if (tm !== 'init' || messages[i] !== '1') return same;
        return [rms, tm, put(prepared, i, '1'), messages];
      case 1:
        if (rms[i] !== 'w') return same;
        return [put(rms, i, 'p'), tm, prepared, put(messages, i, '1')];
      case 2:
        return rms[i] === 'w' ? [put(rms, i, 'a'), tm, prepared, messages] : same;
      case 3:
        return messages[n] === 'C' ? [put(rms, i, 'c'), tm, prepared, messages] : same;
      case 4:
        return messages[n + 1] === 'A' ? [put(rms, i, 'a'), tm, prepared, messages] : same;
      case 5:
        if (tm !== 'init' || prepared.includes('0')) return same;
        return [rms, 'committed', prepared, put(messages, n, 'C')];
      default:
        if (tm !== 'init') return same;
        return [rms, 'aborted', prepared, put(messages, n + 1, 'A')];
    }
  };
  const body = framed('protocol', function* (): Kfn<void> {
    const first: [string, string, string, string] = [
      'w'.repeat(n),
      'init',
      '0'.repeat(n),
      `${'0'.repeat(n)}--`,
    ];
    yield* repeat('act', first, function* (...state): Kfn<[string, string, string, string]> {
      const k = yield* choose(m, 5 * n + 2);
      return [...act(state, k < 5 * n ? k % 5 : k - 5 * n + 5, Math.floor(k / 5))];
    });
  });
  return scene(`two-phase-commit(${n})`, [], [thread('world', body)]);
}
