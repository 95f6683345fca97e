// SPDX-License-Identifier: GPL-2.0-only
// Where two windows show in the same way, the one that is said to be likelier has ten times as many
// orders: counted on the states of their own worlds.

import { describe, expect, test } from 'vitest';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import { windows } from '#windows/index';
import { genericWorlds } from '#worlds/generic';
import { kernel } from '../support/boards.ts';

/** The greatest share of the orders of a plain world that break P1 as @id, under @release. */
function shareOf(id: string, release: string): number {
  const shares = plain.flatMap((world) => {
    const task = { world, kernel: specOf(kernel(release), []) };
    const { findings } = runWorld({
      ...task,
      ask: 'check',
      properties: ['P1'],
      windows: [id],
      strategy: { kind: 'exhaustive' },
      statesMax: null,
      timeMaxMs: null,
      minimiseMax: 1,
    });
    const found = findings.filter(({ window }) => window === id);
    const asked = found.map((f) => ({ ...f, subject: f.witness.subject }));
    return runWorld({ ...task, ask: 'explain', findings: asked }).map(({ why }) => {
      if (why === null) return 0;
      const { odds } = why;
      return odds.exact ? odds.alike : odds.alike / odds.walks;
    });
  });
  return Math.max(0, ...shares);
}

const plain = genericWorlds()
  .map(({ world }) => world)
  .filter(({ name }) => name === 'walk+bind+retry/1 client/bystanders 0+0');
const claims = windows.flatMap(({ id, log = [] }) =>
  log.flatMap(({ likelierThan = [] }) => likelierThan.map((other) => ({ id, other }))),
);

describe.each(claims)('$id and $other', ({ id, other }) => {
  test('under 6.15.0, which has both', () => {
    const [more, less] = [shareOf(id, '6.15.0'), shareOf(other, '6.15.0')];
    expect(more).toBeGreaterThan(0);
    expect(less).toBeLessThan(more / 10);
  });
});
