// SPDX-License-Identifier: GPL-2.0-only
// What turns back at a known state was right to do so; and if it was not, that is noticed.
import { expect, test } from 'vitest';
import { Machine, type MachineOptions } from '../../../src/checker/machine/machine.ts';
import { type Audited, CacheAudit } from '../../../src/checker/search/audit-cache.ts';
import { type ExhaustiveOptions, exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { sceneOf } from '../../support/checker/program-scene.ts';
import { draw } from '../../support/checker/programs.ts';

function audited(seed: number, search: ExhaustiveOptions, machine: MachineOptions = {}): Audited {
  const program = new Machine(sceneOf(draw(seed, 6)), machine);
  const audit = new CacheAudit(program, 3);
  const { found } = exhaustive(program, {
    ...search,
    onHit: (path) => audit.hit(path),
    onTerminal: () => audit.terminal(),
  });
  return audit.verify(found);
}

test('a right search stands every audit', () => {
  let hits = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const { differences, hits: looked } = audited(seed, {});
    expect(differences, `seed ${seed}`).toEqual([]);
    hits += looked;
  }
  expect(hits).toBeGreaterThan(100);
});

test.each(['noValues', 'noLocals', 'writesCommute'] as const)('an audit catches %s', (fault) => {
  const faults = { [fault]: true };
  const wrong = (seed: number) => audited(seed, { faults }, { faults }).differences.length > 0;
  expect(Array.from({ length: 300 }, (_, i) => i + 1).some(wrong)).toBe(true);
});
