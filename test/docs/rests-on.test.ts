// SPDX-License-Identifier: GPL-2.0-only
// The table of docs/checker.md that says what each word and number rests on names tests that exist.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { outcomes } from '#finding/report';

const root = new URL('../../', import.meta.url);

/** Rows of the table: what is said, what it rests on, the file of the test and its name. */
function rows(): string[][] {
  const text = readFileSync(new URL('docs/checker.md', root), 'utf8');
  const table = /\| what is said \|.*\n\|---.*\n((?:\|.*\n)+)/.exec(text)?.[1] ?? '';
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(2, -2).split(' | '));
}

const others = [
  ...['found', 'absent', 'interrupted', 'not covered', 'what reaches it'],
  ...['pair', 'deciding', 'window', 'odds', 'noReturn', 'always', 'Seen as', 'Fixes:'],
];

test('the table has a row for each outcome, and for what a finding says', () => {
  expect(rows().every((row) => row.length === 4)).toBe(true);
  const said = rows().map(([what]) => what);
  for (const word of [...outcomes, ...others]) {
    expect(
      said.some((what) => what?.includes(`\`${word}\``)),
      word,
    ).toBe(true);
  }
});

test.each(rows())(
  '%s, which rests on "%s", is held by a test that is there',
  (_w, _o, file, name) => {
    const url = new URL(file ?? '', root);
    expect(existsSync(url), file).toBe(true);
    const source = readFileSync(url, 'utf8').replace(/\s+/g, ' ');
    // Each call of test() has its name as its first argument; one that is skipped holds nothing.
    const quoted = ["'", '"', '`'].flatMap((q) => [`(${q}${name}${q}`, `( ${q}${name}${q}`]);
    const places = quoted.map((q) => source.indexOf(q)).filter((at) => at >= 0);
    const isIdle = (at: number): boolean => /\.(skip|todo|fails)$/.test(source.slice(0, at));
    expect(places.length, `${file}: ${name}`).toBeGreaterThan(0);
    expect(places.some(isIdle), `${file}: ${name} is skipped`).toBe(false);
  },
);
