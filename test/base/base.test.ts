// SPDX-License-Identifier: GPL-2.0-only
// Results, coded errors, text and bytes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assert, must, unreachable } from '#base/assert';
import { align4, cString, hex, u32be, words } from '#base/bytes';
import { errorCodes, fail, formatUserError } from '#base/errors';
import { andThen, mapResult, ok } from '#base/result';
import { columns, ellipsis, isSevenBit, plural, printable, wrap } from '#base/text';

test('a failure passes through the steps that follow it', () => {
  const failed = fail('RW001', 'no file', 'look again');
  expect(mapResult(failed, () => 1)).toBe(failed);
  expect(andThen(failed, () => ok(1))).toBe(failed);
  expect(andThen(ok(1), (n) => ok(n + 1))).toEqual(ok(2));
});

test('an error is a sentence and a hint, whatever it quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (m, h) => {
      const text = formatUserError(fail('RW001', m, h).error);
      const hints = text.split('\n').filter((line) => line.startsWith('  hint: '));
      expect([isSevenBit(text), text.startsWith('RW001: ')]).toEqual([true, true]);
      expect(hints.length).toBeGreaterThan(0);
      expect(text.length).toBeLessThan(1700);
    }),
  );
});

test('every code is used for one meaning', () => {
  const meanings = Object.values(errorCodes);
  expect(new Set(meanings).size).toBe(meanings.length);
});

test('wrapped text keeps its words and its width', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1 }),
      fc.integer({ min: 30, max: 80 }),
      (list, width) => {
        const lines = wrap(list.join(' '), { width, first: '* ' });
        expect(lines.every((line) => line.length <= width)).toBe(true);
        expect(lines.join(' ').replace('* ', '').split(/\s+/).filter(Boolean)).toEqual(list);
      },
    ),
  );
});

test('a word wider than a line is not torn', () => {
  expect(wrap('a bbbbbbbb c', { width: 4 })).toEqual(['a', 'bbbbbbbb', 'c']);
});

test('columns line up without trailing blanks', () => {
  expect(
    columns([
      ['a', 'bb'],
      ['ccc', 'd'],
    ]),
  ).toEqual(['a    bb', 'ccc  d']);
});

test('text from inputs becomes printable', () => {
  expect(printable('a\n\x1b[31m\u00e9\u20ac')).toBe('a\\x0a\\x1b[31m\\xe9\\u{20ac}');
  expect(ellipsis('0123456789', 6)).toBe('...789');
  expect([plural(1, 'class', 'classes'), plural(2, 'class', 'classes')]).toEqual([
    '1 class',
    '2 classes',
  ]);
});

test('bytes are read within bounds only', () => {
  const bytes = Uint8Array.from([0xff, 0, 0, 1, 0x61, 0]);
  expect([u32be(bytes, 0), u32be(bytes, 3), u32be(bytes, -1)]).toEqual([
    0xff000001,
    undefined,
    undefined,
  ]);
  expect(words(bytes)).toEqual([0xff000001]);
  expect([cString(bytes, 4, 6), cString(bytes, 4, 5), cString(bytes, 9, 12)]).toEqual([
    'a',
    undefined,
    undefined,
  ]);
  expect([align4(0), align4(5), hex(31)]).toEqual([0, 8, '0x1f']);
});

test('our own mistakes throw', () => {
  expect(() => assert(false, 'no')).toThrow('no');
  expect(() => must(undefined, 'gone')).toThrow('gone');
  expect(() => unreachable('x' as never)).toThrow('unreachable');
});
