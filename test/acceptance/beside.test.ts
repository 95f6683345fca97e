// SPDX-License-Identifier: GPL-2.0-only
// The order of groups is not said to hold in two walks before they were asked with another client.

import { expect, test } from 'vitest';
import type { Platform } from '#platform/index';
import { checkPlatform, defaultCheck } from '#questions/check';
import { besideBoard, besideSmmu } from '../support/beside.ts';
import { kernel } from '../support/boards.ts';

const two = besideBoard({ t: besideSmmu(2) });

// One walk alone breaks no order for c: b, which it meets first, is before it.
function check(platform: Platform, properties: readonly string[] | null) {
  const options = { ...defaultCheck, devices: ['c'], properties, toExplain: () => [] };
  return checkPlatform(platform, { revision: kernel('7.2'), userFixes: [] }, options, '0');
}

test('without the world of both, nothing is said of P2', async () => {
  const { verdicts } = await check(two, null);
  expect(verdicts.find((v) => v.property === 'P2')).toMatchObject({
    outcome: 'not reached',
    devices: ['c'],
    reason: 'nothing broke it, but no world had: client beside two walks',
    reach: ['--actors beside (walk+walk beside)'],
  });
});

test('with it P2 is broken by C40', async () => {
  const { verdicts, findings } = await check(two, ['P2']);
  expect(verdicts.map((v) => v.outcome)).toEqual(['violated']);
  expect(findings.map((f) => f.window)).toContain('C40');
});

test('where no second IOMMU registers P2 holds', async () => {
  const { verdicts } = await check(besideBoard({}), ['P2']);
  expect(verdicts.map((v) => v.outcome)).toEqual(['holds']);
});
