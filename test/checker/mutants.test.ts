// SPDX-License-Identifier: GPL-2.0-only
// The faults that `npm run mutants` seeds: each has its place in the sources.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checksOf } from '../support/checker/judge.ts';

interface Mutant {
  readonly id: string;
  readonly file: string;
  readonly fault: string;
  readonly from: string;
  readonly to: string;
}

const root = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
const mutants: readonly Mutant[] = JSON.parse(read('scripts/mutants.json'));

test('each seeded fault has one place in the sources, and changes it', () => {
  const places = mutants.map(({ id, file, from }) => {
    const count = read(`src/checker/${file}`).split(from).length - 1;
    return `${id}: ${count}`;
  });
  expect(places).toEqual(mutants.map(({ id }) => `${id}: 1`));
  expect(mutants.filter((m) => m.from === m.to)).toEqual([]);
  expect(new Set(mutants.map((m) => m.id)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(60);
});

test('each check says nothing of the sources as they are, where it is quick', () => {
  const checks = checksOf(1);
  for (const name of ['tables', 'held sets', 'written and read']) {
    expect([name, checks.get(name)?.()]).toEqual([name, null]);
  }
});
