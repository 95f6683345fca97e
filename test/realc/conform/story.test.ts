// SPDX-License-Identifier: GPL-2.0-only
// The order of events: what the model knows of it, and runs of the C that are led along it.

import { beforeAll, describe, expect, it } from 'vitest';
import { must } from '#base/assert';
import { findingKey } from '#finding/key';
import { findRevision, type Revision } from '#kernel/index';
import { buildTree, type KernelImage } from '#realc/build/image';
import { compareWorld, modelSide, realSide } from '#realc/conform/conform';
import type { Story, Told } from '#realc/conform/story';
import { sourceWorld } from '#realc/worlds';
import { cc, NO_LIMIT_MS, treeOrSkip } from '../helpers.ts';

const STATES_MAX = 200_000;
const OPTIONS = { worlds: [], bound: 0, samples: 0, timeMaxMs: NO_LIMIT_MS, statesMax: 0 };

const world = (name: string) => must(sourceWorld(name), name);

function revisionOf(name: string): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(`there is no model of ${name}`);
  return found.value;
}

describe('a story', () => {
  const model = modelSide(world('two-drivers'), revisionOf('7.2'), STATES_MAX);
  const run = must(
    model.runsOf(findingKey({ property: 'P3', window: 'C14' }), 1)[0],
    'a run with C14',
  );
  const events: readonly Told[] = run.flatMap((turn) => turn.events);
  const cut = (of: readonly Told[]): Story => ({ events: of, faulty: true });

  it('of the model is one that the model knows', () => {
    expect(events.length).toBeGreaterThan(10);
    expect(model.retell([cut(events)])).toEqual({ unheard: [], complete: true });
  });

  it('with two events of one thread in another order is not', () => {
    const at = events.findIndex((t) => t.text.startsWith('instance-listed'));
    const other = [...events];
    other.splice(at - 1, 2, events[at]!, events[at - 1]!);
    const { unheard } = model.retell([cut(events), cut(other)]);
    expect(unheard.map((u) => u.story.events)).toEqual([other]);
    expect(unheard[0]?.text).toMatch(/: swapper\/0 instance-listed mmu0; the model: /);
  });

  it('that ends too early is not', () => {
    const { unheard } = model.retell([{ events: events.slice(0, 5), faulty: false }]);
    expect(unheard[0]?.text).toMatch(/: the end; the model: /);
  });
});

const tree = treeOrSkip('7.2', 'runs of the C that go like those of the model');

describe.skipIf(!tree)('the C of 7.2', () => {
  let image: KernelImage;
  beforeAll(async () => {
    image = await buildTree(tree!, { cc });
  });

  it('shows C36 along a run of the model, and not what the run does not show', () => {
    const name = 'acpi-device-add';
    const model = modelSide(world(name), revisionOf('7.2'), STATES_MAX);
    const real = realSide(image, world(name), OPTIONS);
    expect([...real.found.values()]).not.toContain('P10 C36');
    const c36 = findingKey({ property: 'P10', window: 'C36' });
    const run = must(model.runsOf(c36, 2)[0], 'a run with C36');
    expect(real.shows(run, c36)).toBe(true);
    expect(real.shows(run, findingKey({ property: 'P3', window: 'C09' }))).toBe(false);
  });

  it('tells of an SMMU whose bind waits for no probe, unlike a model in which it does', () => {
    const name = 'acpi-two-instances';
    const revision = revisionOf('7.2');
    const commit = { sha: 'seed', subject: 'seed', landed: 'never', fixes: [], link: null };
    const locked: Revision = {
      ...revision,
      commits: [
        ...revision.commits,
        {
          ...commit,
          requires: [],
          conflicts: [],
          apply(draft) {
            draft.fns.model__firmware_dma_configure = (k, dev) => k.acpi_dma_configure(dev);
          },
        },
      ],
    };
    const real = realSide(image, world(name), { ...OPTIONS, samples: 500 });
    const differences = (model: Revision) =>
      compareWorld(world(name), modelSide(world(name), model, STATES_MAX), real, 500).differences;
    expect(differences(revision)).toEqual([]);
    expect(new Set(differences(locked).map((d) => d.kind))).toContain('order');
  });
});
