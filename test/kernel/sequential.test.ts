// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { WorldThread } from '#worlds/world';
import { kernel, runInOrder } from './support/run.ts';
import { attach, client, iommuDevice, oneInstance, switches, walk } from './support/worlds.ts';

const KNOWN = ['6.0', '6.1', '6.2', '6.6', '6.6.y', '6.7', '6.8', '6.12', '6.12.y', '6.15-rc1'];
const LATER = ['6.15.0', '6.15.1', '6.16', '6.18', '7.1', '7.2'];

/** Events of one device, without the thread. */
function about(events: readonly string[], device: string): string[] {
  return events
    .map((e) => e.slice(e.indexOf(': ') + 2).split(' '))
    .filter((words) => words[1] === device)
    .map((words) => words[0]!);
}

describe('a registration that meets nobody', () => {
  it.each([...KNOWN, ...LATER])('ends with every client bound behind its IOMMU in %s', (name) => {
    const world = oneInstance([client('a'), client('b')], [attach('a'), walk, attach('b')]);
    const { events, reports } = runInOrder(world, kernel(name));
    expect(reports).toEqual([]);
    for (const device of ['a', 'b']) {
      expect(about(events, device)).toContain('bound');
      expect(events.some((e) => e.includes(`dma-map ${device} iommu`))).toBe(true);
    }
  });

  it.each(LATER)('gives group ids in bus order in %s', (name) => {
    const world = oneInstance([client('a'), client('b'), client('c')], [walk, attach('c')]);
    const { events } = runInOrder(world, kernel(name));
    const groups = events.filter((e) => e.includes('group-set'));
    expect(groups.map((e) => e.replace(/.*group-set (\w) \S+ (\d) (\w+)/, '$1$2 $3'))).toEqual([
      'a0 walk',
      'b1 walk',
      'c2 walk',
    ]);
  });

  it('gives group ids in bind order in 6.12, and none without a driver', () => {
    const clients = [client('a'), client('b', { driver: null }), client('c')];
    const world = oneInstance(clients, [walk, attach('c'), attach('a')]);
    const { events } = runInOrder(world, kernel('6.12'));
    const groups = events.filter((e) => e.includes('group-set'));
    expect(groups.map((e) => e.replace(/.*group-set (\w) \S+ (\d) (\w+)/, '$1$2 $3'))).toEqual([
      'c0 replay',
      'a1 replay',
    ]);
  });

  it('does everything to a client in the order of the kernel in 7.2', () => {
    const world = oneInstance([client('a')], [attach('a'), walk]);
    expect(about(runInOrder(world, kernel('7.2')).events, 'a')).toEqual([
      'driver-set',
      'driver-clear',
      'deferred',
      'walk-visit',
      'init-begin',
      'configure-begin',
      'not-ready-accepted',
      'fwspec-built',
      'probe-device',
      'group-set',
      'init-end',
      'driver-set',
      'fwspec-found',
      'use-default-domain',
      'driver-probe',
      'dma-map',
      'driver-probe-end',
      'bound',
    ]);
  });
});

describe('deferral', () => {
  it('with strict links a client waits before it touches its IOMMU', () => {
    const world = oneInstance([client('a', { present: false })], [add('a'), walk], {
      switches: { ...switches, strictDevlink: true },
    });
    const events = about(runInOrder(world, kernel('7.2')).events, 'a');
    expect(events.slice(0, 3)).toEqual(['init-begin', 'configure-begin', 'ops-missing']);
    expect(events.indexOf('deferred')).toBeLessThan(events.indexOf('driver-set'));
    expect(events.at(-1)).toBe('bound');
  });

  it('nothing is retried before late_initcall, and everything by it', () => {
    const late: WorldThread = { kind: 'late-initcall', name: 'swapper/0' };
    const off = { ...switches, deferralEnabled: false };
    const quiet = oneInstance([client('a')], [attach('a'), walk], { switches: off });
    expect(about(runInOrder(quiet, kernel('7.2')).events, 'a')).not.toContain('bound');
    const loud = oneInstance([client('a')], [attach('a'), walk, late], { switches: off });
    expect(about(runInOrder(loud, kernel('7.2')).events, 'a')).toContain('bound');
  });

  it('after the timeout a client binds without its IOMMU, and the walk leaves it alone', () => {
    const timeout: WorldThread = { kind: 'deferral-timeout', name: 'kworker/0:1' };
    const world = oneInstance([client('a')], [attach('a'), timeout, walk]);
    const { events } = runInOrder(world, kernel('7.2'));
    expect(events).toContain('kworker/u8:1: dma-map a direct NULL');
    const last = about(events, 'a').slice(-3);
    expect(last).toEqual(['configure-skipped', 'ops-missing', 'init-end']);
  });

  it('an asynchronous driver binds on a thread of its own', () => {
    const world = oneInstance([client('a')], [walk, attach('a')], {
      switches: { ...switches, asyncProbe: true },
    });
    const { events, reports } = runInOrder(world, kernel('7.2'));
    expect(events).toContain('kworker/async:a: bound a');
    expect(reports).toEqual([]);
  });
});

describe('strict links', () => {
  it('are given up when the timeout finds no driver for the supplier', () => {
    const timeout: WorldThread = { kind: 'deferral-timeout', name: 'kworker/0:1' };
    const strict = { ...switches, strictDevlink: true };
    const world = oneInstance([client('a')], [attach('a'), timeout], { switches: strict });
    const { events } = runInOrder(world, kernel('7.2'));
    expect(events.indexOf('modprobe:a: deferred a')).toBe(0);
    expect(events).toContain('kworker/u8:1: dma-map a direct NULL');
  });
});

describe('locks of Intel', () => {
  it('are taken around a registration, and within it', () => {
    const world = oneInstance([client('a')], [walk, { kind: 'cpu-online', name: 'cpuhp/1' }], {
      firmware: 'acpi',
      instances: [{ name: 'iommu@0', device: 'iommu@0', driver: 'intel', registered: false }],
    });
    for (const name of ['6.13', '6.14', '6.15.0', '7.2']) {
      expect(runInOrder(world, kernel(name)).reports).toEqual([]);
    }
  });
});

describe('errors', () => {
  const broken = [client('a'), client('b', { probeError: true })];

  it('one device that is refused ends the registration and releases the others', () => {
    const world = oneInstance(broken, [walk]);
    const { events, reports } = runInOrder(world, kernel('7.2'));
    expect(events).toContain('swapper/0: register-end iommu@0.iommu_device -22');
    expect(events).toContain('swapper/0: probe-failed iommu@0 -22');
    expect(reports).toEqual([]);
  });

  it('an id that was freed is handed out again', () => {
    const devices = [iommuDevice('iommu@0'), iommuDevice('iommu@1'), ...broken];
    const other = client('c', { iommus: [{ instance: 'iommu@1', ids: [7] }] });
    const second: WorldThread = { kind: 'iommu-probe', name: 'modprobe', instance: 'iommu@1' };
    const world = oneInstance([...broken, other], [walk, second], {
      devices: [...devices, other],
      instances: [
        { name: 'iommu@0', device: 'iommu@0', driver: 'generic', registered: false },
        { name: 'iommu@1', device: 'iommu@1', driver: 'generic', registered: false },
      ],
    });
    const { events, reports } = runInOrder(world, kernel('7.2'));
    const ids = events
      .filter((e) => e.includes('group-set'))
      .map((e) => e.replace(/.*group-set /, ''));
    expect(ids).toEqual(['a a.iommu_group#1 0 walk', 'c c.iommu_group#1 0 walk']);
    expect(reports).toEqual([]);
  });

  it('a probe that fails after registering takes its clients down with it', () => {
    const world = oneInstance([client('a')], [walk], {
      instances: [
        {
          name: 'iommu@0',
          device: 'iommu@0',
          driver: 'generic',
          registered: false,
          probeFails: true,
        },
      ],
    });
    const { events, reports } = runInOrder(world, kernel('7.2'));
    expect(events).toContain('swapper/0: probe-failed iommu@0 -19');
    expect(reports).toEqual([]);
  });

  it('removing a device gives its group back', () => {
    const del: WorldThread = { kind: 'device-del', name: 'rmmod', device: 'a' };
    const world = oneInstance([client('a'), client('b')], [walk, attach('a'), del, add('c')], {
      devices: [iommuDevice('iommu@0'), client('a'), client('b'), client('c', { present: false })],
    });
    const { events, reports } = runInOrder(world, kernel('7.2'));
    expect(events).toContain('modprobe:c: group-set c c.iommu_group#1 0 notifier');
    expect(reports).toEqual([]);
  });
});

describe('firmware', () => {
  it('an ACPI client is probed by the walk, and replayed before 6.15 only', () => {
    const world = oneInstance([client('a')], [walk, attach('a')], { firmware: 'acpi' });
    const by = (name: string) =>
      runInOrder(world, kernel(name))
        .events.find((e) => e.includes('group-set'))
        ?.split(' ')
        .at(-1);
    expect(by('6.12')).toBe('replay');
    expect(by('6.15.0')).toBe('walk');
    expect(by('7.2')).toBe('walk');
  });

  it('an ACPI client of two IOMMUs, one absent, binds with half of its ids', () => {
    const both = [
      { instance: 'iommu@0', ids: [1] },
      { instance: 'iommu@1', ids: [2] },
    ];
    const half = client('a', { iommus: both });
    const world = oneInstance([half], [attach('a'), walk], {
      firmware: 'acpi',
      devices: [iommuDevice('iommu@0'), iommuDevice('iommu@1'), half],
      instances: [
        { name: 'iommu@0', device: 'iommu@0', driver: 'generic', registered: true },
        { name: 'iommu@1', device: 'iommu@1', driver: 'generic', registered: false },
      ],
      threads: [attach('a'), { kind: 'iommu-probe', name: 'swapper/0', instance: 'iommu@1' }],
    });
    const { events } = runInOrder(world, kernel('7.2'));
    expect(about(events, 'a').filter((e) => e === 'fwspec-built')).toHaveLength(1);
    expect(about(events, 'a')).not.toContain('configure-begin');
    expect(about(events, 'a').at(-1)).toBe('bound');
  });

  it('a CDX client binds although its IOMMU is absent', () => {
    const world = oneInstance([client('a', { bus: 'cdx' })], [attach('a'), walk]);
    const { events } = runInOrder(world, kernel('7.2'));
    expect(events).toContain('modprobe:a: dma-map a direct NULL');
  });
});

function add(device: string): WorldThread {
  return { kind: 'device-add', name: `modprobe:${device}`, device };
}
