// SPDX-License-Identifier: GPL-2.0-only
// The faults that `npm run mutants` seeds: each has its place in the sources, and a verdict.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checksOf } from '../support/checker/judge.ts';

interface Mutant {
  readonly id: string;
  readonly file: string;
  readonly fault: string;
  readonly from: string;
  readonly to: string;
  readonly by?: string;
  readonly equivalent?: string;
}
type Table = {
  readonly withTable: (doc: string, text: string, mutants: readonly Mutant[]) => string;
};

const root = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
const mutants: readonly Mutant[] = JSON.parse(read('scripts/mutants.json'));
const checks = checksOf(1);

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

test('each was killed by a check that there is, or it is argued why it changes no answer', () => {
  for (const { id, by, equivalent } of mutants) {
    const isKilled = checks.has(by ?? '');
    expect([id, isKilled, equivalent !== undefined]).toEqual([id, isKilled, !isKilled]);
  }
});

test('the document has the table of these verdicts', async () => {
  const { withTable } = (await import('../../scripts/mutants-table.mjs' as string)) as Table;
  const text = read('docs/checker.md');
  expect(text).toBe(withTable('docs/checker.md', text, mutants));
});

test('the sources as they are pass the checks that are quick', () => {
  for (const name of [
    'tables',
    'sequences',
    'late edges',
    'grown section',
    'broken off',
    'held sets',
    'written and read',
    'known counts',
  ]) {
    expect([name, checks.get(name)?.()]).toEqual([name, null]);
  }
});
