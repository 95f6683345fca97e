// SPDX-License-Identifier: GPL-2.0-only
// What the windows say of commits, what the matrix has computed, and what findings say agree.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Commit, findRevision, revisionNames } from '#kernel/index';
import { expectedIn, turnsExpected, windowById, windows } from '#windows/index';
import { isOpen } from '#windows/ways';

function stackOf(kernel: string): readonly Commit[] {
  const found = findRevision(kernel);
  if (!found.ok) throw new Error(kernel);
  return found.value.commits;
}

const text = readFileSync(new URL('../../docs/matrix.md', import.meta.url), 'utf8');

/** The table of docs/matrix.md: window -> kernel -> what was computed. */
function computed(): Map<string, Map<string, string>> {
  const rows = text.split('\n').filter((line) => /^\| (C\d\d)? ?\|/.test(line));
  const [head = [], ...body] = rows.map((line) => line.split('|').slice(1, -2));
  const states: Readonly<Record<string, string>> = { X: 'found', '-': 'absent', '?': 'bounded' };
  return new Map(
    body.map(([id = '', ...cells]) => [
      id.trim(),
      new Map(cells.map((cell, i) => [head[i + 1]!.trim(), states[cell.trim()] ?? 'n.a.'])),
    ]),
  );
}

describe('the matrix', () => {
  const table = computed();

  test('has a row for each window, and a column for each kernel', () => {
    expect([...table.keys()]).toEqual(windows.map((w) => w.id));
    for (const row of table.values()) expect([...row.keys()]).toEqual(revisionNames());
  });

  test.each(windows)('has $id where its commits say', (window) => {
    const expected = revisionNames().map((kernel) => [kernel, expectedIn(window, stackOf(kernel))]);
    expect([...table.get(window.id)!]).toEqual(expected);
  });

  test('has C16 on those buses whose way is open', () => {
    const lines = [...text.matchAll(/^- C16 in (.*): oops on (.*)$/gm)];
    expect(lines.length).toBeGreaterThan(1);
    for (const [, kernels = '', buses = ''] of lines) {
      const kernel = kernels.split(' to ')[0]!;
      const found = new Set(buses.split(', ').map((bus) => bus.replace('acpi ', '')));
      const open = windowById('C16')!.ways.filter((way) => isOpen(way, stackOf(kernel)));
      const told = open.flatMap((way) => way.where?.bus ?? []);
      expect([kernel, [...found].sort()]).toEqual([kernel, told.sort()]);
    }
  });
});

describe('a way', () => {
  const way = { opened: 'b46064a18810', besides: ['b67483b3c44e'], closed: ['bcb81ac6ae3c'] };
  const stack = (...shas: string[]) => shas.map((sha) => ({ sha }));

  test('is open from its opener on, with all that it needs, until one that closes it', () => {
    expect(isOpen(way, stack('b67483b3c44e'))).toBe(false);
    expect(isOpen(way, stack('b46064a18810'))).toBe(false);
    expect(isOpen(way, stack('b67483b3c44e', 'b46064a18810'))).toBe(true);
    expect(isOpen(way, stack('b67483b3c44e', 'b46064a18810', 'bcb81ac6ae3c'))).toBe(false);
  });

  test('that is older than the oldest kernel is open in all, also by the name of a commit', () => {
    expect(isOpen({ opened: null, closed: [] }, [])).toBe(true);
    expect(isOpen({ opened: '1ea2a07a532b', closed: [] }, [])).toBe(true);
    expect(isOpen({ opened: '152f33ee30ee', closed: [] }, [])).toBe(false);
  });

  test('that no world tells is no reason to expect anything', () => {
    const window = { ...windowById('C09')!, ways: [{ ...way, untold: 'none has it' }] };
    expect(expectedIn(window, stack('b67483b3c44e', 'b46064a18810'))).toBe('absent');
  });
});

test('the turns of a window are those that its ways give', () => {
  expect(turnsExpected(windowById('C06')!, stackOf('7.2'))).toEqual({
    early: true,
    opens: [],
    closes: ['b67483b3c44e'],
  });
  expect(turnsExpected(windowById('C09')!, stackOf('7.2'))).toEqual({
    early: false,
    opens: ['bcb81ac6ae3c'],
    closes: ['da33e87bd2bf'],
  });
});
