// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { fetch_add, framed, Handle, type Kfn, repeat } from '#env/op';
import { check, Machine, replay, type SceneCheckResult } from '../../src/checker/index.ts';
import { philosophers } from '../support/checker/philosophers.ts';
import {
  counting,
  crossing,
  freeing,
  greeting,
  leaving,
  nulling,
  sleeping,
  spinning,
} from '../support/checker/scenes.ts';

const told = (result: SceneCheckResult) =>
  result.findings.map((f) => `${f.report.property} ${f.report.subject} ${f.preemptions}`);

describe('check()', () => {
  test('finds a lost update with one preemption and says which store decides', () => {
    const result = check(counting(false));
    expect(result.outcome).toBe('violated');
    expect(told(result)).toEqual(['both-count counter 1']);
    const [finding] = result.findings;
    expect(finding?.minimal).toBe(true);
    expect(finding?.trace.map((s) => `${s.thread} ${s.op}`)).toEqual([
      't0 load',
      't1 load',
      't1 store',
      't0 store',
    ]);
    const deciding = finding?.trace[finding.deciding ?? -1];
    expect(`${deciding?.thread} ${deciding?.op}`).toBe('t0 store');
  });

  test('holds once the counter is locked', () => {
    const result = check(counting(true));
    expect(result.outcome).toBe('holds');
    expect(result.findings).toEqual([]);
  });

  test('tells the cycle of a deadlock', () => {
    const { findings } = check(crossing());
    expect(told({ findings } as SceneCheckResult)).toEqual(['deadlock a 1']);
    expect(findings[0]?.report.because).toContain('waits for b held by t1');
    expect(findings[0]?.report.facts.cycle).toBe('t0 -> t1');
  });

  test('tells a lost wake-up from a deadlock, and holds where none can be lost', () => {
    expect(told(check(sleeping(false)))).toEqual(['lost-wake-up queue 1']);
    expect(check(sleeping(true)).outcome).toBe('holds');
  });

  test('finds a use after free and a double free, and who freed', () => {
    const used = check(freeing(false));
    expect(told(used)).toEqual(['use-after-free root.box#1 1']);
    expect(used.findings[0]?.report.facts.freedBy).toBe('t1');
    expect(told(check(freeing(true)))).toContain('double-free root.box#1 0');
  });

  test('finds an access through NULL', () => {
    expect(told(check(nulling()))).toEqual(['null-dereference NULL.x 1']);
  });

  test('finds a lock that a thread keeps when it ends, and an exception', () => {
    expect(told(check(leaving(false)))).toEqual(['leaked-lock mutex 0']);
    expect(told(check(leaving(true)))).toEqual(['oops t0 0']);
  });

  test('finds a loop that nothing can end, and ends itself where something does', () => {
    expect(told(check(spinning(false)))).toEqual(['livelock t0 0']);
    expect(check(spinning(true)).outcome).toBe('holds');
  });

  test('says which sometimes-properties have happened', () => {
    expect(check(greeting()).coverage.sometimes).toEqual(['says-hello']);
  });

  test('never calls a search that hit a limit a pass, and names the flag', () => {
    const result = check(counting(true), { statesMax: 1 });
    expect(result.outcome).toBe('bounded');
    expect(result.coverage.bounded).toEqual([{ name: 'states', max: 1, flag: '--states-max' }]);
  });

  test('finds with bound=0 only what needs no preemption', () => {
    const strategy = { kind: 'bound', preemptions: 0 } as const;
    const none = check(counting(false), { strategy });
    expect(none.outcome).toBe('bounded');
    expect(none.coverage.bounded.map((b) => b.name)).toEqual(['preemptions']);
    expect(check(leaving(false), { strategy }).outcome).toBe('violated');
    const one = check(counting(false), { strategy: { kind: 'bound', preemptions: 1 } });
    expect(told(one)).toEqual(['both-count counter 1']);
    expect(one.coverage.strategy).toBe('bound=1');
    const all = check(counting(true), { strategy: { kind: 'bound', preemptions: 9 } });
    expect(all.outcome).toBe('holds');
  });

  test('gives the same result twice, byte for byte', () => {
    const once = JSON.stringify(check(philosophers(3)));
    expect(JSON.stringify(check(philosophers(3)))).toBe(once);
  });

  test('gives up a thread that goes on and on and names the flag', () => {
    const mem = new Handle<{ n: number }>('cells', 'mem');
    const counts = framed('counts', function* (): Kfn<void> {
      yield* repeat('turn', [], function* (): Kfn<[]> {
        yield* fetch_add(mem, 'n', 1);
        return [];
      });
    });
    const threads = [{ name: 't', fn: counts, args: [] }];
    const scene = { ...counting(true), init: [[mem, 'n', 0] as const], threads, rules: [] };
    const { outcome, coverage } = check(scene, { depthMax: 3_000 });
    expect(outcome).toBe('bounded');
    expect(coverage.bounded).toEqual([{ name: 'depth', max: 3_000, flag: '--depth-max' }]);
  });

  test('says so where the fewest preemptions are not proved', () => {
    const result = check(counting(false, 3), { minimiseMax: 1 });
    expect(result.findings[0]?.minimal).toBe(false);
    expect(result.findings[0]?.preemptions).toBe(1);
  });
});

describe('a schedule', () => {
  const [finding] = check(counting(false)).findings;
  const schedule = finding?.schedule ?? '';

  test('names thread, function, object, field and occurrence', () => {
    expect(schedule).toBe(
      'rw1:t0@add_one:load:counter.x#1>t1@add_one:store:counter.x#1>t0@add_one:store:counter.x#1',
    );
  });

  test('replays, also broken over lines', () => {
    const result = replay(new Machine(counting(false)), schedule.replaceAll('>', '>\n  '));
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.reports.map(({ report }) => report.property)).toEqual(['both-count']);
    expect(result.value.preemptions).toBe(1);
    expect(result.value.trace).toEqual(finding?.trace);
  });

  test('still fits where unrelated steps have come in', () => {
    const result = replay(new Machine(counting(false, 4)), schedule);
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.reports.map(({ report }) => report.property)).toEqual(['both-count']);
  });

  test.each([
    ['', 'RW075'],
    ['rw2:t0', 'RW075'],
    ['rw1:t0@@', 'RW075'],
    ['rw1:t0@add_one:load:counter.x#', 'RW075'],
    ['rw1:t7@add_one:load:counter.x#1', 'RW076'],
    ['rw1:t0@add_one:load:counter.y#1', 'RW076'],
    ['rw1:t0@add_one:load:counter.x#2', 'RW076'],
  ])('%j is refused with %s', (text, code) => {
    const result = replay(new Machine(counting(false)), text);
    expect(result.ok ? 'ok' : result.error.code).toBe(code);
  });
});
