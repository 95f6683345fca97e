// SPDX-License-Identifier: GPL-2.0-only
// Near misses: a window is recognised by what must have happened, and by nothing less. Each recipe
// has the events that it takes; one of them left out, or told of another device, or a report about
// another device or rule, is not this window.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Peek } from '#checker/program/scene';
import { Handle, type Value } from '#env/op';
import { RuleContext } from '#properties/index';
import { signatures, windows } from '#windows/index';
import type { World, WorldDevice, WorldThread } from '#worlds/world';

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

const threads: readonly WorldThread[] = [
  { kind: 'iommu-probe', name: 'walk', instance: 'i1' },
  { kind: 'iommu-probe', name: 'walk2', instance: 'i2' },
  { kind: 'driver-attach', name: 'bind', device: 'a' },
  { kind: 'device-add', name: 'add', device: 'a' },
  { kind: 'iommu-unbind', name: 'unbind', instance: 'i1' },
];

const devices: readonly WorldDevice[] = [
  device('a', { iommus: use('i1', 'i3') }),
  device('b', { iommus: use('i1', 'i3') }),
  device('c', { iommus: use('i2') }),
];

const world = (driver: string, firmware: World['firmware']): World => ({
  name: 'near misses',
  classKey: 'hand:near misses',
  firmware,
  devices: [
    ...devices,
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

const names = ['a', 'b', 'c', 'i1', 'i2', 'i3'];
const handles = new Map(names.map((n) => [n, new Handle('device', n)]));
const instances = new Map(
  ['i1', 'i2', 'i3'].map((n) => [n, new Handle('iommu_device', `${n}.iommu_device`)]),
);
const group = new Handle('iommu_group', 'a.iommu_group#1');

/** An event: thread, name, device or instance, and what else there is. */
type Step = readonly [thread: string, name: string, about: string, ...more: Value[]];

interface Recipe {
  readonly window: string;
  readonly steps: readonly Step[];
  readonly property: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly subject?: string;
  readonly because?: string;
  readonly driver?: string;
  readonly firmware?: World['firmware'];
  /** What a signature peeks at: dev->iommu_group, group->default_domain. */
  readonly grouped?: boolean;
  /** Where it must be the same thread: told of another one, an event does not count. */
  readonly sameThread?: boolean;
}

const walk = (thread: string, at: string, of: string): Step => {
  return [thread, 'walk-visit', at, instances.get(of)!];
};

const recipes: readonly Recipe[] = [
  {
    window: 'C01',
    steps: [
      ['walk', 'init-unguarded', 'a', 'walk'],
      ['walk2', 'init-unguarded', 'a', 'walk'],
    ],
    property: 'P4',
  },
  {
    window: 'C03',
    steps: [
      ['walk', 'init-unguarded', 'a', 'walk'],
      ['bind', 'fwspec-unguarded', 'a', 'begin'],
    ],
    property: 'P3',
  },
  {
    window: 'C04',
    steps: [['bind', 'fwspec-unguarded', 'a', 'begin']],
    property: 'P12',
    facts: { thread: 'walk' },
  },
  { window: 'C05', steps: [['bind', 'use-default-domain', 'a', 0, group]], property: 'P3' },
  { window: 'C06', steps: [['bind', 'dma-ops', 'a', 'direct']], property: 'P11' },
  { window: 'C07', steps: [['walk', 'ops-missing', 'a', 'walk']], property: 'P8' },
  { window: 'C07', steps: [['walk', 'init-end', 'a', 'walk', -19]], property: 'P8' },
  {
    window: 'C08',
    steps: [
      ['walk', 'configure-begin', 'a', 'walk'],
      ['walk', 'probe-device', 'a', null, 'walk'],
    ],
    property: 'P4',
    grouped: true,
    sameThread: true,
  },
  {
    window: 'C08',
    steps: [
      ['walk', 'configure-begin', 'a', 'walk'],
      ['walk2', 'init-end', 'a', 'walk', -19],
    ],
    property: 'oops',
    subject: 'walk',
    facts: { error: 'iommu_init_device(a): dev->iommu is NULL' },
  },
  {
    window: 'C09',
    steps: [
      ['bind', 'fwspec-built', 'a', instances.get('i1')!],
      ['bind', 'group-set', 'a', group, 0, 'replay'],
    ],
    property: 'P1',
    facts: { by: 'walk' },
  },
  {
    window: 'C09',
    steps: [
      ['bind', 'fwspec-built', 'a', instances.get('i1')!],
      walk('walk', 'a', 'i1'),
      ['walk', 'group-set', 'a', group, 0, 'walk'],
    ],
    property: 'P2',
  },
  {
    window: 'C09',
    steps: [
      ['bind', 'fwspec-built', 'a', instances.get('i1')!],
      ['bind', 'use-default-domain', 'a', 0, null],
    ],
    property: 'P3',
    firmware: 'acpi',
  },
  {
    window: 'C10',
    steps: [
      walk('walk', 'a', 'i1'),
      ['walk', 'configure-skipped', 'a', 'walk'],
      ['walk', 'ops-missing', 'a', 'walk'],
    ],
    property: 'P1',
    sameThread: true,
  },
  {
    window: 'C11',
    steps: [
      ['add', 'group-set', 'b', group, 0, 'notifier'],
      ['walk', 'group-set', 'a', group, 1, 'walk'],
    ],
    property: 'P2',
    facts: { other: 'b' },
  },
  {
    window: 'C13',
    steps: [['bind', 'not-ready-accepted', 'a', instances.get('i1')!]],
    property: 'P1',
  },
  {
    window: 'C14',
    steps: [
      ['walk', 'configure-begin', 'a', 'walk'],
      ['bind', 'use-default-domain', 'a', 0, null],
    ],
    property: 'P3',
  },
  {
    window: 'C14',
    steps: [
      ['walk', 'configure-begin', 'a', 'walk'],
      ['walk', 'late-warn', 'a', 'walk'],
    ],
    property: 'P1',
    sameThread: true,
  },
  {
    window: 'C15',
    steps: [
      walk('walk', 'a', 'i1'),
      ['walk', 'configure-begin', 'a', 'walk'],
      ['walk2', 'init-end', 'a', 'walk', -19],
      ['walk', 'init-end', 'a', 'walk', -19],
    ],
    property: 'P8',
  },
  {
    window: 'C18',
    steps: [['walk', 'instance-not-found', 'a', instances.get('i1')!]],
    property: 'P3',
    driver: 'virtio',
  },
  { window: 'C19', steps: [['walk', 'release-begin', 'i1']], property: 'P3' },
  {
    window: 'C19',
    steps: [['walk', 'release-begin', 'i1']],
    property: 'use-after-free',
    subject: 'a.iommu_group#1',
    facts: { thread: 'bind', freedBy: 'walk' },
  },
  {
    window: 'C21',
    steps: [['unbind', 'release-begin', 'i1']],
    property: 'P8',
  },
  { window: 'C26', steps: [['walk', 'flag-lost', 'a', 'dma_iommu']], property: 'P11' },
  { window: 'C27', steps: [['bind', 'driver-set', 'a']], property: 'P1' },
  {
    window: 'C27',
    steps: [
      ['bind', 'group-set', 'a', group, 0, 'replay'],
      ['add', 'init-untested', 'a', 'notifier'],
    ],
    property: 'P4',
  },
  {
    window: 'C35',
    steps: [['walk', 'init-end', 'a', 'walk', -517]],
    property: 'P3',
    driver: 'arm-smmu',
  },
  {
    window: 'C36',
    steps: [
      ['walk', 'configure-begin', 'a', 'walk'],
      ['walk', 'use-default-domain', 'a', 0, group],
    ],
    property: 'P10',
    sameThread: true,
  },
  { window: 'C37', steps: [['bind', 'ops-missing', 'a', 'replay']], property: 'P3' },
  {
    window: 'C38',
    steps: [
      ['walk', 'group-set', 'a', group, 0, 'walk'],
      ['walk2', 'init-untested', 'a', 'walk'],
    ],
    property: 'P4',
  },
  { window: 'C39', steps: [['bind', 'fwspec-mismatch', 'a']], property: 'P3' },
  {
    window: 'C40',
    steps: [walk('walk2', 'b', 'i2'), ['walk2', 'group-set', 'b', group, 0, 'walk']],
    property: 'P2',
    facts: { other: 'b' },
    sameThread: true,
  },
];

/** True where @window alone takes the report after @steps. */
function takes(recipe: Recipe, steps: readonly Step[], report: Partial<Recipe> = {}): boolean {
  const { window, grouped = false } = recipe;
  const ctx = new RuleContext(world(recipe.driver ?? 'generic', recipe.firmware ?? 'dt'), {
    device: (name) => handles.get(name),
    instance: (name) => instances.get(name),
    deferred: undefined,
  });
  const get = (_: Handle, field: string) =>
    field === 'iommu_group' && grouped ? (group as never) : (null as never);
  const peek: Peek = { get: get as Peek['get'], alive: () => true, holder: () => null };
  const mine = signatures.filter((s) => s.window === window);
  const { property, subject = 'a', facts = {}, because = '' } = { ...recipe, ...report };
  return mine.some((claim) => {
    if (/^P\d/.test(property) && claim.rules && !claim.rules.includes(property)) return false;
    const made = claim.make(ctx);
    const state = steps.reduce((now, [thread, name, about, ...more]) => {
      if (!made.events.some((known) => known === name)) return now;
      const first = name === 'release-begin' ? instances.get(about)! : handles.get(about)!;
      return made.step(now, { name, thread, args: [first, ...more] }, peek);
    }, made.initial);
    return made.explains(state, { property, subject, because, facts }, peek);
  });
}

const named = recipes.map((recipe) => ({
  recipe,
  title: `${recipe.window} by ${recipe.steps.map(([, name]) => name).join(', ')}`,
}));

describe('what must have happened', () => {
  test.each(named)('$title', ({ recipe }) => {
    expect(takes(recipe, recipe.steps)).toBe(true);
  });
});

describe('a near miss is not recognised', () => {
  test.each(named)('$title: an event left out', ({ recipe }) => {
    for (const i of recipe.steps.keys()) {
      const less = recipe.steps.filter((_, k) => k !== i);
      expect([i, takes(recipe, less)]).toEqual([i, false]);
    }
  });

  test.each(named)('$title: an event of another device or instance', ({ recipe }) => {
    for (const i of recipe.steps.keys()) {
      const other = recipe.steps.map((step, k): Step => {
        if (k !== i) return step;
        const [thread, name, about, ...more] = step;
        return [thread, name, about === 'i1' ? 'i2' : 'c', ...more];
      });
      if (recipe.window === 'C19' && recipe.property === 'use-after-free') continue;
      expect([i, takes(recipe, other)]).toEqual([i, false]);
    }
  });

  test.each(named.filter(({ recipe }) => recipe.sameThread))(
    '$title: an event of another thread',
    ({ recipe }) => {
      const last = recipe.steps.length - 1;
      const other = recipe.steps.map(
        (step, k): Step => (k === last ? ['else', ...(step.slice(1) as [string, string])] : step),
      );
      expect(takes(recipe, other)).toBe(false);
    },
  );

  test.each(named)('$title: a report about another device', ({ recipe }) => {
    // P2 itself pairs devices behind one instance: C40 is told by the other one.
    if (recipe.subject !== undefined || recipe.window === 'C40') return;
    expect(takes(recipe, recipe.steps, { subject: 'c' })).toBe(false);
  });

  test.each(named)('$title: a crash of a kind that it does not know', ({ recipe }) => {
    const error = 'of_dma_configure_id(): write near NULL';
    const crash = { property: 'oops', subject: 'walk', facts: { error }, because: error };
    expect(takes(recipe, recipe.steps, crash)).toBe(false);
  });

  test.each(named)('$title: a rule that it does not know', ({ recipe }) => {
    for (const property of ['P14', 'P99', 'bug-on', 'lock-not-held']) {
      expect([property, takes(recipe, recipe.steps, { property })]).toEqual([property, false]);
    }
  });
});

describe('no crash of an unknown kind', () => {
  const step = fc.tuple(
    fc.constantFrom(...threads.map((t) => t.name)),
    fc.constantFrom('a', 'b', 'c'),
    fc.constantFrom(...new Set(recipes.flatMap((r) => r.steps.map(([, name]) => name)))),
    fc.constantFrom('walk', 'notifier', 'replay'),
    fc.constantFrom(0, -19, -517),
  );

  test.each(windows)('is taken by $id, whatever happened before', ({ id }) => {
    const error = 'of_dma_configure_id(): write near NULL';
    const crash = { property: 'oops', subject: 'walk', facts: { error }, because: error };
    const recipe: Recipe = { window: id, steps: [], property: 'oops' };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (list) => {
        const steps = list.map(([thread, about, name, by, err]): Step => {
          if (name === 'release-begin') return [thread, name, 'i1'];
          if (name === 'walk-visit') return [thread, name, about, instances.get('i1')!];
          if (name === 'group-set') return [thread, name, about, group, 0, by];
          if (name === 'use-default-domain') return [thread, name, about, err, group];
          if (name === 'instance-not-found' || name === 'not-ready-accepted') {
            return [thread, name, about, instances.get('i1')!];
          }
          return [thread, name, about, by, err];
        });
        return !takes(recipe, steps, crash);
      }),
      { numRuns: 100 },
    );
  });
});
