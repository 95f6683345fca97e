// SPDX-License-Identifier: GPL-2.0-only
// The matrix in parts: which kernels a part has, and how its cells are compared with the document.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { revisionNames } from '#kernel/index';
import { matrixMarkdown } from '#report/matrix';
import { windows } from '#windows/index';

type MatrixCell = Parameters<typeof matrixMarkdown>[0]['cells'][number];
type Cells = ReadonlyMap<string, string>;
const { cellsOf, changedCells } = (await import('../../scripts/matrix-cells.mjs' as string)) as {
  cellsOf(markdown: string): Cells;
  changedCells(before: Cells, now: Cells): { line: string; mark: boolean }[];
};
const { partOf } = (await import('../../scripts/part.mjs' as string)) as {
  partOf(part: string, list: readonly string[], now?: number): string[] | null;
};

const kernels = ['6.0', '6.1', '6.1.y', '6.2'];

function cell(window: string, kernel: string, more: Partial<MatrixCell> = {}): MatrixCell {
  return { window, kernel, state: 'absent', rules: [], buses: [], because: null, ...more };
}

function table(of: readonly string[], others: readonly MatrixCell[]): Cells {
  const cells = ['C01', 'C02'].flatMap((window) =>
    of.map(
      (kernel) =>
        others.find((c) => c.window === window && c.kernel === kernel) ?? cell(window, kernel),
    ),
  );
  return cellsOf(matrixMarkdown({ windows: ['C01', 'C02'], kernels: of, cells }, new Map()));
}

const found = (kernel: string, rule: string) =>
  cell('C01', kernel, { state: 'found', rules: [rule], buses: ['platform', 'pci'] });

describe('a part', () => {
  test.each([1, 2, 15, 40])('of %i: each item is in one of them', (count) => {
    const items = revisionNames();
    const parts = Array.from({ length: count }, (_, i) => partOf(`${i + 1}/${count}`, items) ?? []);
    expect(parts.flat().sort()).toEqual([...items].sort());
  });

  test('by the day is another one each day, and all of them in as many days', () => {
    const parts = [0, 1, 2].map((day) => partOf('day/3', kernels, day * 86_400_000));
    expect(parts).toEqual([['6.0', '6.2'], ['6.1'], ['6.1.y']]);
  });

  test.each(['0/3', '4/3', 'day', '1/0', 'a/3', ''])('%j is none', (part) => {
    expect(partOf(part, kernels)).toBeNull();
  });
});

describe('the cells of a part', () => {
  const whole = table(kernels, [found('6.0', 'P3'), found('6.1.y', 'P3'), found('6.2', 'P4')]);

  test('agree with the same cells of all, however ranges are drawn together', () => {
    const part = table(['6.0', '6.1.y'], [found('6.0', 'P3'), found('6.1.y', 'P3')]);
    expect([...part.keys()]).toEqual(['C01 6.0', 'C01 6.1.y', 'C02 6.0', 'C02 6.1.y']);
    expect(changedCells(whole, part)).toEqual([]);
  });

  test.each([
    ['a mark', true, table(['6.1'], [found('6.1', 'P3')])],
    ['a rule', false, table(['6.1.y'], [found('6.1.y', 'P4')])],
    ['no mark', true, table(['6.2'], [])],
    [
      'a reason',
      true,
      table(['6.1'], [cell('C02', '6.1', { state: 'n.a.', because: 'not reached' })]),
    ],
    ['a kernel', true, table(['6.3'], [])],
  ])('differ by %s', (_, mark, part) => {
    const changed = changedCells(whole, part);
    expect(changed).not.toEqual([]);
    expect(changed.some((c) => c.mark)).toBe(mark);
  });

  test('of the document are there for each window and kernel', () => {
    const url = new URL('../../docs/matrix.md', import.meta.url);
    const cells = cellsOf(readFileSync(url, 'utf8'));
    expect(cells.size).toBe(windows.length * revisionNames().length);
    for (const text of cells.values()) expect(text).toMatch(/^(X .* on .*|-|\?.*|| .*)$/);
    expect([...cells.values()].filter((text) => text.startsWith('X ')).length).toBeGreaterThan(300);
  });
});
