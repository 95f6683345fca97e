// SPDX-License-Identifier: GPL-2.0-only
// For each window that a commit of the history opens or closes, a bisection names that commit.
// `npm test` asks every third of them, `npm run test:sweep` the others.
import { describe, expect, test } from 'vitest';
import { findRevision, type Revision } from '#kernel/index';
import { bisect, turns } from '#questions/bisect';
import { makeExplorer } from '#run/world-pool';
import { windowById } from '#windows/index';
import { every } from '../support/sweep.ts';
import { worldsWith } from '../support/worlds.ts';

function revision(name: string): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(name);
  return found.value;
}

/** What a bisection of @window from one kernel to the other names, in one world. */
async function turnsOf(window: string, words: string, from: string, to: string) {
  const worlds = worldsWith(words);
  const explorer = await makeExplorer(1);
  const options = { statesMax: 100_000, preemptions: 1 };
  const asking = { window, worlds: worlds.slice(0, 1), worldsMax: 1, explorer, options };
  const { opens, closes } = turns(await bisect(asking, revision(from), revision(to)));
  return { opens: opens.map((c) => c.sha), closes: closes.map((c) => c.sha) };
}

const pci = 'walk+bind | dt/pci';
const amba = 'walk+bind | dt/amba';
const parsed = 'hand:walk+walk parsed';
const exynos = 'hand:walk+bind exynos';
const intel = 'hand:walk+cpu intel';
const dtTwo = 'walk+bind | dt/platform/populate/arm-smmu@0.after+arm-smmu@1.after';

const closers = [
  ['C01', parsed, '6.1', '6.2', '01657bc14a39'],
  ['C02', parsed, '6.1', '6.2', '01657bc14a39'],
  ['C03', amba, '6.6', '6.7', 'a2e7e59a9426'],
  ['C04', amba, '6.6', '6.7', 'a2e7e59a9426'],
  ['C05', exynos, '6.14', '6.15-rc1', 'b46064a18810'],
  ['C06', exynos, '6.9', '6.10', 'b67483b3c44e'],
  ['C07', exynos, '6.14', '6.15-rc1', 'bcb81ac6ae3c'],
  ['C08', 'walk+add | dt/pci', '6.15.0', '6.15.1', '0c8e9c148e29'],
  ['C09', pci, '6.15.0', '6.15.1', 'da33e87bd2bf'],
  ['C16', pci, '6.16', '6.17', '78447d4545b2'],
  ['C16', 'walk+bind | dt/platform/parent', '6.15-rc1', '6.15.0', '95deee37a123'],
  ['C18', 'hand:walk+bind mediatek', '6.15-rc1', '6.15.0', '38e8844005e6'],
  ['C18', 'hand:walk+bind acpi virtio', '6.16', '6.17', '72b6f7cd89ce'],
  ['C26', 'hand:walk+bind flags', '7.1', '7.2', 'f8670e8e43b8'],
  ['C27', 'hand:add+attach dt', '6.5', '6.6', '6eb4da8cf545'],
  ['C27', 'hand:add+attach dt', '7.0', '7.1', 'a2225b6e834a'],
  ['C30', intel, '6.14', '6.15-rc1', '93ae6e68b6d6'],
  ['C33', 'hand:mock add', '7.2', '7.3', 'b7b0b3851474'],
  ['C35', pci, '6.14', '6.15-rc1', '7d835134d4e1'],
  ['C37', amba, '6.7', '6.8', '17de3f5fdd35'],
  ['C38', parsed, '6.5', '6.6', '6eb4da8cf545'],
  ['C39', dtTwo, '6.10', '6.11', '3f7c32091628'],
  ['C41', 'hand:scan acs dt', '6.18', '7.0', 'c41e2fb67e26'],
] as const;

describe('a bisection names the commit that closes', () => {
  test.each(every(3, closers))('%s in %s, from %s to %s', async (window, world, from, to, sha) => {
    expect((await turnsOf(window, world, from, to)).closes).toEqual([sha]);
    expect(windowById(window)?.ways.flatMap((way) => way.closed)).toContain(sha);
  });
});

const openers = [
  ['C02', parsed, '6.0', '6.1', '57365a04c921'],
  ['C08', 'walk+add | dt/pci', '6.14', '6.15-rc1', 'bcb81ac6ae3c'],
  ['C09', exynos, '6.14', '6.15-rc1', 'bcb81ac6ae3c'],
  ['C10', exynos, '6.14', '6.15-rc1', 'bcb81ac6ae3c'],
  ['C11', 'walk+add | parent-driver', '6.14', '6.15-rc1', 'bcb81ac6ae3c'],
  ['C12', 'hand:walk+bind lazy shared parsed', '6.4', '6.5', 'd99be00f42ea'],
  ['C13', 'hand:walk+bind acpi two', '6.15.0', '6.15.1', 'da33e87bd2bf'],
  ['C14', pci, '6.14', '6.15-rc1', 'bcb81ac6ae3c'],
  ['C16', pci, '6.14', '6.15-rc1', 'bcb81ac6ae3c'],
  ['C19', 'hand:fail+bind', '6.0', '6.1', '57365a04c921'],
  ['C25', 'hand:walk+bind exynos ranges', '6.14', '6.15-rc1', 'b46064a18810'],
  ['C27', 'hand:add+attach dt', '6.14', '6.15-rc1', 'bcb81ac6ae3c'],
  ['C30', intel, '6.13', '6.14', 'b150654f74bf'],
  ['C33', 'hand:mock add', '6.17', '6.18', '2a918911ed3d'],
  ['C36', 'walk+add | acpi/pci', '6.15.0', '6.15.1', '0c8e9c148e29'],
  ['C40', 'hand:walk+walk order', '6.14', '6.15-rc1', 'bcb81ac6ae3c'],
] as const;

describe('a bisection names the commit that opens', () => {
  test.each(every(3, openers))('%s in %s, from %s to %s', async (window, world, from, to, sha) => {
    expect((await turnsOf(window, world, from, to)).opens).toEqual([sha]);
    expect(windowById(window)?.ways.map((way) => way.opened)).toContain(sha);
  });
});

test('C15 is told a commit late where the warning came before the group', async () => {
  const { opens } = await turnsOf('C15', 'walk+add | dt/pci', '6.14', '6.15-rc1');
  expect(opens).toEqual(['73d2f10957f5']);
});
