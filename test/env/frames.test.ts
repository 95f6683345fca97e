// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { kernelFunction, kernelStack } from '#env/frames';

describe('the name of a frame', () => {
  it.each([
    ['iommu_init_device', 'iommu_init_device'],
    ['__iommu_probe_device', '__iommu_probe_device'],
    ['iommu_init_device__driver', 'iommu_init_device'],
    ['__iommu_probe_device__v6_1', '__iommu_probe_device'],
    ['__iommu_probe_device__init_v6_1', '__iommu_probe_device'],
    ['model__probe_lock', null],
    ['model', null],
  ])('%s is of %s', (name, fn) => {
    expect(kernelFunction(name)).toBe(fn);
  });
});

describe('a stack', () => {
  it('has one frame for a function and its parts, none for the model alone', () => {
    const frames = [
      'mutex_lock',
      'model__probe_lock',
      'iommu_init_device__failed',
      'iommu_init_device__driver',
      'iommu_init_device',
      '__iommu_probe_device',
      'model__helper',
    ];
    expect(kernelStack(frames)).toEqual([
      'mutex_lock',
      'iommu_init_device',
      '__iommu_probe_device',
    ]);
  });

  it('shows a part under its function where another one calls it, and real recursion', () => {
    expect(kernelStack(['iommu_deinit_device__domains', 'iommu_group_put'])).toEqual([
      'iommu_deinit_device',
      'iommu_group_put',
    ]);
    expect(kernelStack(['f', 'f', 'f__part', 'f'])).toEqual(['f', 'f', 'f']);
    expect(kernelStack(['model__a', 'model__b'])).toEqual([]);
  });
});
