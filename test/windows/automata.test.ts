// SPDX-License-Identifier: GPL-2.0-only
// Signatures as automata: a sequence of events in, the window that explains a report out.

import { describe, expect, test } from 'vitest';
import type { Peek } from '#checker/program/scene';
import { Handle, type Value } from '#env/op';
import { RuleContext } from '#properties/index';
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

type Heard = readonly [thread: string, name: string, ...args: Value[]];

/** The window of a report on X after these events. */
function windowOf(
  property: string,
  heard: readonly Heard[],
  facts = {},
  peek: Peek = nothing,
): string | null {
  const signatures = signaturesFor(ctx);
  const states = signatures.map((s) => s.initial);
  for (const [thread, name, ...args] of heard) {
    signatures.forEach((s, n) => {
      if (s.events.includes(name)) states[n] = s.step(states[n]!, { name, args, thread }, peek);
    });
  }
  const report = { property, subject: x.name, because: '', facts };
  return signatures.find((s, n) => s.explains(states[n]!, report, peek))?.window ?? null;
}

const other = world.devices.find((d) => d.name !== x.name)!;
const begin: Heard = ['walk', 'configure-begin', handles.get(other.name)!, 'walk'];

describe('a late warning', () => {
  test('in a replay before the walk has come is C09', () => {
    const heard: Heard[] = [begin, ['bind', 'group-set', x, group, 0, 'replay']];
    expect(windowOf('P1', heard)).toBe('C09');
  });

  test('in a replay after the walk skipped the device is C10', () => {
    const heard: Heard[] = [
      ['walk', 'walk-visit', x, i],
      ['walk', 'configure-skipped', x, 'walk'],
      ['walk', 'ops-missing', x, 'walk'],
      ['walk', 'init-end', x, 'walk', -19],
      ['bind', 'group-set', x, group, 0, 'replay'],
    ];
    expect(windowOf('P1', heard)).toBe('C10');
  });

  test('after an instance that is not ready was accepted by the bind alone is C13', () => {
    const heard: Heard[] = [
      begin,
      ['bind', 'not-ready-accepted', x, i],
      ['walk', 'walk-visit', x, i],
      ['walk', 'group-set', x, group, 0, 'walk'],
    ];
    expect(windowOf('P1', heard)).toBe('C13');
  });

  test('in the walk that had found no driver is C14', () => {
    const heard: Heard[] = [
      ['walk', 'walk-visit', x, i],
      ['walk', 'configure-begin', x, 'walk'],
      ['walk', 'not-ready-accepted', x, i],
      ['walk', 'group-set', x, group, 0, 'walk'],
      ['walk', 'init-end', x, 'walk', 0],
      ['walk', 'late-warn', x, 'walk'],
    ];
    expect(windowOf('P1', heard)).toBe('C14');
  });

  test('that nothing led up to fits no window', () => {
    expect(windowOf('P1', [begin])).toBeNull();
  });
});

describe('other reports', () => {
  test('a second probe of a device that another walk has finished is C08', () => {
    const heard: Heard[] = [
      ['walk', 'configure-begin', x, 'walk'],
      ['walk 2', 'group-set', x, group, 0, 'walk'],
      ['walk', 'probe-device', x, i, 'walk'],
    ];
    const grouped: Peek = { ...nothing, get: () => group as never };
    expect(windowOf('P4', heard, {}, grouped)).toBe('C08');
    expect(windowOf('P4', heard)).not.toBe('C08');
  });

  test('a probe body that runs during the probe of a walk is C14', () => {
    const heard: Heard[] = [
      ['walk', 'configure-begin', x, 'walk'],
      ['bind', 'use-default-domain', x, 0, null],
    ];
    expect(windowOf('P3', heard)).toBe('C14');
  });

  test('a user that is counted by a walk is C36', () => {
    const heard: Heard[] = [
      ['walk', 'configure-begin', x, 'walk'],
      ['walk', 'use-default-domain', x, 0, group],
    ];
    expect(windowOf('P10', heard)).toBe('C36');
  });

  test('wrong order where no probe parses firmware is C07', () => {
    expect(windowOf('P2', [['bind', 'group-set', x, group, 1, 'replay']])).toBe('C07');
  });

  test('a pointer computed from no driver is C16, whoever follows it', () => {
    const error = 'pci_dma_configure(0000:01:00.0): driver computed from NULL';
    expect(windowOf('oops', [begin], { error })).toBe('C16');
  });
});

describe('those in flight', () => {
  const step = (list: Inflight, thread: string, name: string, ...args: Value[]) =>
    stepInflight(list, { name, args, thread });

  test('are flagged by what others do, and leave when their own probe ends', () => {
    const one = step([], 'a', 'configure-begin', x, 'walk');
    const two = step(one, 'b', 'configure-begin', x, 'walk');
    const torn = step(two, 'b', 'init-end', x, 'walk', -19);
    expect([sinceOf(torn, 'a'), sinceOf(torn, 'b')]).toEqual(['torn', null]);
    expect(step(torn, 'a', 'init-end', x, 'walk', -19)).toEqual([]);
  });

  test('stay while a replay inside their own dma_configure ends', () => {
    const one = step([], 'a', 'configure-begin', x, 'walk');
    expect(sinceOf(step(one, 'a', 'init-end', x, 'replay', 0), 'a')).toBe('nothing');
  });
});
