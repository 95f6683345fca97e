// SPDX-License-Identifier: GPL-2.0-only
// What the functions of the model say of locks holds in every kernel, and breaks where one is lost.

import { describe, expect, it } from 'vitest';
import { Machine } from '#checker/machine/machine';
import { exhaustive } from '#checker/search/exhaustive';
import { load } from '#env/op';
import { type Commit, defineCommit, findRevision, type Revision, withCommits } from '#kernel/index';
import { watchedScene } from '#run/watched-scene';
import { genericWorlds } from '#worlds/generic';

function revision(name: string, ...fixes: Commit[]): Revision {
  const base = findRevision(name);
  const with_ = base.ok ? withCommits(base.value, { with: fixes }) : base;
  if (!with_.ok) throw new Error(with_.error.message);
  return with_.value;
}

/** Numbers below n, the same in every run of the test. */
function numbers(): (n: number) => number {
  let state = 1;
  return (n) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return (state >> 8) % n;
  };
}

/** What runs in random orders say of locks that are not held. */
function randomRuns(machine: Machine, below: (n: number) => number, runs: number): string[] {
  const said: string[] = [];
  for (let run = 0; run < runs; run++) {
    machine.reset();
    for (;;) {
      const able = [...Array(machine.threadCount()).keys()].filter((t) => machine.enabled(t));
      if (able.length === 0) break;
      const t = able[below(able.length)]!;
      machine.step(t, below(machine.choices(t)));
      for (const { property, because } of machine.reports) {
        if (property === 'lock-not-held') said.push(because);
      }
    }
  }
  return said;
}

describe('locks that functions take for granted', () => {
  it.each(['6.0', '6.1.y', '6.6', '6.12.y', '7.2'])('are held in all worlds of %s', (name) => {
    const below = numbers();
    let asked = 0;
    for (const { world } of genericWorlds()) {
      const machine = new Machine(watchedScene(world, revision(name), null));
      expect(randomRuns(machine, below, 3)).toEqual([]);
      asked += machine.automaton.edges.filter((edge) => edge.demands !== null).length;
    }
    expect(asked).toBeGreaterThan(500);
  });

  it('are missed where a fix loses one: group->mutex of a bind', () => {
    const loses = defineCommit({
      sha: 'loses-a-lock.ts',
      subject: 'iommu: Use the default domain without group->mutex',
      landed: 'not merged',
      fixes: [],
      link: null,
      requires: [],
      conflicts: [],
      apply({ fns }) {
        fns.iommu_device_use_default_domain = function* (k, dev) {
          const group = yield* load(dev, 'iommu_group');
          return group ? yield* k.iommu_device_use_default_domain__locked(group) : 0;
        };
      },
    });
    const { world } = genericWorlds().find((w) => w.classKey === 'hand:walk+bind exynos')!;
    const seen = (fixes: Commit[]) => {
      const machine = new Machine(watchedScene(world, revision('7.2', ...fixes), null));
      const { found } = exhaustive(machine, { statesMax: 100_000 });
      return found.map((f) => f.report).filter((r) => r.property === 'lock-not-held');
    };
    expect(seen([])).toEqual([]);
    const reports = seen([loses]);
    expect(reports.map((r) => [r.subject, r.facts['function'], r.window])).toContainEqual([
      expect.stringMatching(/^20\.gpu\.iommu_group/),
      'iommu_device_use_default_domain',
      null,
    ]);
  });
});
