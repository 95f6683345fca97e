// SPDX-License-Identifier: GPL-2.0-only
// Only what the kernel has bears a kernel name, and what is said stands where it belongs.
import { describe, expect, test } from 'vitest';
import type { TraceStep } from '#finding/finding';
import { properties } from '#properties/index';
import { fields } from '#report/fields';
import { accessText, eventText, stepLines } from '#report/phrases';
import { raceTable } from '#report/table';
import { windows } from '#windows/index';
import { replayDuringRegister, step } from './example.ts';

describe('fields that the kernel does not have', () => {
  const accesses = (field: string): TraceStep[] =>
    (['load', 'store'] as const).flatMap((op) =>
      ['true', 'false'].map((value) => ({
        ...step('t', 'f', op, `gpu->${field}`, value),
        result: value,
        after: value,
      })),
    );

  test('are told in words', () => {
    const texts = accesses('triggered').map(accessText);
    expect(texts).toEqual([
      'deferred_trigger_count has gone up',
      'deferred_trigger_count is the same',
      'deferred_trigger_count goes up',
      'deferred_trigger_count is read for gpu',
    ]);
    expect(accesses('bound').map(accessText)[1]).toBe('knode_driver of gpu is not attached');
  });

  test('never appear as fields of an object', () => {
    const told = Object.entries(fields).filter(([, { words }]) => words !== undefined);
    expect(told.length).toBeGreaterThan(10);
    for (const [name] of told) {
      const field = name.split('.')[1]!;
      const swaps = (['cas', 'xchg', 'add'] as const).map((op) => ({
        ...step('t', 'f', op, `gpu->${field}`, 'true'),
        before: 'false',
        after: 'true',
      }));
      const texts = [...accesses(field), ...swaps].map(accessText);
      for (const what of ['store-waits', 'store-seen', 'store-first']) {
        texts.push(eventText({ name: what, args: ['gpu', field] }) ?? '');
      }
      for (const text of texts) expect(text).not.toMatch(new RegExp(`->${field}\\b`));
    }
  });

  test('have values that the kernel has names for', () => {
    const probing = {
      ...step('t', 'f', 'store', 'gpu->links_status', 'probing'),
      after: 'probing',
    };
    expect(accessText(probing)).toBe('gpu->links.status = DL_DEV_PROBING');
    const status = { ...step('t', 'f', 'load', 'link->status', 'active'), result: 'active' };
    expect(accessText(status)).toBe('link->status is DL_STATE_ACTIVE');
    for (const { values = {} } of Object.values(fields)) {
      for (const shown of Object.values(values))
        expect(shown).toMatch(/^([A-Z_]+(\(\d+\))?|[01], [01])$/);
    }
  });

  test('the globals that a deferred list stands for are named', () => {
    const pending = step('t', 'f', 'load', 'deferred_probe->pending', '[]');
    expect(accessText(pending)).toBe('deferred_probe_pending_list is []');
  });
});

test('a return is filed under the function that returns', () => {
  const free = step(
    't',
    'dev_iommu_free < iommu_init_device < __iommu_probe_device',
    'store',
    '3d00000.gpu->iommu',
    'null',
    'init-end 3d00000.gpu walk -19',
  );
  expect(stepLines(free, true)).toEqual([
    { text: '3d00000.gpu->iommu = NULL', place: null },
    { text: 'iommu_init_device(3d00000.gpu) = -ENODEV', place: 'iommu_init_device' },
  ]);
  const other = step('u', 'f', 'load', '3d00000.gpu->iommu', 'null');
  const finding = { ...replayDuringRegister, trace: [free, other], deciding: null };
  const lines = raceTable(finding).map((l) => l.trim());
  const at = lines.indexOf('iommu_init_device(dev) = -ENODEV');
  expect(lines[at - 1]).toBe('iommu_init_device()');
});

describe('what is seen', () => {
  test('is known of every rule', () => {
    for (const { id, seen } of properties) expect(seen, id).not.toBe('');
  });

  test('is said by a window for rules that there are', () => {
    const ids = properties.map((p) => p.id);
    for (const { id, symptom, symptomOf } of windows) {
      expect(symptomOf.length > 0, id).toBe(symptom !== null);
      for (const rule of symptomOf) expect(ids, id).toContain(rule);
    }
  });

  test('is of one rule where it is said by a window: one order shows no second thing', () => {
    for (const { id, symptom, symptomOf } of windows) {
      if (symptomOf.length === 1) expect(symptom, id).not.toMatch(/, then |; consumers|\(ACPI/);
    }
  });

  test('is that of the rule: a WARN is for P1, a crash for P5', () => {
    for (const { id, symptom, symptomOf } of windows) {
      if (symptom?.startsWith('late IOMMU probe')) expect(symptomOf, id).toContain('P1');
      if (/NULL pointer|oops|KASAN/.test(symptom ?? '')) expect(symptomOf, id).toContain('P5');
    }
  });
});
