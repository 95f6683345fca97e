// SPDX-License-Identifier: GPL-2.0-only
// A check of the kernel's own C says no more than it has seen, and looks at no more than is said.
import { describe, expect, test } from 'vitest';
import type { Peek } from '#checker/program/scene';
import type { Handle } from '#env/op';
import { Handle as Obj } from '#env/op';
import { verdictsOf } from '#questions/verdicts';
import type { KernelImage } from '#realc/build/image';
import { RuleWatch } from '#realc/machine/watch';
import type { WorldSearch } from '#realc/search-world';
import { placed, questionOf, runsOf, windowsOf } from '#realc/verdicts';
import { sourceWorld } from '#realc/worlds';

const image = { version: { text: '7.2.12' } } as unknown as KernelImage;
const old = { version: { text: '6.12.117' } } as unknown as KernelImage;
const derived = placed(sourceWorld('two-drivers')!);
type Searched = Parameters<typeof runsOf>[0][number];

/** A world searched in full, in which these things have happened. */
function searched(hits: readonly string[], more: Partial<Searched> = {}): Searched {
  const search = { classes: 1, complete: true, hits: new Set(hits) } as unknown as WorldSearch;
  return { derived, search, findings: [], refused: null, ...more } as Searched;
}

function outcomesOf(list: readonly Searched[], from = image, windows: string[] | null = null) {
  const asked = { properties: ['P1', 'P4', 'P5', 'P14'], windows };
  return verdictsOf(runsOf(list), questionOf(from, list, asked)).map((v) => v.outcome);
}

describe('a rule', () => {
  test('holds where a run of a whole search came to it, and nowhere else', () => {
    const open = 'not reached';
    expect(outcomesOf([searched([])])).toEqual([open, open, 'holds', open]);
    expect(outcomesOf([searched(['P4 is asked'])])).toEqual([open, 'holds', 'holds', open]);
    const cut = { complete: false, hits: new Set() } as unknown as WorldSearch;
    expect(new Set(outcomesOf([searched([], { search: cut })]))).toEqual(new Set(['bounded']));
    const refused = searched([], { search: null, refused: 'no such thread' });
    expect(new Set(outcomesOf([refused]))).toEqual(new Set(['bounded']));
  });

  test('says nothing where the kernel has no such warning', () => {
    expect(outcomesOf([searched(['P4 is asked'])], old)[0]).toBe('n.a.');
  });

  test('that is not reached names a world that was not searched', () => {
    const list = [searched([])];
    const asked = { properties: ['P4'], windows: null };
    const [row] = verdictsOf(runsOf(list), questionOf(image, list, asked));
    expect(row?.reach?.[0]).toMatch(/^--world \S+ \(/);
  });
});

test('a window that is not found is neither absent nor decided', () => {
  const list = [searched(['P4 is asked'])];
  const question = questionOf(image, list, { properties: null, windows: ['C09'] });
  expect(windowsOf(runsOf(list), question).map((w) => w.outcome)).toEqual(['n.a.']);
  expect(outcomesOf(list, image, ['C09'])).not.toContain('holds');
});

describe('who watches the C', () => {
  const dev = new Obj('device', 'd');
  const state = { value: 1 };
  const peek: Peek = {
    get: (_obj: Handle, _field: string): never => state.value as never,
    alive: () => true,
    holder: () => null,
  };
  const bound = { name: 'bound', args: [dev], thread: 't' } as never;
  const none = { rules: [], signatures: [], sometimes: [] };

  test('may not look at what it does not declare', () => {
    const looks = (reads: string[]) => ({
      id: 'S',
      events: ['bound'],
      reads,
      holds: (_e: unknown, p: Peek) => p.get(dev as Handle<{ driver: number }>, 'driver') === 1,
    });
    const told = (reads: string[]) => {
      const watch = new RuleWatch({ ...none, sometimes: [looks(reads)] }, peek);
      watch.hear(bound);
      return [...watch.hits];
    };
    expect(told(['device.driver'])).toEqual(['S']);
    expect(() => told(['device.iommu'])).toThrow(/RW401.*S reads device\.driver/);
    const rule = { id: 'R', events: [], reads: [], readsAtEnd: ['device.iommu'] };
    const atEnd = (p: Peek) => void p.get(dev as Handle<{ driver: number }>, 'driver');
    const watch = new RuleWatch({ ...none, rules: [{ ...rule, atEnd }] }, peek);
    expect(() => watch.atEnd()).toThrow(/RW401.*R reads device\.driver/);
  });

  test('is asked again where memory has changed, and at the end', () => {
    const later = {
      id: 'later',
      events: ['bound'],
      reads: ['device.driver'],
      holds: (_e: unknown, p: Peek) => p.get(dev as Handle<{ driver: number }>, 'driver') === 2,
    };
    const end = { id: 'end', events: [], holds: () => false, atEnd: () => true };
    const watch = new RuleWatch({ ...none, sometimes: [later, end] }, peek);
    watch.hear(bound);
    expect([...watch.hits]).toEqual([]);
    state.value = 2;
    watch.hear(bound);
    watch.atEnd();
    expect([...watch.hits]).toEqual(['later', 'end']);
  });
});
