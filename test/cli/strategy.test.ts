// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { memory as memoryReader, sourceStrategy, strategy as strategyReader } from '#cli/readers';
import { withSeed } from '#cli/strategy';

const strategy = async (text: string, seed?: number) => {
  const read = await strategyReader.read(text, '--strategy');
  const found = read.ok ? withSeed(read.value, seed) : read;
  return found.ok ? found.value : found.error.code;
};

const memory = async (text: string) => {
  const found = await memoryReader.read(text, '--memory');
  return found.ok ? found.value : found.error.message;
};

describe('--strategy', () => {
  test('takes every strategy there is', async () => {
    for (const kind of ['exhaustive', 'optimal', 'source-dpor', 'none']) {
      expect(await strategy(kind)).toEqual({ kind });
    }
    expect(await strategy('source')).toEqual({ kind: 'source-dpor' });
    expect(await strategy('bound=2')).toEqual({ kind: 'bound', preemptions: 2 });
    expect(await strategy('delay=3')).toEqual({ kind: 'delay', delays: 3 });
    expect(await strategy('sample=100')).toEqual({ kind: 'sample', runs: 100, seed: 1 });
  });

  test('takes a seed with samples only', async () => {
    expect(await strategy('sample=100', 7)).toEqual({ kind: 'sample', runs: 100, seed: 7 });
    expect(await strategy('bound=2', 7)).toBe('RW064');
  });

  test('takes nothing else', async () => {
    for (const text of ['bound', 'sample=0', 'delay=x', 'fast', 'none=1']) {
      expect(await strategy(text)).toBe('RW064');
    }
  });

  test("of the kernel's own C takes what that has", async () => {
    const read = async (text: string) => {
      const found = await sourceStrategy.read(text, '--strategy');
      return found.ok ? found.value : found.error;
    };
    expect(await read('bound=2')).toEqual({ kind: 'bound', preemptions: 2 });
    expect(await read('source')).toEqual({ kind: 'source-dpor' });
    for (const text of ['exhaustive', 'optimal', 'bound=', 'delay=1', 'none']) {
      expect(await read(text)).toMatchObject({
        code: 'RW064',
        hint: expect.stringContaining('own C is searched with'),
      });
    }
  });
});

describe('--memory', () => {
  test('takes a model, and the fields to buffer', async () => {
    expect(await memory('sc')).toBe(null);
    expect(await memory('pso')).toMatchObject({ model: 'pso' });
    const fields = ['iommu_device.ready', 'device.driver'];
    expect(await memory(`tso:${fields.join()}`)).toEqual({ model: 'tso', fields });
  });

  test('takes nothing else', async () => {
    expect(await memory('psc')).toContain('unknown model');
    expect(await memory('pso:ready')).toContain('names no field');
  });
});
