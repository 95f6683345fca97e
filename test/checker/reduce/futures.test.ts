// SPDX-License-Identifier: GPL-2.0-only
// Programs on which looking ahead has been wrong once.
import { expect, test } from 'vitest';
import { crosscheck } from '../../support/checker/crosscheck-strategies.ts';

test('a section is no single step where somebody tries its lock', () => {
  expect(crosscheck(8523, 'drawn').differences).toEqual([]);
});
