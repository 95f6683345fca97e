// SPDX-License-Identifier: GPL-2.0-only
// Each limit says what it is for, and none is just chosen.

import { expect, test } from 'vitest';
import { programs } from './sources.ts';

/** What is wrong in @lines of a file of limits: a limit without a comment, or a bare "Chosen". */
function faultsOf(lines: readonly string[]): string[] {
  return lines.flatMap((line, i) => {
    if (/\b[Cc]hosen\.? *(\*\/)?$/.test(line)) return [`${i + 1}: chosen, and not what for`];
    const isLimit = /^(export const [A-Z_]+| {2}\w+Max:)/.test(line);
    const isTold = /\*\/$|^export const |^ {2}readonly /.test(lines[i - 1] ?? '');
    return isLimit && !isTold ? [`${i + 1}: no comment`] : [];
  });
}

/** The blobs' are told where their type is. */
const files = programs.filter(({ name }) => /^src\/(?!firmware\/dtb).*\/limits\.ts$/.test(name));

test('each limit says what it is for, and none is just chosen', () => {
  expect(files.length).toBeGreaterThan(6);
  expect(files.flatMap(({ name, lines }) => faultsOf(lines).map((f) => `${name}:${f}`))).toEqual(
    [],
  );
});

test('one that does not is found', () => {
  expect(faultsOf(['', 'export const A_MAX = 1;'])).toEqual(['2: no comment']);
  expect(faultsOf(['/** Steps. Chosen. */', 'export const A_MAX = 1;'])).toHaveLength(1);
  expect(faultsOf(['  /** Bytes: 7. */', '  bytesMax: 9,', '  lineMax: 9,'])).toHaveLength(1);
  expect(
    faultsOf(['/** Steps; counted: 7. */', 'export const A = 1;', 'export const B = 1;']),
  ).toEqual([]);
});
