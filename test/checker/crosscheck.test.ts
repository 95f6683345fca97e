// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import type { MachineOptions } from '../../src/checker/machine/machine.ts';
import type { ExhaustiveOptions } from '../../src/checker/search/exhaustive.ts';
import { crosscheck, crosscheckReductions } from '../support/checker/crosscheck.ts';
import type { Flavour } from '../support/checker/programs.ts';
import { draws } from '../support/sweep.ts';

const SCHEDULES_MAX = 200;

type Faults = NonNullable<ExhaustiveOptions['faults']> & NonNullable<MachineOptions['faults']>;

/** A fault, the kind of program in which it shows, and a seed before the first such program. */
const FAULTS: readonly (readonly [keyof Faults, Flavour, number])[] = [
  ['writesCommute', 'mixed', 1],
  ['readsCommute', 'mixed', 60],
  ['acquiresCommute', 'readers', 30],
  ['freesCommute', 'heap', 65],
  ['visibleCommute', 'rules', 1],
  ['noValues', 'mixed', 1],
  ['noLocals', 'mixed', 1],
  ['noRaw', 'frames', 160],
  ['noSlot', 'mixed', 195],
  ['forgetReturn', 'frames', 10],
  ['neverShared', 'mixed', 1],
  ['readSideProtects', 'readers', 140],
  ['ignoreTrylock', 'readers', 225],
  ['ignoreVisible', 'rules', 1],
  ['ignoreFree', 'heap', 65],
  ['neverPublished', 'heap', 40],
  ['neverWake', 'mixed', 1],
  ['neverJoined', 'mixed', 1],
  ['restartsGoUnseen', 'spawners', 1],
];

/** Faults that show in bigger programs. */
const LATE_FAULTS: typeof FAULTS = [
  ['futureReadsCommute', 'mixed', 1],
  ['ignoreDeadlocks', 'mixed', 105],
  ['neverRedone', 'mixed', 1],
  ['storesGoUnseen', 'mixed', 1],
  ['storesAreSilent', 'mixed', 1],
  ['sectionsWakeNobody', 'mixed', 2400],
];

describe('every way of exploring', () => {
  test('finds the final states and the reports of brute force on random programs', () => {
    const result = crosscheck(draws(120), 1, { schedulesMax: SCHEDULES_MAX });
    expect(result.failures).toEqual([]);
    expect(result.programs - result.skipped).toBeGreaterThan(draws(56));
  });

  test('finds them where threads are started again and again, with other arguments', () => {
    const result = crosscheck(100, 1, { schedulesMax: SCHEDULES_MAX, flavour: 'spawners' });
    expect(result.failures).toEqual([]);
    expect(result.programs - result.skipped).toBeGreaterThan(50);
  });

  test('agrees when several paths to each local state are followed and compared', () => {
    const machine = { audit: true };
    const result = crosscheck(60, 5000, { schedulesMax: SCHEDULES_MAX, machine });
    expect(result.failures).toEqual([]);
  });
});

describe('every reduction', () => {
  test('keeps the final states and reports of bigger random programs', () => {
    const result = crosscheckReductions(draws(50), 1);
    expect(result.failures).toEqual([]);
    expect(result.programs - result.skipped).toBeGreaterThan(draws(33));
  });

  test('keeps them where locks are given back in any order', () => {
    const result = crosscheckReductions(draws(80), 1, { flavour: 'chains' });
    expect(result.failures).toEqual([]);
    expect(result.programs - result.skipped).toBeGreaterThan(draws(74));
  });

  test.each(LATE_FAULTS)('is caught when it does %s', (fault, flavour, seed) => {
    const search = { faults: { [fault]: true } };
    const result = crosscheckReductions(150, seed, { flavour, search });
    expect(result.failures).not.toEqual([]);
  });
});

describe('the cross-check', () => {
  test.each(FAULTS)('catches the fault %s', (fault, flavour, seed) => {
    const faults = { [fault]: true };
    const result = crosscheck(600, seed, {
      schedulesMax: SCHEDULES_MAX,
      flavour,
      machine: { faults },
      search: { faults },
    });
    expect(result.failures).not.toEqual([]);
  });
});
