// SPDX-License-Identifier: GPL-2.0-only
// The deeds of the model's threads and of the C's: alike as they are, and not with a lock left out.

import { beforeAll, describe, expect, it } from 'vitest';
import { must } from '#base/assert';
import { findRevision, type Revision } from '#kernel/index';
import { buildTree, type KernelImage } from '#realc/build/image';
import { type DeedsOf, modelDeeds, realDeeds } from '#realc/conform/deeds';
import { compareDeeds, LEFT_OUT, ordersOf } from '#realc/conform/same-deeds';
import { sourceWorld, sourceWorlds } from '#realc/worlds';
import { cc, treeOrSkip } from '../helpers.ts';

const world = (name: string) => must(sourceWorld(name), name);

function revisionOf(name: string): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(`there is no model of ${name}`);
  return found.value;
}

describe('deeds', () => {
  const model = modelDeeds(world('two-drivers'), revisionOf('7.2'));

  it('of the same order are the same each time, in every order of the threads', () => {
    const all = ordersOf(3).map((order) => order.join(''));
    expect(new Set(all)).toEqual(new Set(['012', '021', '102', '120', '201', '210']));
    const first = [...model([0, 1])];
    model([1, 0]);
    expect([...model([0, 1])]).toEqual(first);
  });

  it('say which locks are held', () => {
    const deeds = must(model([0, 1]).get('modprobe'), 'modprobe');
    const at = deeds.findIndex((d) => d.what === 'lock group->mutex');
    expect(deeds.slice(at, at + 3).map(({ what, held }) => [what, held])).toEqual([
      ['lock group->mutex', ['b0000000.eth', 'group->mutex']],
      ['store iommu_group.owner_cnt', ['b0000000.eth', 'group->mutex']],
      ['unlock group->mutex', ['b0000000.eth']],
    ]);
  });

  it('differ where one is left out, or comes at another place', () => {
    const edited = (edit: (whats: string[]) => string[]): DeedsOf => {
      return (order) => {
        const deeds = model(order);
        const own = must(deeds.get('modprobe'), 'modprobe');
        const kept = edit(own.map((d) => d.what));
        const moved = kept.map((what) =>
          must(
            own.find((d) => d.what === what),
            what,
          ),
        );
        return new Map([...deeds, ['modprobe', moved]]);
      };
    };
    const compare = (edit: (whats: string[]) => string[]) =>
      compareDeeds(world('two-drivers'), model, edited(edit)).differences;
    const own = must(model([0, 1]).get('modprobe'), 'modprobe').map((d) => d.what);
    expect(compare((whats) => whats.filter((w) => !/device_links_lock/.test(w)))).not.toEqual([]);
    expect(compare((whats) => whats.slice(0, -1))).not.toEqual([]);
    expect(own).toContain('store device.driver');
    expect(compare((whats) => [...whats].reverse())).not.toEqual([]);
  });
});

for (const [series, name, threads, least, unmet] of [
  ['7.2', '7.2', 3, 6000, []],
  // With three threads it takes as long again; conform does that. A walk of 6.12 makes no link to
  // a device that no driver has, so that none is removed.
  ['6.12', '6.12.y', 2, 2000, [/^a device link is/]],
] as const) {
  const tree = treeOrSkip(series, `the deeds of the model against those of the C of ${series}`);
  describe.skipIf(!tree)(`the C of ${series}`, () => {
    let image: KernelImage;
    beforeAll(async () => {
      image = await buildTree(tree!, { cc });
    });

    it('does what the model does, in each world', () => {
      const used = new Set<string>();
      let same = 0;
      for (const w of sourceWorlds.filter((each) => each.threads.length <= threads)) {
        const noted = (side: 'model' | 'C', deedsOf: DeedsOf): DeedsOf => {
          return (order) => {
            const deeds = deedsOf(order);
            for (const deed of [...deeds.values()].flat()) {
              for (const rule of LEFT_OUT) {
                if (rule.side === side && rule.is(deed, w)) used.add(rule.why);
              }
            }
            return deeds;
          };
        };
        const model = noted('model', modelDeeds(w, revisionOf(name)));
        const compared = compareDeeds(w, model, noted('C', realDeeds(image, w)));
        expect([w.name, compared.differences]).toEqual([w.name, []]);
        same += compared.same;
      }
      expect(same).toBeGreaterThan(least);
      const met = LEFT_OUT.filter(({ why }) => !unmet.some((rule) => rule.test(why)));
      expect([...used].sort()).toEqual(met.map((rule) => rule.why).sort());
    });
  });
}
