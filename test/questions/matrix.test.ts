// SPDX-License-Identifier: GPL-2.0-only
// The matrix, the bisection and the backport on a few kernels, windows and small worlds.
import { expect, test } from 'vitest';
import { findRevision, type Revision } from '#kernel/index';
import { backport, bisect, candidateSets, turns } from '#questions/bisect';
import { computeMatrix } from '#questions/matrix';
import { matrixHtml, matrixMarkdown } from '#report/matrix';
import { specOf } from '#run/kernel-spec';
import { makeExplorer } from '#run/world-pool';
import { genericWorlds } from '#worlds/generic';

const options = { statesMax: 40_000, preemptions: 2 };
const small = genericWorlds().filter(
  ({ classKey, world }) =>
    /^(dt\/pci|dt\/amba|acpi\/pci)/.test(classKey) && world.name.startsWith('walk+bind'),
);

function revision(name: string): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(name);
  return found.value;
}

async function matrixOf(kernels: string[], windows: string[]) {
  const specs = kernels.map((name) => specOf(revision(name), []));
  const question = { worlds: small, kernels: specs, windows, options };
  return computeMatrix(question, await makeExplorer(1));
}

test('the seed commit drops C09 and leaves C10 and C14', async () => {
  const matrix = await matrixOf(['6.15.0', '6.15.1'], ['C09', 'C10', 'C14', 'C32']);
  const states = matrix.cells.map((c) => `${c.window} ${c.kernel} ${c.state}`);
  expect(states).toEqual([
    'C09 6.15.0 found',
    'C09 6.15.1 absent',
    'C10 6.15.0 found',
    'C10 6.15.1 found',
    'C14 6.15.0 found',
    'C14 6.15.1 found',
    'C32 6.15.0 found',
    'C32 6.15.1 found',
  ]);
});

test('C16 is found in 6.15.0, and on AMBA alone in 7.2', async () => {
  // A kernel's search ends when each window is decided, so 6.15.0 names the first bus only.
  const matrix = await matrixOf(['6.15.0', '7.2'], ['C16']);
  expect(matrix.cells.map((c) => c.state)).toEqual(['found', 'found']);
  expect(matrix.cells[1]?.buses).toEqual(['amba']);
});

test('nothing is called absent whose precondition is not reached', async () => {
  const matrix = await matrixOf(['7.2'], ['C13', 'C28']);
  for (const cell of matrix.cells) {
    expect(cell.state).toBe('n.a.');
    expect(cell.because).toMatch(/^not reached: /);
  }
});

test('kernels with the same commits are explored once and agree', async () => {
  const one = await matrixOf(['6.15.1'], ['C09']);
  const two = await matrixOf(['6.15.1', '6.16'], ['C09']);
  expect(two.states).toBe(one.states);
  expect(two.cells.map((c) => c.state)).toEqual(['absent', 'absent']);
});

test('a matrix is told as Markdown and as HTML', async () => {
  const matrix = await matrixOf(['6.15.1'], ['C09', 'C10']);
  const titles = new Map([['C09', 'replay <during> register']]);
  expect(matrixMarkdown(matrix, titles)).toContain('| C09 | - | replay <during> register |');
  expect(matrixHtml(matrix, titles)).toContain('replay &lt;during>');
  expect(matrixHtml(matrix, titles)).toContain('<td class="absent"');
});

/** Asks about C09 in one small world: that of an exynos IOMMU, or of an SMMU. */
async function askC09(classKey: string) {
  const worlds = genericWorlds().filter((w) => w.classKey.startsWith(classKey));
  return { window: 'C09', worlds, worldsMax: 1, explorer: await makeExplorer(1), options };
}

test('a bisection of C09 names the commits that open and close it', async () => {
  const asking = await askC09('hand:walk+bind exynos');
  const { opens, closes } = turns(await bisect(asking, revision('6.14'), revision('6.15.1')));
  expect(opens.map((c) => c.sha)).toEqual(['bcb81ac6ae3c']);
  expect(closes.map((c) => c.sha)).toEqual(['da33e87bd2bf']);
});

test.each([
  // Behind an SMMU the first warning came too soon, which 73d2f10957f5 put right.
  ['C09', 'dt/platform/parent-driver', 'bcb81ac6ae3c', ['bcb81ac6ae3c', '7d835134d4e1']],
  ['C25', 'dt/platform/populate/arm-smmu@0.before/dma-ranges', 'b46064a18810', ['7d835134d4e1']],
])('of %s, two commits are named: the core, and the SMMU', async (window, key, sha, smmu) => {
  const asking = { ...(await askC09(key)), window };
  const steps = await bisect(asking, revision('6.14'), revision('6.15-rc1'));
  expect(turns(steps).opens.map((c) => c.sha)).toEqual([sha]);
  expect(turns(steps, 'behindSmmu').opens.map((c) => c.sha)).toEqual(smmu);
});

test('the backport of C09 to 6.15.0 is the seed commit alone', async () => {
  const asking = {
    window: 'C09',
    worlds: small,
    worldsMax: 1,
    explorer: await makeExplorer(1),
    options,
  };
  const { best } = await backport(asking, revision('6.15.0'), 1);
  expect(best?.commits.map((c) => c.sha)).toEqual(['da33e87bd2bf']);
  expect(best?.answer).toBe('absent');
});

test('a set of commits to carry back has all that they require', () => {
  const sets = candidateSets(revision('6.14'), 1).map((set) => set.map((c) => c.sha));
  const seed = sets.find((set) => set[set.length - 1] === 'da33e87bd2bf');
  expect(seed).toEqual(expect.arrayContaining(['bcb81ac6ae3c', '3832862eb9c4', 'fd598f71b669']));
});
