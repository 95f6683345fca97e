// SPDX-License-Identifier: GPL-2.0-only
// exhaustive: every order, with detectors that look on; the default.

import { assert } from '#base/assert';
import { RaceWatch } from '#checker/detect/data-races';
import { lockOrders } from '#checker/detect/order';
import { Machine } from '#checker/machine/machine';
import { Discipline } from '#checker/reduce/discipline';
import { CacheAudit } from '#checker/search/audit-cache';
import { Keeper } from '#checker/search/checkpoint/checkpoint';
import { exhaustive as search } from '#checker/search/exhaustive';
import type { StrategyOf } from '#finding/strategy';
import type { Exploration, StrategyEntry, StrategyResult } from './strategy.ts';

/** Stored states, quiet steps, persistent sets and sleep sets (search/exhaustive.ts). */
export const exhaustive: StrategyEntry<StrategyOf<'exhaustive'>> = {
  kind: 'exhaustive',
  numbers: [],
  usage: 'exhaustive',
  covers: 'every run: states are stored, independent steps reduced.',
  counts: 'states',
  needs: ['undo', 'fingerprint', 'automata'],
  explore(program, _, exploration) {
    assert(program instanceof Machine, 'a machine has automata');
    return inFull(program, exploration);
  },
};

function inFull(machine: Machine, limits: Exploration): StrategyResult {
  const discipline = limits.discipline ?? new Discipline(machine.memory, machine.heldSets);
  const races = new RaceWatch(machine);
  const audit = limits.auditCache === undefined ? null : new CacheAudit(machine, limits.auditCache);
  const keeps = audit === null ? limits.checkpoint : undefined;
  const found = search(machine, {
    ...limits,
    discipline,
    keeper: keeps && new Keeper(machine, keeps, races),
    knownFutures: limits.futures,
    futures: true,
    onState: () => races.look(),
    ...(audit && { onHit: (path) => audit.hit(path), onTerminal: () => audit.terminal() }),
  });
  const orders = lockOrders(machine, discipline);
  const isWhole = found.bounded.length === 0;
  return {
    ...found,
    notes: [],
    detected: [...orders, ...races.reports()],
    audited: isWhole ? (audit?.verify(found.found) ?? null) : null,
    knowsFutures: isWhole,
  };
}
