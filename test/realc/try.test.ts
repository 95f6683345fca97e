// SPDX-License-Identifier: GPL-2.0-only
// A patch judged in the kernel's own C: what it closes, opens and leaves.

import { describe, expect, it } from 'vitest';
import type { CheckOptions } from '#finding/report';
import type { Change } from '#questions/try';
import type { PatchInput } from '#realc/build/patch';
import { trySource } from '#realc/try';
import { cc, edit, NO_LIMIT_MS, treeOrSkip } from './helpers.ts';

const tree = treeOrSkip('7.2', 'what patches close and open in the C of 7.2');

const CHECK: CheckOptions = {
  strategy: { kind: 'bound', preemptions: 1 },
  timeMaxMs: NO_LIMIT_MS,
  statesMax: null,
  properties: null,
  windows: null,
  devices: null,
  asyncProbe: false,
  strictDevlink: false,
  jobs: 1,
};

const judge = async (
  below: readonly PatchInput[],
  patches: readonly PatchInput[],
  check: Partial<CheckOptions> = {},
) => {
  const how = { cc, below, patches, check: { ...CHECK, ...check }, world: 'two-drivers' };
  return (await trySource(tree!, null, how)).trial;
};

const windows = (changes: readonly Change[]) => new Set(changes.map((c) => c.window));

/** The same hunk the other way round. */
function inverse({ name, text }: PatchInput): PatchInput {
  const lines = text.split('\n').map((line) => {
    if (/^(---|\+\+\+) /.test(line)) return line;
    const hunk = /^@@ -(\S+) \+(\S+) @@$/.exec(line);
    if (hunk) return `@@ -${hunk[2]} +${hunk[1]} @@`;
    return line.replace(/^[-+]/, (sign) => (sign === '-' ? '+' : '-'));
  });
  return { name: `inverse of ${name}`, text: lines.join('\n') };
}

describe.skipIf(!tree)('a patch for 7.2', () => {
  const marker = '!dev->iommu && !READ_ONCE(iommu->ready)';
  const removal = tree ? [edit(tree, 'drivers/iommu/iommu.c', marker, [], 2)] : [];

  it('that removes the test of ready opens C09 and leaves what was there', async () => {
    const trial = await judge([], removal);
    expect(windows(trial.opens)).toEqual(new Set(['C09']));
    expect(windows(trial.leaves)).toEqual(new Set(['C10', 'C14']));
    expect(trial.undecided).toEqual([]);
    expect(trial.bounded).toEqual([]);
    expect(trial.worlds).toBe(1);
  });

  it('that puts it back closes C09 and opens nothing', async () => {
    const trial = await judge(removal, removal.map(inverse));
    expect(windows(trial.closes)).toEqual(new Set(['C09']));
    expect(trial.opens).toEqual([]);
    expect(windows(trial.leaves)).toEqual(new Set(['C10', 'C14']));
  });

  it('closes nothing where a search was cut off', async () => {
    const trial = await judge(removal, removal.map(inverse), { statesMax: 100 });
    expect(trial.closes).toEqual([]);
    expect(trial.bounded).toEqual(['two-drivers hand:two-drivers']);
  });
});
