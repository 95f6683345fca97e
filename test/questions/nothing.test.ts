// SPDX-License-Identifier: GPL-2.0-only
// A board without a client behind an IOMMU: no verdict, a reason, and exit code 3.
import { expect, test } from 'vitest';
import type { CheckReport } from '#finding/report';
import { readPlatform } from '#platform/index';
import { checkPlatform, defaultCheck } from '#questions/check';
import { exitCodeOf } from '#report/exit';
import { reportJson } from '#report/json';
import { textReport } from '#report/text';
import { parseDocument } from '#report/validate';
import { blob } from '../firmware/blob.ts';
import { kernel } from '../support/boards.ts';

test('a check of a board without clients decides nothing and says why', async () => {
  const smmu = { compatible: 'arm,mmu-500', phandle: 1, '#iommu-cells': 1, status: 'disabled' };
  const board = readPlatform(
    blob({ compatible: 'a', smmu, b: { compatible: 'x', iommus: [1, 7] } }),
  );
  if (!board.ok) throw new Error(board.error.message);
  const asked = { revision: kernel('7.2'), userFixes: [] };
  const result = await checkPlatform(board.value, asked, defaultCheck, '0');
  expect(result.nothing?.because).toEqual([
    '1 IOMMU disabled: smmu',
    'b without IOMMU: smmu is disabled',
  ]);
  expect(result.verdicts).toEqual([]);
  const report: CheckReport = { ...result, input: null, timing: { elapsedMs: 1, jobs: 1 } };
  expect(exitCodeOf(report)).toBe(3);
  const text = textReport(report);
  expect(text).toContain('nothing was checked');
  expect(text).toContain('1 IOMMU disabled: smmu');
  expect(text).toContain('/sys/firmware/fdt');
  expect(text).not.toContain('holds');
  const parsed = parseDocument(reportJson(report), 'r.json');
  expect(parsed.ok && parsed.value.kind === 'report' && parsed.value.report).toEqual(report);
});

test.each([
  ['arm,mmu-500', false],
  ['vendor,no-such-iommu', true],
])('an IOMMU with %s is told where no driver is known', async (compatible, isTold) => {
  const iommu = { compatible, phandle: 1, '#iommu-cells': 1 };
  const board = readPlatform(
    blob({ compatible: 'a', iommu, b: { compatible: 'x', iommus: [1, 7] } }),
  );
  if (!board.ok) throw new Error(board.error.message);
  const asked = { revision: kernel('7.2'), userFixes: [] };
  const options = { ...defaultCheck, properties: ['P4'], statesMax: 20 };
  const { coverage } = await checkPlatform(board.value, asked, options, '0');
  const told = /^iommu: no driver that the model knows; taken for one that comes/;
  expect((coverage.notes ?? []).some((note) => told.test(note))).toBe(isTold);
});
