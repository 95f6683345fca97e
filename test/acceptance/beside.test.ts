// SPDX-License-Identifier: GPL-2.0-only
// The order of groups is not said to hold in two walks before they were asked with another client.

import { describe, expect, test } from 'vitest';
import type { Strategy } from '#finding/report';
import type { Platform } from '#platform/index';
import { checkPlatform, defaultCheck } from '#questions/check';
import { checkWorld } from '#run/check-world';
import {
  binder,
  both,
  client,
  instance,
  iommu,
  second,
  two,
  undriven,
  walker,
  world,
} from '#worlds/hand-parts';
import type { World } from '#worlds/world';
import { besideBoard, besideSmmu } from '../support/beside.ts';
import { kernel } from '../support/boards.ts';

const twice = besideBoard({ t: besideSmmu(2) });

// One walk alone breaks no order for c: b, which it meets first, is before it.
function check(platform: Platform, properties: readonly string[] | null) {
  const options = { ...defaultCheck, devices: ['c'], properties, toExplain: () => [] };
  return checkPlatform(platform, { revision: kernel('7.2'), userFixes: [] }, options, '0');
}

test('without the world of both, nothing is said of P2', async () => {
  const { verdicts } = await check(twice, null);
  expect(verdicts.find((v) => v.property === 'P2')).toMatchObject({
    outcome: 'not reached',
    devices: ['c'],
    reason: 'nothing broke it, but no world had: client beside two walks',
    reach: ['--actors beside (walk+walk beside)'],
  });
});

test('with it P2 is broken by C40', async () => {
  const { verdicts, findings } = await check(twice, ['P2']);
  expect(verdicts.map((v) => v.outcome)).toEqual(['violated']);
  expect(findings.map((f) => f.window)).toContain('C40');
});

test('where no second IOMMU registers P2 holds', async () => {
  const { verdicts } = await check(besideBoard({}), ['P2']);
  expect(verdicts.map((v) => v.outcome)).toEqual(['holds']);
});

/** What breaks P2 in @asked under 7.2, by window. */
function windowsOf(asked: World, strategy: Strategy) {
  const how = { properties: ['P2'], windows: ['C40'], strategy, minimiseMax: 0 };
  const limits = { statesMax: null, timeMaxMs: null };
  const { findings, bounded, seen } = checkWorld(asked, kernel('7.2'), { ...how, ...limits });
  const ofOrder = findings.filter((f) => f.property === 'P2');
  return { windows: ofOrder.map((f) => f.window), bounded, seen };
}

const later = client('30.eth', { ...undriven, iommus: [both[0]!] });

describe('a client of two IOMMUs before one that has only the first of them', () => {
  const { world: waiting } = world({
    name: 'walk+walk beside first',
    devices: [
      iommu(),
      iommu('200.iommu'),
      client('20.gpu', { deferred: true, iommus: both }),
      later,
    ],
    instances: two,
    threads: [walker, second],
  });

  // The second IOMMU registers when the first has walked: the later client has its group by then.
  test('is not overtaken while it waits for the second', () => {
    const { windows, seen } = windowsOf(waiting, { kind: 'bound', preemptions: 0 });
    expect(windows).toEqual([]);
    expect(seen).toContain('P2 is asked');
  });

  test('is overtaken where the second comes while the first walks', () => {
    const { windows, bounded, seen } = windowsOf(waiting, { kind: 'exhaustive' });
    expect(bounded).toEqual([]);
    expect(windows).toContain('C40');
    expect(windows).not.toContain(null);
    expect(seen).toContain('two registrations at once, and two clients of one');
  });
});

const once = { kind: 'bound', preemptions: 1 } as const;

// Under 7.2 no walk needs a bind: what is passed over with a fwspec of before is no case of C07.
test('a client that has a fwspec of its first IOMMU is overtaken as C40', () => {
  const { world: parsed } = world({
    name: 'walk+walk parsed',
    firmware: 'acpi',
    devices: [
      iommu(),
      iommu('200.iommu'),
      client('20.gpu', { ...undriven, deferred: true, parsed: true, iommus: both }),
      later,
    ],
    instances: two.map((i) => ({ ...i, driver: 'arm-smmu-v3' })),
    threads: [walker, second],
  });
  expect(windowsOf(parsed, once).windows).toEqual(['C40']);
});

describe('a client that is released, and probed before those after it are released', () => {
  const unbinder = { kind: 'iommu-unbind', name: 'bash', instance: '100.iommu' } as const;
  const failing = instance({ probeFails: true });
  const one = [iommu(), client('20.gpu'), later];
  const several = [
    iommu(),
    iommu('200.iommu'),
    client('20.gpu', { ...undriven, iommus: both }),
    later,
  ];
  const acpi = (i: typeof failing) => ({ ...i, driver: 'arm-smmu-v3' });
  // With as few preemptions as show it.
  const scenes = [
    {
      preemptions: 2,
      name: 'unbind',
      devices: one,
      instances: [instance()],
      threads: [walker, unbinder, binder],
    },
    { preemptions: 2, name: 'fail', devices: one, instances: [failing], threads: [walker, binder] },
    {
      preemptions: 1,
      name: 'two',
      firmware: 'acpi',
      devices: several,
      instances: [failing, two[1]!].map(acpi),
      threads: [walker, second],
    },
  ] as const;

  test.each(scenes)('$name: its group is out of order by C21', ({ preemptions, ...scene }) => {
    const { windows } = windowsOf(world(scene).world, { kind: 'bound', preemptions });
    expect(windows).toContain('C21');
    expect(windows).not.toContain(null);
  });
});
