// SPDX-License-Identifier: GPL-2.0-only
// Rules one by one, on hand-made memory.

import { describe, expect, test } from 'vitest';
import type { Peek, RuleReport } from '#checker/program/scene';
import { type EventName, type Events, listed } from '#env/events';
import { Handle, type Value } from '#env/op';
import { heard } from '#properties/context';
import { properties, propertyOf, RuleContext } from '#properties/index';
import { laptopWorlds } from '../support/boards.ts';

const { world } = laptopWorlds()[0]!;
const handles = new Map(world.devices.map((d) => [d.name, new Handle('device', d.name)]));
const deferred = new Handle('deferred_probe', 'deferred');
const ctx = new RuleContext(world, {
  device: (name) => handles.get(name),
  instance: (name) => new Handle('iommu_device', name),
  deferred,
});
const [first, client, last] = ctx.clients.map((d) => d.handle);
const hw = handles.get(world.instances[0]!.device)!;
const group = (n: number) => new Handle('iommu_group', `group${n}`);

type Cells = readonly (readonly [obj: Handle, field: string, value: Value])[];

function memory(cells: Cells): Peek {
  const find = (obj: Handle, field: string) =>
    cells.find(([o, f]) => o.name === obj.name && f === field)?.[2] ?? null;
  return {
    get: ((obj: Handle, field: string) => find(obj, field)) as never,
    alive: () => true,
    holder: () => null,
  };
}

function onEvent<N extends EventName>(
  id: string,
  name: N,
  fields: Events[N],
  cells: Cells,
): RuleReport | undefined {
  const args = listed(name, fields);
  const rule = properties.find((p) => p.id === id)?.make(ctx);
  return rule?.onEvent?.(rule.initial ?? null, { name, args, thread: 't' }, memory(cells))?.report;
}

function atEnd(id: string, cells: Cells): readonly RuleReport[] {
  const said = properties
    .find((p) => p.id === id)
    ?.make(ctx)
    ?.atEnd?.(memory(cells), null);
  return said === undefined ? [] : Array.isArray(said) ? said : [said as RuleReport];
}

describe('P2', () => {
  const set = (id: number) => ({ dev: client!, group: group(id), id, by: 'replay' }) as const;

  test('is broken when a later device has a smaller id', () => {
    const cells: Cells = [
      [last!, 'iommu_group', group(0)],
      [group(0), 'id', 0],
    ];
    expect(onEvent('P2', 'group-set', set(1), cells)?.facts['other']).toBe(last!.name);
  });

  test('holds when an earlier device has it, or shares it', () => {
    const cells: Cells = [
      [first!, 'iommu_group', group(0)],
      [last!, 'iommu_group', group(0)],
      [group(0), 'id', 0],
    ];
    expect(onEvent('P2', 'group-set', set(1), cells)).toBeUndefined();
  });
});

describe('P3', () => {
  const probe = (cells: Cells) => onEvent('P3', 'driver-probe', { dev: client! }, cells)?.because;
  const g = group(0);
  const domain = new Handle('iommu_domain', 'domain');

  test('wants a group, a default domain and a user, in this order', () => {
    const grouped: Cells = [[client!, 'iommu_group', g]];
    const ready: Cells = [...grouped, [g, 'default_domain', domain]];
    expect(probe([])).toContain('iommu_group is NULL');
    expect(probe([...grouped, [g, 'owner_cnt', 1]])).toContain('no default domain');
    expect(probe([...ready, [g, 'owner_cnt', 0]])).toContain('counts no user');
    expect(probe([...ready, [g, 'owner_cnt', 1]])).toBeUndefined();
  });
});

describe('at the end', () => {
  const bound: Cells = [[hw, 'driver', 'arm-smmu']];

  test('P8 names each device without a group once its IOMMU is bound', () => {
    expect(atEnd('P8', [])).toEqual([]);
    const subjects = atEnd('P8', [...bound, [client!, 'iommu_group', group(0)]]);
    expect(subjects.map((r) => r.subject)).toEqual([first!.name, last!.name]);
  });

  test('P7 names a client that still waits', () => {
    const lists: Cells = [
      [deferred, 'pending', [client!]],
      [deferred, 'active', []],
    ];
    expect(atEnd('P7', lists)).toEqual([]);
    expect(atEnd('P7', [...bound, ...lists]).map((r) => r.subject)).toEqual([client!.name]);
  });

  test('P10 compares users with members that have a driver', () => {
    const cells: Cells = [
      [client!, 'iommu_group', group(0)],
      [client!, 'driver', 'drv'],
    ];
    expect(atEnd('P10', [...cells, [group(0), 'owner_cnt', 1]])).toEqual([]);
    expect(atEnd('P10', [...cells, [group(0), 'owner_cnt', 2]])[0]?.facts['owners']).toBe(2);
  });
});

test('reports of the machine belong to P5, P7 and P9', () => {
  expect(['use-after-free', 'oops', 'lost-wake-up', 'deadlock', 'P2'].map(propertyOf)).toEqual([
    'P5',
    'P5',
    'P7',
    'P9',
    'P2',
  ]);
});

describe('what a rule is about', () => {
  const asked = (id: string, name: string, args: Value[], cells: Cells, thread = 't') =>
    properties
      .find((p) => p.id === id)
      ?.asked?.holds?.(heard({ name, args, thread }), memory(cells), ctx);

  test('costs no interleavings: where it looks at memory, the rule does', () => {
    for (const { asked: what, make } of properties) {
      if (what === null || (what.reads ?? []).length === 0) continue;
      const rule = make(ctx);
      expect(rule?.events).toEqual(expect.arrayContaining([...(what.events ?? [])]));
      expect(rule?.reads).toEqual(expect.arrayContaining([...(what.reads ?? [])]));
    }
  });

  test('for P2 is another group behind the same IOMMU', () => {
    const args: Value[] = [client!, group(1), 1, 'walk'];
    expect(asked('P2', 'group-set', args, [])).toBe(false);
    expect(asked('P2', 'group-set', args, [[first!, 'iommu_group', group(1)]])).toBe(false);
    expect(asked('P2', 'group-set', args, [[first!, 'iommu_group', group(0)]])).toBe(true);
  });

  test('for P7 is a bind by the worker, for P6 a user that counts', () => {
    expect(asked('P7', 'bound', [client!], [], 'modprobe')).toBe(false);
    expect(asked('P7', 'bound', [client!], [], 'kworker/u8:1')).toBe(true);
    expect(asked('P6', 'use-default-domain', [client!, 0, null], [])).toBe(false);
    expect(asked('P6', 'use-default-domain', [client!, 0, group(0)], [])).toBe(true);
  });

  test('for P8 is an IOMMU that is bound at the end', () => {
    const ends = (cells: Cells) =>
      properties.find((p) => p.id === 'P8')?.asked?.atEnd?.(memory(cells), ctx);
    expect(ends([])).toBe(false);
    expect(ends([[hw, 'driver', new Handle('driver', 'smmu')]])).toBe(true);
  });
});

describe('P15', () => {
  const masked = (dmaMask: number, limit?: number) => {
    const devices = world.devices.map((d) => {
      if (d.name !== client!.name || d.driver === null) return d;
      const limited = limit === undefined ? {} : { dmaLimit: limit };
      return { ...d, ...limited, driver: { ...d.driver, dmaMask } };
    });
    return { ...world, devices };
  };
  const rule = (limit?: number) => {
    const watched = new RuleContext(masked(64, limit), {
      device: (n) => handles.get(n),
      instance: (n) => new Handle('iommu_device', n),
      deferred,
    });
    return properties.find((p) => p.id === 'P15')!.make(watched)!;
  };
  type Told = readonly ['dma-mask-set' | 'dma-mask-limited', word: string, bits: number];
  /** What is reported of @told in turn. */
  const reports = (told: readonly (Told | 'driver-clear')[], limit?: number) => {
    const made = rule(limit);
    let state: Value = made.initial ?? null;
    return told.flatMap((e) => {
      const [name, args]: [string, Value[]] =
        e === 'driver-clear' ? [e, [client!]] : [e[0], [client!, e[1], e[2]]];
      const answer = made.onEvent!(state, { name, args, thread: 'walk' }, memory([]));
      state = answer ? answer.state : state;
      return answer?.report ? [answer.report] : [];
    });
  };
  const set: Told = ['dma-mask-set', 'dma_mask', 64];
  const cut: Told = ['dma-mask-limited', 'dma_mask', 32];

  test('is broken by another mask in the word that the driver has set, until it is gone', () => {
    expect(reports([set, cut]).map((r) => r.facts)).toEqual([
      { thread: 'walk', word: 'dma_mask', set: 64, now: 32 },
    ]);
    expect(reports([cut, set])).toEqual([]);
    expect(reports([set, ['dma-mask-limited', 'dma_mask', 64]])).toEqual([]);
    expect(reports([set, ['dma-mask-limited', 'coherent_dma_mask', 32]])).toEqual([]);
    expect(reports([set, 'driver-clear', cut])).toEqual([]);
    expect(reports([set, 'driver-clear', set, cut])).toHaveLength(1);
  });

  test('is kept where the limit of firmware leaves no more than the word does', () => {
    expect(reports([set, ['dma-mask-limited', 'dma_mask', 40]], 40)).toEqual([]);
    expect(reports([set, ['dma-mask-limited', 'dma_mask', 40]], 41)).toHaveLength(1);
    expect(reports([set, cut], 32)).toEqual([]);
  });

  test('tells a mask that is too wide from one that is too narrow', () => {
    const { gravityIn } = properties.find((p) => p.id === 'P15')!;
    expect(gravityIn!(masked(64)).harm).toBe('dead');
    expect(gravityIn!(masked(30)).harm).toBe('memory');
  });

  test('is asked in worlds with such a driver alone', () => {
    const { concerns } = properties.find((p) => p.id === 'P15')!;
    expect(concerns!(world)).toBe(false);
  });
});
