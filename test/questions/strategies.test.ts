// SPDX-License-Identifier: GPL-2.0-only
// Every strategy and memory model on a world of a board, with an honest word about what it covers.

import { expect, test } from 'vitest';
import { rerun } from '#cli/rerun';
import type { CheckOptions, Strategy } from '#finding/report';
import { checkPlatform, defaultCheck } from '#questions/check';
import { findingJson } from '#report/json';
import { parseDocument } from '#report/validate';
import { kernel, laptop } from '../support/boards.ts';

const options = {
  ...defaultCheck,
  devices: ['3d00000.gpu'],
  properties: ['P1', 'P8'],
  statesMax: 60,
};

const run = (strategy: Strategy, more: Partial<CheckOptions> = {}) =>
  checkPlatform(
    laptop(),
    { revision: kernel('7.2'), userFixes: [] },
    { ...options, strategy, ...more },
    '0',
  );

test.each([
  [{ kind: 'optimal' }, 'optimal', /one run was taken of each class/, 'states-max'],
  [{ kind: 'source-dpor' }, 'source-dpor', /one run was taken of each class/, 'states-max'],
  [{ kind: 'none' }, 'none', /^asynchronous probe[^;]* second walk$/, 'states-max'],
  [{ kind: 'bound', preemptions: 0 }, 'bound=0', /at most 0 preemptions/, 'preemptions-max'],
  [{ kind: 'delay', delays: 0 }, 'delay=0', /at most 0 delays/, 'delays-max'],
  [{ kind: 'sample', runs: 4, seed: 2 }, 'sample=4,seed=2', /no proof/, 'runs-max'],
] as const)('%o never calls a part the whole', async (strategy, text, note, limit) => {
  const more = strategy.kind === 'bound' || strategy.kind === 'delay' ? { statesMax: null } : {};
  const { coverage, verdicts } = await run(strategy, more);
  expect(coverage.strategy).toBe(text);
  expect((coverage.notes ?? []).join(' ')).toMatch(note);
  expect(coverage.bounded.map((b) => b.limit)).toContain(limit);
  expect(verdicts.map((v) => v.outcome)).not.toContain('holds');
});

test('a finding under pso says so, and replays from its JSON', async () => {
  const memory = { model: 'pso', fields: ['iommu_device.ready'] } as const;
  const limits = { memory, properties: ['P3'], statesMax: null };
  const { coverage, findings } = await run({ kind: 'bound', preemptions: 1 }, limits);
  expect(coverage.notes?.join(' ')).toContain('store reordering only');
  const document = parseDocument(findingJson(findings[0]!), 'x.json');
  if (!document.ok || document.value.kind !== 'finding') throw new Error('no finding');
  const again = rerun(document.value.finding, false);
  expect(again.ok && again.value.witness).toEqual(findings[0]!.witness);
});
