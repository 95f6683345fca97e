// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { memoryOption, strategyOption } from '#cli/strategy';

const strategy = (text: string, seed?: string) => {
  const found = strategyOption(text, seed);
  return found.ok ? found.value : found.error.code;
};

const memory = (text: string) => {
  const found = memoryOption(text);
  return found.ok ? found.value : found.error.message;
};

describe('--strategy', () => {
  test('takes every strategy there is', () => {
    for (const kind of ['exhaustive', 'optimal', 'source-dpor', 'none']) {
      expect(strategy(kind)).toEqual({ kind });
    }
    expect(strategy('source')).toEqual({ kind: 'source-dpor' });
    expect(strategy('bound=2')).toEqual({ kind: 'bound', preemptions: 2 });
    expect(strategy('delay=3')).toEqual({ kind: 'delay', delays: 3 });
    expect(strategy('sample=100')).toEqual({ kind: 'sample', runs: 100, seed: 1 });
  });

  test('takes a seed with samples only', () => {
    expect(strategy('sample=100', '7')).toEqual({ kind: 'sample', runs: 100, seed: 7 });
    expect(strategy('bound=2', '7')).toBe('RW064');
    expect(strategy('sample=100', 'x')).toBe('RW064');
  });

  test('takes nothing else', () => {
    for (const text of ['bound', 'sample=0', 'delay=x', 'fast', 'none=1']) {
      expect(strategy(text)).toBe('RW064');
    }
  });
});

describe('--memory', () => {
  test('takes a model, and the fields to buffer', () => {
    expect(memory('sc')).toBe(null);
    expect(memory('pso')).toMatchObject({ model: 'pso' });
    const fields = ['iommu_device.ready', 'device.driver'];
    expect(memory(`tso:${fields.join()}`)).toEqual({ model: 'tso', fields });
  });

  test('takes nothing else', () => {
    expect(memory('psc')).toContain('unknown model');
    expect(memory('pso:ready')).toContain('names no field');
  });
});
