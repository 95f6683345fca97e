// SPDX-License-Identifier: GPL-2.0-only
// What is told of the commits of a kernel.
import { expect, test } from 'vitest';
import { realPipeline } from '#cli/wiring';

test('of what comes and goes without a commit, several come and one comes', () => {
  const effects = realPipeline()
    .kernels()
    .flatMap(({ commits }) => commits.map((c) => c.effect));
  const changes = effects
    .filter((effect) => effect.startsWith('without it, in '))
    .flatMap((effect) => effect.replace(/^[^:]*(?::\S[^:]*)*: /, '').split('; '))
    .map((change) => /^(.*) (come|comes|go|goes)$/.exec(change));
  expect(changes.length).toBeGreaterThan(20);
  const wrong = changes.filter((m) => {
    const [, list = '', verb = ''] = m ?? [];
    return verb.endsWith('s') === / [^ ]+, \S+ /.test(list);
  });
  expect(wrong.map((m) => m?.[0])).toEqual([]);
});
