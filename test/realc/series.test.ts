// SPDX-License-Identifier: GPL-2.0-only
// The series against half probed devices in the kernel's own C: what shows its windows shows none.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildTree } from '#realc/build/image';
import { searchSource } from '#realc/search/layers';
import { SourceRunner } from '#realc/search/run';
import { sourceWorld } from '#realc/worlds';
import { cc, NO_LIMIT_MS, treeOrSkip } from './helpers.ts';

const folder = 'examples/patches/half-probed';
const names = readdirSync(folder).filter((name) => name.endsWith('.patch'));
const patches = names.sort().map((name) => ({
  name,
  text: readFileSync(`${folder}/${name}`, 'latin1'),
}));
const tree = treeOrSkip('7.2', 'the series against half probed devices in the C of 7.2');

// check.test.ts shows the windows in the tree without the series, by the same searches.
it.skipIf(!tree).each([
  ['two-specifiers', 1, 'C10, C13 and C14'],
  ['amba', 1, 'C10, C14 and C16'],
  ['acpi-pci', 1, 'C10 and C14'],
  ['device-add', 2, 'C10, C14, C15 and C36, at the words that decide'],
  ['two-walks', 1, 'C10, C14 and C36, at the words that decide'],
])('breaks no rule in %s in any run of %i preemptions: %s are gone', async (world, bound) => {
  expect(patches).toHaveLength(3);
  const image = await buildTree(tree!, { cc, patches });
  const runner = new SourceRunner(image, sourceWorld(world)!);
  const decides = (word: number): boolean => runner.events.view.decides(word);
  const focus = world === 'device-add' || world === 'two-walks' ? { focus: decides } : {};
  const search = searchSource(runner, { bound, ...focus, timeMaxMs: NO_LIMIT_MS });
  expect(search.findings).toEqual([]);
  expect(search.complete).toBe(true);
});
