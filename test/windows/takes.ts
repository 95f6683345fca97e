// SPDX-License-Identifier: GPL-2.0-only
// Whether a window alone takes a report, after the events of a recipe in a small world.

import type { Peek } from '#checker/program/scene';
import type { Handle } from '#env/op';
import { RuleContext } from '#properties/index';
import { signatures } from '#windows/index';
import type { World, WorldDevice, WorldThread } from '#worlds/world';
import { group, handles, instances, type Recipe, type Step } from './recipes.ts';

const device = (name: string, more: Partial<WorldDevice>): WorldDevice => ({
  name,
  bus: 'platform',
  role: 'client',
  iommus: [],
  present: true,
  driver: { name: 'drv', managedDma: false, async: false },
  groupKey: name,
  dmaRanges: false,
  ...more,
});

const use = (...names: string[]) => names.map((instance, i) => ({ instance, ids: [i + 1] }));

export const threads: readonly WorldThread[] = [
  { kind: 'iommu-probe', name: 'walk', instance: 'i1' },
  { kind: 'iommu-probe', name: 'walk2', instance: 'i2' },
  { kind: 'driver-attach', name: 'bind', device: 'a' },
  { kind: 'device-add', name: 'add', device: 'a' },
  { kind: 'iommu-unbind', name: 'unbind', instance: 'i1' },
  { kind: 'deferral-timeout', name: 'timeout' },
  { kind: 'cpu-online', name: 'cpu' },
];

const devices: readonly WorldDevice[] = [
  device('a', { iommus: use('i1', 'i3') }),
  device('b', { iommus: use('i1', 'i3') }),
  device('c', { iommus: use('i2') }),
];

const world = ({ driver = 'generic', firmware = 'dt', more }: Partial<Recipe>): World => ({
  name: 'near misses',
  classKey: 'hand:near misses',
  firmware,
  devices: [
    ...devices.map((d) => (d.name === 'a' ? { ...d, ...more } : d)),
    ...['i1', 'i2', 'i3'].map((name) => device(name, { role: 'iommu', groupKey: null })),
  ],
  instances: ['i1', 'i2', 'i3'].map((name) => ({
    name,
    device: name,
    driver,
    registered: name === 'i3',
    probeFails: name === 'i1',
  })),
  threads,
  switches: {
    asyncProbe: false,
    strictDevlink: false,
    deferralEnabled: true,
    deferralTimeout: false,
  },
  focus: ['a'],
});

/** Events that are about an instance. */
const OF_INSTANCES = ['release-begin', 'register-end', 'instance-listed'];

/** True where @window alone takes the report after @steps. */
export function takes(
  recipe: Recipe,
  steps: readonly Step[],
  report: Partial<Recipe> = {},
): boolean {
  const { window } = recipe;
  const { grouped = false, fields = {} } = { ...recipe, ...report };
  const ctx = new RuleContext(world(recipe), {
    device: (name) => handles.get(name),
    instance: (name) => instances.get(name),
    deferred: undefined,
  });
  const get = (of: Handle, field: string) => {
    const own = field === 'iommu_group' && grouped && of.name === 'a' ? group : null;
    return (fields[field] ?? own) as never;
  };
  const peek: Peek = { get: get as Peek['get'], alive: () => true, holder: () => null };
  const mine = signatures.filter((s) => s.window === window);
  const { property, subject = 'a', facts = {}, because = '' } = { ...recipe, ...report };
  return mine.some((claim) => {
    if (/^P\d/.test(property) && claim.rules && !claim.rules.includes(property)) return false;
    const made = claim.make(ctx);
    const state = steps.reduce((now, [thread, name, about, ...more]) => {
      if (!made.events.some((known) => known === name)) return now;
      const object = OF_INSTANCES.includes(name) ? instances.get(about) : handles.get(about);
      const first = about === group.name ? group : object!;
      return made.step(now, { name, thread, args: [first, ...more] }, peek);
    }, made.initial);
    return made.explains(state, { property, subject, because, facts }, peek);
  });
}
