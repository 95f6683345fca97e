// SPDX-License-Identifier: GPL-2.0-only
// What relied on wrong answers is done again, and then all is as if they had been right.
import { describe, expect, test } from 'vitest';
import { doneAgain, unableSteps, wrongWith } from '../../support/checker/done-again.ts';

/** A local state that is new is asked for as if it did nothing: as wrong as an answer can be. */
const newDoNothing = true;

test.each(['heap', 'owners', 'mixed'] as const)(
  'no thread moves that can not, nor one after the end of a run: %s',
  (flavour) => {
    expect(unableSteps(flavour, 60)).toBeNull();
  },
);

describe('answers that are as wrong as can be', () => {
  test.each(doneAgain)('do no harm: %s', (_, scene) => {
    expect(wrongWith(scene, undefined)).toBeNull();
    expect(wrongWith(scene, { newDoNothing })).toBeNull();
  });

  test('would do harm if what relied on them were not done again', () => {
    const faults = { newDoNothing, neverRedone: true };
    const harmed = doneAgain.filter(([, scene]) => wrongWith(scene, faults) !== null);
    expect(harmed.length).toBeGreaterThan(5);
  });
});
