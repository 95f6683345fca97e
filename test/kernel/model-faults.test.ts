// SPDX-License-Identifier: GPL-2.0-only
// The faults that `npm run model-faults` seeds: each has its place in the model, and a verdict.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Edit {
  readonly from: string;
  readonly to: string;
}
interface Fault extends Edit {
  readonly id: string;
  readonly file: string;
  readonly fault: string;
  readonly and?: Edit;
  readonly by?: string;
  readonly open?: string;
}
type Table = {
  readonly withTable: (doc: string, text: string, faults: readonly Fault[]) => string;
};

const root = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
const faults: readonly Fault[] = JSON.parse(read('scripts/model-faults.json'));

test('each has one place in the model, and changes it', () => {
  for (const { id, file, and, ...first } of faults) {
    for (const { from, to } of and === undefined ? [first] : [first, and]) {
      expect([id, read(`src/kernel/${file}`).split(from).length - 1]).toEqual([id, 1]);
      expect([id, from === to]).toEqual([id, false]);
    }
  }
  expect(new Set(faults.map((f) => f.id)).size).toBe(faults.length);
  expect(faults.length).toBeGreaterThanOrEqual(24);
});

test('each was killed by what was not computed from the model, or it is told why not', () => {
  for (const { id, by, open } of faults) {
    const isKilled = /^(the C, (deeds|conform)|rules|public): \S/.test(by ?? '');
    expect([id, isKilled]).toEqual([id, open === undefined]);
  }
});

test('the document has the table of these verdicts', async () => {
  const { withTable } = (await import('../../scripts/mutants-table.mjs' as string)) as Table;
  const doc = 'docs/model-faults.md';
  expect(read(doc)).toBe(withTable(doc, read(doc), faults));
});
