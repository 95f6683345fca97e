// SPDX-License-Identifier: GPL-2.0-only
// A few hundred damaged inputs of each kind; `npm run mangled` tries 100,000.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultOf, functionsOf, mangled, originals } from '../support/mangled.ts';

const all = originals();
const told = functionsOf(all);

test('the originals are in order, with and without PCI functions', () => {
  expect(told?.list).toHaveLength(3);
  for (const { bytes } of all) {
    expect(faultOf(bytes, null)).toBeNull();
    expect(faultOf(bytes, told)).toBeNull();
  }
});

test.each([
  ['table', 600],
  ['text', 200],
  ['log', 20],
] as const)('a damaged %s gives a board or a coded error', (kind, numRuns) => {
  const some = all.filter((o) => o.kind === kind);
  fc.assert(
    fc.property(mangled(some), fc.boolean(), ({ bytes }, functions) => {
      expect(faultOf(bytes, functions ? told : null)).toBeNull();
    }),
    { numRuns },
  );
});
