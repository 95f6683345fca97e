// SPDX-License-Identifier: GPL-2.0-only
// Signatures as automata: a sequence of events in, the window that explains a report out.

import { describe, expect, test } from 'vitest';
import type { Peek, RunEvent } from '#checker/program/scene';
import { type EventName, type Events, listed } from '#env/events';
import { Handle } from '#env/op';
import { heard, RuleContext } from '#properties/index';
import { signaturesFor } from '#windows/index';
import { type Inflight, sinceOf, stepInflight } from '#windows/inflight';
import { laptopWorlds } from '../support/boards.ts';

const { world } = laptopWorlds()[0]!;
const handles = new Map(world.devices.map((d) => [d.name, new Handle('device', d.name)]));
const instances = new Map(world.instances.map((i) => [i.name, new Handle('iommu_device', i.name)]));
const ctx = new RuleContext(world, {
  device: (name) => handles.get(name),
  instance: (name) => instances.get(name),
  deferred: undefined,
});
const x = handles.get(world.focus[0]!)!;
const i = instances.get(world.instances[0]!.name)!;
const group = new Handle('iommu_group', 'group');
const nothing: Peek = { get: () => null as never, alive: () => true, holder: () => null };

/** An event as a rule hears it. */
const hear = <N extends EventName>(thread: string, name: N, fields: Events[N]): RunEvent => ({
  name,
  args: listed(name, fields),
  thread,
});

/** The window of a report on X after these events. */
function windowOf(
  property: string,
  heard: readonly RunEvent[],
  facts = {},
  peek: Peek = nothing,
): string | null {
  const signatures = signaturesFor(ctx);
  const states = signatures.map((s) => s.initial);
  for (const e of heard) {
    signatures.forEach((s, n) => {
      if (s.events.includes(e.name)) states[n] = s.step(states[n]!, e, peek);
    });
  }
  const report = { property, subject: x.name, because: '', facts };
  return signatures.find((s, n) => s.explains(states[n]!, report, peek))?.window ?? null;
}

const other = world.devices.find((d) => d.name !== x.name)!;
const begin = hear('walk', 'configure-begin', { dev: handles.get(other.name)!, by: 'walk' });

describe('a late warning', () => {
  test('in a replay before the walk has come is C09', () => {
    const heard = [
      begin,
      hear('bind', 'fwspec-built', { dev: x, instance: i }),
      hear('bind', 'group-set', { dev: x, group, id: 0, by: 'replay' }),
    ];
    expect(windowOf('P1', heard)).toBe('C09');
  });

  test('in a replay after the walk skipped the device is C10', () => {
    const heard = [
      hear('walk', 'walk-visit', { dev: x, instance: i }),
      hear('walk', 'configure-skipped', { dev: x, by: 'walk' }),
      hear('walk', 'ops-missing', { dev: x, by: 'walk' }),
      hear('walk', 'init-end', { dev: x, by: 'walk', errno: -19 }),
      hear('bind', 'group-set', { dev: x, group, id: 0, by: 'replay' }),
    ];
    expect(windowOf('P1', heard)).toBe('C10');
  });

  test('in the walk that had found no driver is C14', () => {
    const heard = [
      hear('walk', 'walk-visit', { dev: x, instance: i }),
      hear('walk', 'configure-begin', { dev: x, by: 'walk' }),
      hear('walk', 'not-ready-accepted', { dev: x, instance: i }),
      hear('walk', 'group-set', { dev: x, group, id: 0, by: 'walk' }),
      hear('walk', 'init-end', { dev: x, by: 'walk', errno: 0 }),
      hear('walk', 'late-warn', { dev: x, by: 'walk' }),
    ];
    expect(windowOf('P1', heard)).toBe('C14');
  });

  test('that nothing led up to fits no window', () => {
    expect(windowOf('P1', [begin])).toBeNull();
  });
});

describe('other reports', () => {
  test('a second probe of a device that another walk has finished is C08', () => {
    const heard = [
      hear('walk', 'configure-begin', { dev: x, by: 'walk' }),
      hear('walk 2', 'group-set', { dev: x, group, id: 0, by: 'walk' }),
      hear('walk', 'probe-device', { dev: x, instance: i, by: 'walk' }),
    ];
    const grouped: Peek = { ...nothing, get: () => group as never };
    expect(windowOf('P4', heard, {}, grouped)).toBe('C08');
    expect(windowOf('P4', heard)).not.toBe('C08');
  });

  test('a probe body that runs during the probe of a walk is C14', () => {
    const heard = [
      hear('walk', 'configure-begin', { dev: x, by: 'walk' }),
      hear('bind', 'use-default-domain', { dev: x, errno: 0, group: null }),
    ];
    expect(windowOf('P3', heard)).toBe('C14');
  });

  test('a user that is counted by a walk is C36', () => {
    const heard = [
      hear('walk', 'configure-begin', { dev: x, by: 'walk' }),
      hear('walk', 'use-default-domain', { dev: x, errno: 0, group }),
    ];
    expect(windowOf('P10', heard)).toBe('C36');
  });

  test('wrong order where no probe parses firmware is C07', () => {
    const heard = [
      hear('walk', 'ops-missing', { dev: x, by: 'walk' }),
      hear('bind', 'group-set', { dev: x, group, id: 1, by: 'replay' }),
    ];
    expect(windowOf('P2', heard)).toBe('C07');
  });

  test('a pointer computed from no driver is C16, whoever follows it', () => {
    const error = 'pci_dma_configure(0000:01:00.0): driver computed from NULL';
    const follows = hear('walk', 'driver-from-null', { dev: x });
    expect(windowOf('oops', [begin, follows], { error, thread: 'walk' })).toBe('C16');
    expect(windowOf('oops', [begin], { error, thread: 'walk' })).toBeNull();
  });
});

describe('those in flight', () => {
  const step = <N extends EventName>(list: Inflight, thread: string, name: N, e: Events[N]) =>
    stepInflight(list, heard(hear(thread, name, e)));

  test('are flagged by what others do, and leave when their own probe ends', () => {
    const one = step([], 'a', 'configure-begin', { dev: x, by: 'walk' });
    const two = step(one, 'b', 'configure-begin', { dev: x, by: 'walk' });
    const torn = step(two, 'b', 'init-end', { dev: x, by: 'walk', errno: -19 });
    expect([sinceOf(torn, 'a'), sinceOf(torn, 'b')]).toEqual(['torn', null]);
    expect(step(torn, 'a', 'init-end', { dev: x, by: 'walk', errno: -19 })).toEqual([]);
  });

  test('stay while a replay inside their own dma_configure ends', () => {
    const one = step([], 'a', 'configure-begin', { dev: x, by: 'walk' });
    expect(sinceOf(step(one, 'a', 'init-end', { dev: x, by: 'replay', errno: 0 }), 'a')).toBe(
      'nothing',
    );
  });
});
