// SPDX-License-Identifier: GPL-2.0-only
// C31 on memory that is no fwspec any more, as a user's fix can leave it.
import { expect, test } from 'vitest';
import type { Peek } from '#checker/program/scene';
import { Handle } from '#env/op';
import type { RuleContext } from '#properties/context';
import { c31 } from '#windows/c31-partial-fwspec';

const dev = new Handle('device', '20.gpu');
const data = { name: '20.gpu', iommus: [{ ids: [1] }, { ids: [2] }] };
const ctx = {
  world: { firmware: 'acpi' },
  clients: [{ handle: dev, data }],
} as unknown as RuleContext;

/** dev->iommu->fwspec->ids is @ids. */
function explains(ids: readonly number[] | null): boolean {
  const param = new Handle('dev_iommu', '20.gpu.iommu#1');
  const fwspec = new Handle('iommu_fwspec', '20.gpu.fwspec#1');
  const fields: Record<string, unknown> = { iommu: param, fwspec, ids };
  const peek = { get: (_: Handle, field: string) => fields[field] } as unknown as Peek;
  const report = { property: 'P1', subject: '20.gpu', because: '', facts: {} };
  return c31.signatures.main!.make(ctx).explains(null, report, peek);
}

test('fewer ids than the firmware names are C31; a freed fwspec is not', () => {
  expect(explains([1])).toBe(true);
  expect(explains([1, 2])).toBe(false);
  expect(explains(null)).toBe(false);
});
