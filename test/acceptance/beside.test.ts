// SPDX-License-Identifier: GPL-2.0-only
// The order of groups is not said to hold in two walks before they were asked with another client.

import { describe, expect, test } from 'vitest';
import type { Strategy } from '#finding/report';
import type { Platform } from '#platform/index';
import { checkPlatform, defaultCheck } from '#questions/check';
import { checkWorld } from '#run/check-world';
import { both, client, iommu, second, two, undriven, walker, world } from '#worlds/hand-parts';
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

describe('a client of two IOMMUs before one that has only the first of them', () => {
  const { world: waiting } = world({
    name: 'walk+walk beside first',
    devices: [
      iommu(),
      iommu('200.iommu'),
      client('20.gpu', { deferred: true, iommus: both }),
      client('30.eth', { ...undriven, iommus: [both[0]!] }),
    ],
    instances: two,
    threads: [walker, second],
  });
  const windowsOf = (strategy: Strategy) => {
    const asked = { properties: ['P2'], windows: ['C40'], strategy, minimiseMax: 0 };
    const limits = { statesMax: null, timeMaxMs: null };
    const { findings, bounded, seen } = checkWorld(waiting, kernel('7.2'), { ...asked, ...limits });
    return { windows: findings.map((f) => f.window), bounded, seen };
  };

  // The second IOMMU registers when the first has walked: the later client has its group by then.
  test('is not overtaken while it waits for the second', () => {
    const { windows, seen } = windowsOf({ kind: 'bound', preemptions: 0 });
    expect(windows).toEqual([]);
    expect(seen).toContain('P2 is asked');
  });

  test('is overtaken where the second comes while the first walks', () => {
    const { windows, bounded, seen } = windowsOf({ kind: 'exhaustive' });
    expect(bounded).toEqual([]);
    expect(windows).toContain('C40');
    expect(windows).not.toContain(null);
    expect(seen).toContain('two registrations at once, and two clients of one');
  });
});
