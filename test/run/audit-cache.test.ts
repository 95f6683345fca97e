// SPDX-License-Identifier: GPL-2.0-only
// The search was right to turn back where it did; `npm run audit-cache` asks all worlds.
import { expect, test } from 'vitest';
import { auditOf } from '../support/audit-cache.ts';
import { kernelNamed, sweepWorlds } from '../support/sometimes.ts';

const names = ['walk+bind exynos/1 client', 'walk+bind parsed flags/1 client'];

test.each(names)('going on where the search of %s turned back shows nothing new', (name) => {
  const derived = sweepWorlds().find(({ world }) => world.name === name);
  if (derived === undefined) throw new Error(`no world ${name}`);
  const audited = auditOf(derived, kernelNamed('7.2'), 500_000, 3);
  expect(audited?.differences).toEqual([]);
  expect(audited?.hits).toBeGreaterThan(10);
  // What is cut off is not audited.
  expect(auditOf(derived, kernelNamed('7.2'), 10, 3)).toBeNull();
});
