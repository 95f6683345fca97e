// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { worldsWith } from './worlds.ts';

test('words that no world has are refused, those that some have name them all', () => {
  expect(() => worldsWith('walk+bound | dt/pci')).toThrow('no world has walk+bound | dt/pci');
  const found = worldsWith('walk+bind | dt/pci');
  expect(found.every(({ classKey }) => classKey.includes('dt/pci'))).toBe(true);
});
