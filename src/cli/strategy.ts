// SPDX-License-Identifier: GPL-2.0-only
// The values of --strategy, --seed and --memory.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { parseStrategy } from '#checker/index';
import type { Memory } from '#finding/finding';
import type { Strategy } from '#finding/report';
import { didYouMean } from './suggest.ts';
import { countOption } from './values.ts';

const hint =
  'write exhaustive, optimal, source-dpor, none, bound=K preemptions or delay=K, as in bound=2,' +
  ' or sample=N runs';

/** How to explore; @seed is for samples alone. */
export function strategyOption(
  text = 'exhaustive',
  seed: string | undefined,
): Result<Strategy, UserError> {
  const number = countOption('--seed', seed, 0, 1e9 - 1);
  if (!number.ok) return number;
  const found = parseStrategy(text);
  if (found === null) return fail('RW064', `--strategy ${text}: unknown strategy`, hint);
  if (found.kind === 'sample') return ok({ ...found, seed: number.value ?? found.seed });
  if (number.value !== null) {
    return fail('RW064', `--seed ${seed}: nothing is drawn`, 'it goes with --strategy sample=N');
  }
  return ok(found);
}

/**
 * Fields whose stores go through buffers unless told: what publishes an instance, and what a client
 * gets from it. All fields would be too many for any world.
 */
const published: readonly string[] = [
  'iommu_device.ready',
  'iommu_device.fwnode',
  'device.bound',
  'device.iommu_group',
];

const models = ['sc', 'tso', 'pso'];

/** `pso`, or `pso:TYPE.FIELD,...`; null for sequential consistency. */
export function memoryOption(text = 'sc'): Result<Memory | null, UserError> {
  const [, name = '', list] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const model = models.find((m) => m === name);
  if (model === undefined) {
    return fail('RW064', `--memory ${text}: unknown model`, didYouMean(name, models, 'model'));
  }
  const fields = list?.split(',') ?? published;
  const bad = fields.find((f) => !/^\w+\.\w+$/.test(f));
  if (bad !== undefined) {
    const message = `--memory ${text}: "${bad}" names no field`;
    return fail('RW064', message, 'write TYPE.FIELD, as in pso:iommu_device.ready');
  }
  if (model === 'sc') return ok(null);
  return ok({ model: model === 'tso' ? 'tso' : 'pso', fields });
}
