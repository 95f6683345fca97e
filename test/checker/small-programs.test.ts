// SPDX-License-Identifier: GPL-2.0-only
// Every strategy on programs of a few lines that single faults of a search go wrong on.
import { expect, test } from 'vitest';
import { must } from '#base/assert';
import { check } from '../../src/checker/check.ts';
import type { Scene } from '../../src/checker/program/scene.ts';
import { parseStrategy } from '../../src/checker/strategies/registry.ts';
import { smallPrograms } from '../support/checker/small-programs.ts';

const KINDS = ['exhaustive', 'none', 'optimal', 'source-dpor', 'bound=30', 'delay=30'];

function broken(scene: Scene, kind: string): string[] {
  const { findings } = check(scene, { strategy: must(parseStrategy(kind), kind), explainMax: 0 });
  return findings.map((f) => `${f.report.property} ${f.report.subject}`).sort();
}

test.each(smallPrograms)('%s: %d rules are broken, whatever the strategy', (_, count, scene) => {
  const wanted = broken(scene, 'none');
  expect(wanted.length).toBe(count);
  for (const kind of KINDS) expect([kind, broken(scene, kind)]).toEqual([kind, wanted]);
});
