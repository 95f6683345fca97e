// SPDX-License-Identifier: GPL-2.0-only
// What a boot came to, as text: a kernel with patches stands beside the one without.

import { expect, test } from 'vitest';
import type { BootedKernel, Reproduction } from '#finding/reproduction';
import { reproductionJson, reproductionText } from '#report/reproduction';

const seen = {
  ...{ reached: [], met: 2, timedOut: [], unhooked: [], isDone: true, maps: [] },
  ...{ broken: null, release: '7.2.12-racewindow', buildId: 'ab12' },
};
const kernel: BootedKernel = {
  ...{ kernel: '7.2.12-racewindow', isStock: false, expected: 'breaks', model: '7.2.y' },
  ...{ control: seen, forced: { ...seen, broken: 'late' }, word: 'reproduced', because: 'late' },
};
const base: Reproduction = {
  ...{ finding: 'F', property: 'P1', window: 'C10', device: 'eth', found: '7.2' },
  ...{ waits: ['bind:a+<walk:b+'], tried: 1, states: 7, expected: 'keeps', model: '7.2.y with x' },
  ...{ patches: ['-a/old.patch', 'some/folder/0001-fix.patch'], boot: null },
  machine: { firmware: 'dt', device: 'eth', subject: 'eth', iommu: 'smmu' },
};
const fixed = { ...kernel, expected: 'keeps', model: '7.2.y with x', forced: seen } as const;
const booted: Reproduction = {
  ...base,
  boot: { ...fixed, word: 'infeasible', because: 'kept', logs: 'out', without: kernel },
};

test('the word of the kernel with the patches stands alone in the last line', () => {
  const text = reproductionText(booted);
  expect(text.trimEnd().split('\n').at(-1)).toBe('infeasible');
  expect(text).toContain('kernel: 7.2.12-racewindow, built of the tree as it is, build id ab12\n');
  expect(text).toContain('without patches: reproduced: late\n');
  expect(text.replace(/\s+/g, ' ')).toContain('of the tree with -old.patch, 0001-fix.patch, build');
  expect(text).toContain('forced-without.log');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(75);
});

test('a kernel without patches has nothing beside it; without a boot there is no word', () => {
  const alone = { ...booted, patches: [], boot: { ...booted.boot!, without: null, isStock: true } };
  expect(reproductionText(alone)).toContain('7.2.12-racewindow, unmodified, build id');
  expect(reproductionText(alone)).not.toContain('without');
  expect(reproductionText(base).trimEnd()).toMatch(/no order that these leave breaks it$/);
  expect(reproductionText({ ...base, expected: 'no model', model: null })).toContain(
    'model: there is none of these patches',
  );
  expect(JSON.parse(reproductionJson(booted))).toMatchObject({
    ...{ format: 'racewindow/reproduction@3', patches: booted.patches },
    boot: { word: 'infeasible', without: { word: 'reproduced' } },
  });
});
