// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Machine } from '#checker/machine/machine';
import type { Rule } from '#checker/program/scene';
import {
  flush_work,
  framed,
  Handle,
  Ida,
  ida_alloc,
  ida_free,
  type Kfn,
  Klist,
  klist_add_tail,
  klist_del,
  klist_next,
  list_add_tail,
  queue_work,
  type ThreadBody,
  type Value,
  Work,
  worker,
} from '#env/index';
import { searchAll } from '../support/checker/search.ts';

type Cell = readonly [Handle, string, Value];

/** The values that @obj.@field has at the end of any run of these threads. */
function outcomes(
  init: readonly Cell[],
  threads: readonly ThreadBody[],
  obj: Handle,
  field: string,
) {
  const seen = new Set<string>();
  const rule: Rule = {
    id: 'outcome',
    events: [],
    reads: [],
    readsAtEnd: [`${obj.type}.${field}`],
    atEnd: (peek) => {
      const value = peek.get(obj as Handle<Record<string, Value>>, field);
      seen.add(JSON.stringify(value, (_, v) => (v instanceof Handle ? v.name : v)));
      return undefined;
    },
  };
  const scene = { name: 'env', init, threads, rules: [rule], signatures: [], sometimes: [] };
  const { reports } = searchAll(new Machine(scene));
  return { seen: [...seen].sort(), reports: reports.map((r) => r.property) };
}

function thread(name: string, fn: () => Kfn<void>): ThreadBody {
  return { name, fn: framed(name, fn), args: [] };
}

interface Head {
  items: readonly Handle[];
}

describe('env', () => {
  it('an unlocked list loses an entry', () => {
    const head = new Handle<Head>('list_head', 'head');
    const add = (name: string) => {
      const node = new Handle('node', name);
      return thread(name, () => list_add_tail(head, 'items', node));
    };
    const { seen } = outcomes([[head, 'items', []]], [add('a'), add('b')], head, 'items');
    expect(seen).toEqual(['["a","b"]', '["a"]', '["b","a"]', '["b"]']);
  });

  it('an ida hands out the smallest free number', () => {
    const ida = new Ida('ida');
    function* use(): Kfn<void> {
      for (const want of [0, 1, 2]) if ((yield* ida_alloc(ida)) !== want) throw 'wrong id';
      yield* ida_free(ida, 1);
      if ((yield* ida_alloc(ida)) !== 1) throw 'wrong id';
    }
    const { seen, reports } = outcomes(ida.init(), [thread('t', use)], ida, 'used');
    expect(seen).toEqual(['[0,1,2]']);
    expect(reports).toEqual([]);
  });

  it('two threads never get the same id', () => {
    const ida = new Ida('ida');
    const take = (name: string) =>
      thread(name, function* () {
        yield* ida_alloc(ida);
      });
    expect(outcomes(ida.init(), [take('a'), take('b')], ida, 'used').seen).toEqual(['[0,1]']);
  });

  it('an iterator sees what is added behind it and steps over what is removed', () => {
    const list = new Klist<Handle>('list');
    const [a, b, c] = ['a', 'b', 'c'].map((n) => new Handle('node', n)) as [Handle, Handle, Handle];
    const log = new Handle<Head>('log', 'log');
    function* walk(): Kfn<void> {
      for (let cur = yield* klist_next(list, null); cur; cur = yield* klist_next(list, cur)) {
        yield* list_add_tail(log, 'items', cur);
      }
    }
    function* change(): Kfn<void> {
      yield* klist_del(list, b);
      yield* klist_add_tail(list, c);
    }
    const init: Cell[] = [...list.init([a, b]), [log, 'items', []]];
    const { seen } = outcomes(init, [thread('walk', walk), thread('change', change)], log, 'items');
    expect(seen).toEqual(['["a","b","c"]', '["a","b"]', '["a","c"]', '["a"]']);
  });

  it('flushing waits for the turn that follows the latest queueing', () => {
    const work = new Work('work');
    const state = new Handle<{ ran: number }>('state', 'state');
    function* func(): Kfn<void> {
      yield { kind: 'add', obj: state, field: 'ran', arg: 1 };
    }
    function* user(): Kfn<void> {
      yield* queue_work(work);
      yield* flush_work(work);
      const ran = yield { kind: 'load', obj: state, field: 'ran' };
      if (Number(ran) < 1) throw 'not flushed';
      yield* queue_work(work);
      yield* queue_work(work);
      yield* flush_work(work);
    }
    const init: Cell[] = [...work.init(), [state, 'ran', 0]];
    const threads = [thread('user', user), worker('kworker', work, func)];
    const { seen, reports } = outcomes(init, threads, state, 'ran');
    expect(seen).toEqual(['2', '3']);
    expect(reports).toEqual([]);
  });
});
