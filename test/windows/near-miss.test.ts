// SPDX-License-Identifier: GPL-2.0-only
// Near misses: a window is recognised by what must have happened, and by nothing less. Each recipe
// has the events that it takes; one of them left out, or told of another device, or a report about
// another device or rule, is not this window.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Handle } from '#env/op';
import { windows } from '#windows/index';
import { group, instances, recipes as others, param, type Recipe, type Step } from './recipes.ts';
import { crashes } from './recipes-crash.ts';
import { takes, threads } from './takes.ts';

const recipes = [...others, ...crashes];
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
    if (recipe.byThread) return;
    for (const i of recipe.steps.keys()) {
      if (recipe.steps[i]![1] === 'deferral-timeout') continue;
      const other = recipe.steps.map((step, k): Step => {
        if (k !== i) return step;
        const [thread, name, about, ...more] = step;
        const another = instances.has(about) ? (about === 'i1' ? 'i2' : 'i1') : 'c';
        return [thread, name, another, ...more];
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

  test.each(named.filter(({ recipe }) => recipe.healed))(
    '$title: an event in between that makes all well',
    ({ recipe }) => {
      const [at, step] = recipe.healed!;
      const steps = [...recipe.steps.slice(0, at), step, ...recipe.steps.slice(at)];
      expect(takes(recipe, steps)).toBe(false);
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
      if (property === recipe.property) continue;
      expect([property, takes(recipe, recipe.steps, { property })]).toEqual([property, false]);
    }
  });
});

/** The recipe of @window that is told by @property. */
const recipeOf = (window: string, property: string): Recipe =>
  recipes.find((r) => r.window === window && r.property === property)!;

describe('a near miss in what is reported, or in memory', () => {
  const missed = (recipe: Recipe, report: Partial<Recipe>) =>
    expect(takes(recipe, recipe.steps, report)).toBe(false);

  test('C02: a group that no walk has probed a device of, or another oops', () => {
    const c02 = recipeOf('C02', 'oops');
    missed(c02, { grouped: false });
    missed(c02, { facts: { error: 'bus_iommu_probe(b.iommu_group#1): group->entry is not on' } });
  });

  test('C14: a warning of another thread that is no walk', () => {
    const c14 = recipeOf('C14', 'P1');
    for (const by of ['replay', 'notifier']) {
      const steps: Step[] = [c14.steps[0]!, ['else', 'late-warn', 'a', by]];
      expect([by, takes(c14, steps)]).toEqual([by, false]);
    }
  });

  test('C25: the map of another device, one thread alone, or a thread that did neither', () => {
    const c25 = recipeOf('C25', 'use-after-free');
    missed(c25, { subject: 'b.dma_range_map#1' });
    missed(c25, { subject: 'a.fwspec#1' });
    missed(c25, { facts: { thread: 'bind', freedBy: 'bind' } });
    missed(c25, { facts: { thread: 'walk', freedBy: 'rmmod' } });
    // The device lock keeps two that bind apart.
    const binds: Step[] = [['async', 'driver-set', 'a']];
    expect(takes(c25, binds, { facts: { thread: 'bind', freedBy: 'async' } })).toBe(false);
  });

  test('C28: what others free of others, and no crash; C34: what is no link to a group', () => {
    const c28 = recipeOf('C28', 'use-after-free');
    missed(c28, { facts: { thread: 'walk', freedBy: 'bind' } });
    missed(c28, { property: 'lock-not-held' });
    missed(recipeOf('C28', 'P8'), { property: 'P1' });
    const c34 = recipeOf('C34', 'use-after-free');
    missed(c34, { subject: 'a.iommu#1' });
    missed(c34, { facts: { thread: 'del', freedBy: 'walk' } });
    missed(c34, { property: 'P8' });
  });

  test('C16: a crash of another thread, or elsewhere; not: of a device behind no IOMMU', () => {
    const c16 = recipeOf('C16', 'oops');
    expect(takes(c16, [['walk', 'driver-from-null', 'i1']])).toBe(true);
    const error = 'of_iommu_xlate(a): ops is NULL';
    missed(recipeOf('C16', 'oops'), { facts: { error } });
    missed(recipeOf('C16', 'oops'), { subject: 'bind' });
    missed(recipeOf('C16', 'oops'), { facts: { thread: 'bind' } });
  });

  test('C35: a crash of who releases nothing, or whose walk has not failed', () => {
    const c35 = crashes.find(({ window }) => window === 'C35')!;
    const crash = { thread: 'walk', freedBy: 'walk2', function: 'bus_iommu_probe' };
    missed(c35, { facts: crash });
    missed(c35, { facts: { ...crash, function: 'remove_iommu_group', thread: 'walk2' } });
    expect(takes({ ...c35, driver: 'exynos' }, c35.steps)).toBe(false);
    expect(takes(c35, [['walk', 'init-end', 'a', 'walk', -19]])).toBe(false);
    expect(takes(c35, [['walk', 'init-end', 'a', 'notifier', -517]])).toBe(false);
  });

  test('C29: a group that has a default domain, no group, or another group', () => {
    const domain = new Handle('iommu_domain', 'a.iommu_group#1.domain#1');
    missed(recipeOf('C29', 'P3'), { fields: { default_domain: domain } });
    missed(recipeOf('C29', 'P3'), { grouped: false });
    missed(recipeOf('C29', 'P6'), { fields: { default_domain: domain } });
    missed(recipeOf('C29', 'P6'), { subject: 'b.iommu_group#1' });
  });

  test('C33: dev->iommu that is gone, or that has its fwspec', () => {
    missed(recipeOf('C33', 'P14'), { fields: {} });
    missed(recipeOf('C33', 'P14'), { fields: { iommu: param, fwspec: group } });
  });

  test('C41: ACS that is on, or devices with one requester id', () => {
    missed(recipeOf('C41', 'P13'), { fields: { acs_enabled: true } });
    missed(recipeOf('C41', 'P13'), { facts: { kind: 'alias', other: 'b' } });
  });

  test('C43: an IOMMU that firmware names, or a group that there is', () => {
    const c43 = recipeOf('C43', 'P10');
    expect(takes({ ...c43, driver: 'generic' }, c43.steps)).toBe(false);
    expect(takes(c43, [['bind', 'use-default-domain', 'a', 0, group]])).toBe(false);
  });

  test('C44: a driver that sets no mask, another rule, and a probe of another thread', () => {
    const c44 = recipeOf('C44', 'P15');
    expect(takes({ ...c44, more: {} }, c44.steps)).toBe(false);
    missed(c44, { property: 'P11' });
    missed(c44, { facts: { thread: 'bind' } });
  });

  test('C30: one order alone, another lock, or other threads', () => {
    const wants = (thread: string, lock: string, held: string) =>
      `${thread} wants ${lock} while it holds ${held} in f()`;
    const walks = wants('walk', 'cpuhp_state_mutex', 'dmar_global_lock');
    const online = wants('cpu', 'dmar_global_lock', 'cpuhp_state_mutex');
    const isC30 = (...texts: string[]) => {
      const recipe: Recipe = { window: 'C30', steps: [], property: 'lock-order' };
      return takes(recipe, [], { subject: 'cpuhp_state_mutex', because: texts.join('; ') });
    };
    expect(isC30(online, walks)).toBe(true);
    expect([isC30(online), isC30(walks)]).toEqual([false, false]);
    expect(isC30(online, wants('bind', 'cpuhp_state_mutex', 'dmar_global_lock'))).toBe(false);
    expect(isC30(wants('cpu', 'dmar_lock', 'cpuhp_state_mutex'), walks)).toBe(false);
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
          if (['release-begin', 'instance-listed'].includes(name)) return [thread, name, 'i1'];
          if (name === 'register-end') return [thread, name, 'i1', err];
          if (name === 'dma-owner') return [thread, name, about, err, group];
          if (name === 'fwspec-built') return [thread, name, about, instances.get('i1')!];
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

test('C19 takes the group of a client that was in it when its instance was released', () => {
  const recipe: Recipe = {
    window: 'C19',
    steps: [
      ['bind', 'init-end', 'a', 'replay', 0],
      ['walk', 'release-begin', 'i1'],
    ],
    property: 'use-after-free',
    subject: 'a.iommu_group#1',
    // The bind itself drops the last reference, as the release has dropped that of the device.
    facts: { thread: 'bind', freedBy: 'bind' },
  };
  const [grouped, released] = recipe.steps;
  expect(takes(recipe, recipe.steps)).toBe(true);
  expect(takes(recipe, [grouped!])).toBe(false);
  expect(takes(recipe, [released!])).toBe(false);
  expect(takes(recipe, [['bind', 'init-end', 'c', 'replay', 0], released!])).toBe(false);
  expect(takes(recipe, [['bind', 'init-end', 'a', 'replay', -19], released!])).toBe(false);
  expect(takes(recipe, [grouped!, ['walk', 'release-begin', 'i2']])).toBe(false);
  expect(takes(recipe, recipe.steps, { subject: 'b.iommu_group#1' })).toBe(false);
});
