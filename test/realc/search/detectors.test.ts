// SPDX-License-Identifier: GPL-2.0-only
// Small edits that break the kernel are found and told with source lines.

import { describe, expect, it } from 'vitest';
import { buildTree } from '#realc/build/image';
import type { PatchInput } from '#realc/build/patch';
import { searchWorld } from '#realc/search-world';
import { sourceWorld } from '#realc/worlds';
import { isLeftOut } from '../../support/sweep.ts';
import { cc, edit, NO_LIMIT_MS, treeOrSkip } from '../helpers.ts';

const tree = treeOrSkip('7.2', 'use after free, deadlock and a dropped lock in 7.2');

const found = async (patches: PatchInput[], property: string, preemptions = 2) => {
  const image = await buildTree(tree!, { cc, patches });
  const { findings } = searchWorld(image, sourceWorld('two-drivers')!, {
    strategy: { kind: 'bound', preemptions },
    timeMaxMs: NO_LIMIT_MS,
    statesMax: 20_000,
    properties: null,
  });
  return findings.find((f) => f.property === property);
};

describe.skipIf(!tree)('an edit of 7.2', () => {
  it.skipIf(isLeftOut)(
    'that keeps a pointer to dev->iommu across the lock is a use after free',
    async () => {
      const take = 'mutex_lock(&iommu_probe_device_lock);';
      const patch = edit(tree!, 'drivers/iommu/of_iommu.c', take, [
        '\tstruct dev_iommu *old = READ_ONCE(dev->iommu);',
        `\t${take}`,
        '\tif (old)',
        '\t\t(void)READ_ONCE(old->fwspec);',
      ]);
      const f = await found([patch], 'P5');
      expect(f?.witness.because).toMatch(/freed memory, at drivers\/iommu\/of_iommu\.c:\d+/);
      expect(f?.witness.facts['stack']).toContain('of_iommu_configure');
      expect(f?.witness.facts['other']).toContain('dev_iommu_free');
    },
  );

  it('that takes two mutexes in both orders is a deadlock', async () => {
    const path = 'drivers/base/dd.c';
    const lock = 'mutex_lock(&deferred_probe_mutex);';
    const count = 'atomic_inc(&deferred_trigger_count);';
    const declare = 'static DECLARE_WORK(deferred_probe_work, deferred_probe_work_func);';
    const add = 'if (!list_empty(&dev->p->deferred_probe)) {';
    const take = ['\tmutex_lock(&rw_other_mutex);', '\tmutex_unlock(&rw_other_mutex);'];
    const patches = [
      edit(tree!, path, declare, [declare, 'static DEFINE_MUTEX(rw_other_mutex);']),
      edit(tree!, path, add, [...take, `\t${add}`]),
      edit(tree!, path, count, [take[0]!, `\t${lock}`, `\t${count}`, take[1]!], 2, -1),
    ];
    const f = await found(patches, 'P9', 1);
    expect(f?.preemptions).toBe(1);
    expect(f?.witness.because).toMatch(/waits at drivers\/base\/dd\.c:\d+ for lock/);
    expect(f?.witness.facts['stack']).toMatch(/driver_deferred_probe_trigger|driver_bound/);
    expect(f?.witness.because).toContain('rw_other_mutex');
    expect(f?.witness.because).toContain('deferred_probe_mutex');
  });

  it.skipIf(isLeftOut)(
    'that drops the probe lock of the walk is found where the lock is given back',
    async () => {
      const call = 'ret = __iommu_probe_device(dev, group_list);';
      const patch = edit(tree!, 'drivers/iommu/iommu.c', call, [`\t${call}`], 3, -1);
      const f = await found([patch], 'P9');
      expect(f?.witness.because).toMatch(/does not hold, at drivers\/iommu\/iommu\.c:\d+/);
    },
  );
});
