// SPDX-License-Identifier: GPL-2.0-only
// Who acts in a world is told, and who does not.
import { expect, test } from 'vitest';
import { actors, actorsOf } from '#worlds/actors';
import { genericWorlds } from '#worlds/generic';
import { handWorlds } from '#worlds/hand';
import { laptopWorlds } from '../support/boards.ts';

const named = (name: string) =>
  actorsOf(handWorlds().flatMap(({ world }) => (world.name === name ? [world] : []))).present;

test('each actor is in some generic world, but for those that a flag brings in', () => {
  const { absent } = actorsOf(genericWorlds().map((d) => d.world));
  expect(absent).toEqual(['asynchronous probe', 'late initcall']);
});

test('a world is told by its threads and by what fails in it', () => {
  expect(named('unbind+add/1 client')).toEqual(['retry', 'device_add', 'unbind of an IOMMU']);
  expect(named('walk+del/1 client')).toEqual(['walk', 'retry', 'hot removal']);
  expect(named('fail+bind+retry/1 client')).toContain('registration that fails');
  expect(named('refuse+bind+retry/1 client')).toContain('client that is refused');
  expect(named('walk+bind managed/1 client')).toContain('owner that manages its DMA');
  expect(named('walk+bind+timeout/1 client')).toContain('deferral timeout');
});

test('an actor is in or not in, and no world of the laptop can unbind', () => {
  const { present, absent } = actorsOf(laptopWorlds().map((d) => d.world));
  expect([...present, ...absent].sort()).toEqual(actors.map((a) => a.id).sort());
  expect(present).toEqual(expect.arrayContaining(['walk', 'bind', 'retry']));
  expect(absent).toContain('unbind of an IOMMU');
});
