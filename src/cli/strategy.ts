// SPDX-License-Identifier: GPL-2.0-only
// The values of --strategy, --seed and --memory.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import { parseStrategy, strategies } from '#checker/index';
import type { Memory } from '#finding/finding';
import { BUFFERED } from '#finding/memory';
import type { Strategy } from '#finding/report';
import { wrongValue } from './wrong-value.ts';

const hint = `write one of ${strategies.map((s) => s.usage).join(', ')}; for example, bound=2`;

/** How to explore the model. */
export function readStrategy(text: string, flag: string): Result<Strategy, UserError> {
  const found = parseStrategy(text);
  if (found === null) return wrongValue(flag, text, 'unknown strategy', hint);
  return ok(found);
}

/** How to search the kernel's own C. */
export function readSourceStrategy(text: string, flag: string): Result<Strategy, UserError> {
  const read = readStrategy(text, flag);
  if (!read.ok) return { ok: false, error: { ...read.error, hint: sourceHint } };
  if (read.value.kind === 'bound' || read.value.kind === 'source-dpor') return read;
  return wrongValue(flag, text, 'this is for the model', sourceHint);
}

const sourceHint = "the kernel's own C is searched with bound=0, bound=1, ..., or source-dpor";

/** @strategy with the seed that was given for its sample; refused where nothing is drawn. */
export function withSeed(strategy: Strategy, seed?: number): Result<Strategy, UserError> {
  if (seed === undefined) return ok(strategy);
  if (strategy.kind === 'sample') return ok({ ...strategy, seed });
  return wrongValue('--seed', `${seed}`, 'nothing is drawn', 'it goes with --strategy sample=N');
}

const models = ['sc', 'tso', 'pso'];

/** `pso`, or `pso:TYPE.FIELD,...`; null for sequential consistency. */
export function readMemory(text: string, flag: string): Result<Memory | null, UserError> {
  const [, name = '', list] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const model = models.find((m) => m === name);
  if (model === undefined) {
    return wrongValue(flag, text, 'unknown model', didYouMean(name, models, 'model'));
  }
  const fields = list?.split(',') ?? BUFFERED;
  const bad = fields.find((f) => !/^\w+\.\w+$/.test(f));
  if (bad !== undefined) {
    const example = 'write TYPE.FIELD, as in pso:iommu_device.ready';
    return wrongValue(flag, text, `"${bad}" names no field`, example);
  }
  if (model === 'sc') return ok(null);
  return ok({ model: model === 'tso' ? 'tso' : 'pso', fields });
}
