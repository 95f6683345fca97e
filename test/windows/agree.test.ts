// SPDX-License-Identifier: GPL-2.0-only
// What the windows say of commits, what the matrix has computed, and what findings say agree.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { windowEntry } from '#cli/window-entry';
import { type Commit, findRevision, revisionNames } from '#kernel/index';
import { ranges } from '#report/matrix';
import { expectedIn, turnsExpected, windowById, windows } from '#windows/index';
import { isOpen } from '#windows/ways';

function stackOf(kernel: string): readonly Commit[] {
  const found = findRevision(kernel);
  if (!found.ok) throw new Error(kernel);
  return found.value.commits;
}

const has = (stack: readonly Commit[], shas: readonly string[]): boolean =>
  stack.some(({ sha }) => shas.includes(sha));

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

  test.each(windows)('has $id where the command line says', (window) => {
    const names = revisionNames();
    const found = names.filter((kernel) => table.get(window.id)!.get(kernel) === 'found');
    expect(windowEntry(window).kernels).toBe(ranges(found, names));
  });

  test.each(windows)('turns for $id at the commits that a bisection is held to', (window) => {
    const kernels = revisionNames().filter((name) => !name.endsWith('.y'));
    const isFound = (kernel: string) => table.get(window.id)!.get(kernel) === 'found';
    const last = stackOf(kernels.at(-1)!);
    const { early, opens, closes } = turnsExpected(window, last);
    expect(isFound(kernels[0]!)).toBe(early || has(stackOf(kernels[0]!), opens));
    for (const [i, kernel] of kernels.slice(1).entries()) {
      const before = new Set(stackOf(kernels[i]!).map(({ sha }) => sha));
      const fresh = stackOf(kernel).filter(({ sha }) => !before.has(sha));
      const turn = last
        .filter((c) => has(fresh, [c.sha]) && has([c], [...opens, ...closes]))
        .at(-1);
      const told = turn === undefined ? isFound(kernels[i]!) : opens.includes(turn.sha);
      expect([kernel, isFound(kernel)]).toEqual([kernel, told]);
    }
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
