// SPDX-License-Identifier: GPL-2.0-only
// What the index of windows refuses, each with a set that has the fault and the one that stands.
import { describe, expect, test } from 'vitest';
import { commitLine, commitSubject, landedOf } from '#kernel/index';
import { signatures, windowById, windows } from '#windows/index';
import {
  assertSound,
  claimsOf,
  commitFaults,
  idFaults,
  precedenceFaults,
  worldFaults,
} from '#windows/registry';
import { namedBy } from '#windows/ways';
import type { Window } from '#windows/window';
import { genericWorlds } from '#worlds/generic';
import { unmodelled } from '../../src/kernel/unmodelled.ts';

const worlds = genericWorlds();
const isKnown = (sha: string): boolean => commitSubject(sha) !== undefined;

/** The windows, with @change made to C09. */
const changed = (change: Partial<Window>): Window[] =>
  windows.map((w) => (w.id === 'C09' ? { ...w, ...change } : w));

describe('the index refuses', () => {
  test('an id that is there twice, and a gap', () => {
    expect(idFaults(windows)).toEqual([]);
    expect(idFaults(changed({ id: 'C08' }))).toEqual(['C08 is there twice']);
    expect(idFaults(changed({ id: 'C99' }))).toEqual(['C99 stands where C09 belongs']);
  });

  test('a likely world that names no world', () => {
    expect(worldFaults(windows, worlds)).toEqual([]);
    const faults = worldFaults(changed({ worlds: [{ world: 'hand:walk+bind exynoss' }] }), worlds);
    expect(faults).toEqual(['C09 names hand:walk+bind exynoss, which is no world']);
  });

  test.each([
    ['opened', { opened: 'bcb81ac6ae3d', closed: [] }],
    ['closed', { opened: null, closed: ['bcb81ac6ae3d'] }],
    ['needed', { opened: null, besides: ['bcb81ac6ae3d'], closed: [] }],
  ])('a commit that the history has not: %s', (_which, way) => {
    expect(commitFaults(windows, isKnown)).toEqual([]);
    const faults = commitFaults(changed({ ways: [way] }), isKnown);
    expect(faults).toEqual(['C09 names bcb81ac6ae3d, which the history has not']);
  });

  test('a signature without a place in the precedence, and a place without one', () => {
    const claims = claimsOf(windows);
    expect(precedenceFaults(windows, claims)).toEqual([]);
    const less = claims.filter((claim) => claim !== 'C19 rest');
    expect(precedenceFaults(windows, less)).toEqual(['C19 rest has no place in the precedence']);
    const twice = [...claims, 'C19 rest'];
    expect(precedenceFaults(windows, twice)).toEqual(['C19 rest has two places in the precedence']);
    expect(precedenceFaults(windows, [...claims, 'C99'])).toEqual(['C99: no such signature']);
  });
});

test('an index with a fault does not load', () => {
  const claims = claimsOf(windows);
  expect(() => assertSound(windows, claims, isKnown)).not.toThrow();
  expect(() => assertSound(windows, claims.slice(1), isKnown)).toThrow('C01 has no place');
  expect(() => assertSound(changed({ id: 'C08' }), claims, isKnown)).toThrow('C08 is there twice');
  const closed = changed({ ways: [{ opened: null, closed: ['0'] }] });
  expect(() => assertSound(closed, claims, isKnown)).toThrow('C09 names 0');
});

describe('the windows', () => {
  test('are C01 to C44, each once', () => {
    const ids = Array.from({ length: 44 }, (_, i) => `C${String(i + 1).padStart(2, '0')}`);
    expect(windows.map((window) => window.id)).toEqual(ids);
    expect(windowById('C09')?.ways).toEqual([{ opened: 'bcb81ac6ae3c', closed: ['da33e87bd2bf'] }]);
    expect(windowById('C99')).toBeUndefined();
  });

  test('have a signature each, but for C32', () => {
    const told = new Set(signatures.map((s) => s.window));
    expect(windows.map((w) => w.id).filter((id) => !told.has(id))).toEqual(['C32']);
  });

  test('name commits by 12 digits, with a subject and where they landed', () => {
    for (const window of windows) {
      for (const sha of namedBy(window)) {
        const line = expect.stringMatching(/^[0-9a-f]{12} \("\S.*"\)$/);
        expect([window.id, commitLine(sha)]).toEqual([window.id, line]);
        expect([window.id, landedOf(sha)]).toEqual([window.id, expect.stringMatching(/^v\d/)]);
      }
    }
  });

  test('name all commits that stand beside the history for their sake', () => {
    const named = windows.flatMap(namedBy);
    expect(Object.keys(unmodelled).filter((sha) => !named.includes(sha))).toEqual([]);
  });
});
