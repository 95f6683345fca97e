// SPDX-License-Identifier: GPL-2.0-only
// DWARF 4 of our own making: line programs of any rows, and a unit with an inlined call.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDebugInfo } from '#realc/build/dwarf/info';
import { readLines } from '#realc/build/dwarf/lines';
import { Bytes } from '#realc/build/wasm/binary';

const text = (s: string): number[] => [...Buffer.from(s, 'latin1'), 0];
const le = (n: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(n / 256 ** i) % 256);

function leb(n: number, isSigned = false): number[] {
  const out = new Bytes();
  if (isSigned) out.s(n);
  else out.u(n);
  return [...out.view()];
}

/** The length of @body, and @body. */
const sized = (body: readonly number[]): number[] => [...le(body.length, 4), ...body];

const [lineBase, lineRange, opcodeBase] = [-5, 14, 13];

/** A line program: its header, with two files, and its instructions. */
function lineProgram(instructions: readonly number[]): number[] {
  const lengths = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
  const files = [...text('a.c'), 0, 0, 0, ...text('b.h'), 1, 0, 0, 0];
  const numbers = [1, 1, 1, lineBase & 255, lineRange, opcodeBase, ...lengths];
  const header = [...numbers, ...text('inc'), 0, ...files];
  return sized([...le(4, 2), ...sized(header), ...instructions]);
}

const setAddress = (to: number): number[] => [0, 5, 2, ...le(to, 4)];
const endSequence = [0, 1, 1];

describe('a line program', () => {
  const row = fc.record({
    by: fc.nat({ max: 400 }),
    line: fc.integer({ min: 1, max: 5000 }),
    file: fc.constantFrom(1, 2),
  });

  test('gives the rows that it was made of', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.nat({ max: 9999 }),
        (rows, from) => {
          const code = setAddress(from);
          const expected: object[] = [];
          let [address, line, file] = [from, 1, 1];
          for (const next of rows) {
            const advance = next.line - line;
            if (next.file !== file) code.push(4, ...leb(next.file));
            const special = advance - lineBase + lineRange * next.by + opcodeBase;
            const fits = advance >= lineBase && advance < lineBase + lineRange && special < 256;
            if (fits) code.push(special);
            else code.push(2, ...leb(next.by), 3, ...leb(advance, true), 1);
            [address, line, file] = [address + next.by, next.line, next.file];
            expected.push({ address, file, line, end: false });
          }
          expected.push({ address, file, line, end: true });
          const read = readLines(Uint8Array.from(lineProgram([...code, ...endSequence])), 0);
          expect(read.rows).toEqual(expected);
          expect(read.files).toEqual(['', 'a.c', 'inc/b.h']);
        },
      ),
    );
  });

  test('passes over instructions that say nothing of lines', () => {
    const quiet = [6, 7, 5, ...leb(300), 12, ...leb(2), 10, 11];
    const code = [...setAddress(8), ...quiet, 8, 9, ...le(100, 2), 1, ...endSequence];
    const [first] = readLines(Uint8Array.from(lineProgram(code)), 0).rows;
    const constAdd = Math.floor((255 - opcodeBase) / lineRange);
    expect(first).toEqual({ address: 8 + constAdd + 100, file: 1, line: 1, end: false });
  });
});

/** A custom section of a module. */
function section(name: string, body: readonly number[]): number[] {
  const said = [...leb(name.length), ...Buffer.from(name), ...body];
  return [0, ...leb(said.length), ...said];
}

test('frames at an address, innermost first, and the layout of a struct', () => {
  const abbrev = [
    [1, 0x11, 1, 0x03, 0x08, 0x10, 0x17, 0x11, 0x01],
    [2, 0x2e, 1, 0x03, 0x08, 0x11, 0x01, 0x12, 0x06],
    [3, 0x1d, 0, 0x31, 0x13, 0x11, 0x01, 0x12, 0x06, 0x58, 0x0b, 0x59, 0x0b],
    [4, 0x2e, 0, 0x03, 0x08],
    [5, 0x13, 1, 0x03, 0x08, 0x0b, 0x0b],
    [6, 0x0d, 0, 0x03, 0x08, 0x49, 0x13, 0x38, 0x0b],
    [7, 0x24, 0, 0x03, 0x08, 0x0b, 0x0b],
  ].flatMap((entry) => [...entry, 0, 0]);
  const head = 11; // length, version, offset of abbreviations, size of addresses
  const unit = [1, ...text('a.c'), ...le(0, 4), ...le(0, 4)];
  const int = [7, ...text('int'), 4];
  const inner = [4, ...text('inner')];
  const intAt = head + unit.length;
  const innerAt = intAt + int.length;
  const call = [3, ...le(innerAt, 4), ...le(0x18, 4), ...le(8, 4), 1, 42];
  const outer = [2, ...text('outer'), ...le(0x10, 4), ...le(0x20, 4), ...call, 0];
  const members = [
    ...[6, ...text('a'), ...le(intAt, 4), 0],
    ...[6, ...text('b'), ...le(intAt, 4), 4],
  ];
  const pair = [5, ...text('pair'), 8, ...members, 0];
  const body = [...unit, ...int, ...inner, ...outer, ...pair, 0];
  const info = sized([...le(4, 2), ...le(0, 4), 4, ...body]);
  // Line 40 from 0x10 on; line 7 of the header from 0x18 on, where inner() is inlined.
  const lines = [...setAddress(0x10), 3, ...leb(39, true), 1, 4, 2, 2, 8, 3, ...leb(-33, true), 1];
  const module = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section('.debug_abbrev', [...abbrev, 0]),
    ...section('.debug_info', info),
    ...section('.debug_line', lineProgram([...lines, 2, 24, ...endSequence])),
  ]);
  const debug = readDebugInfo(module);
  expect(debug.framesAt(0x12)).toEqual([{ fn: 'outer', file: 'a.c', line: 40 }]);
  expect(debug.framesAt(0x19)).toEqual([
    { fn: 'inner', file: 'inc/b.h', line: 7 },
    { fn: 'outer', file: 'a.c', line: 42 },
  ]);
  expect(debug.framesAt(0x30)).toEqual([]);
  expect(debug.layout('pair')).toMatchObject({ size: 8, members: [{ offset: 0 }, { offset: 4 }] });
  expect(debug.offsetOf('pair', 'b')).toBe(4);
  expect(debug.layout('none')).toBe(null);
});
