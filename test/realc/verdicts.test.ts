// SPDX-License-Identifier: GPL-2.0-only
// A check of the kernel's own C says no more than it has seen, and looks at no more than is said.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Peek } from '#checker/program/scene';
import { EVENTS } from '#env/events';
import type { Handle } from '#env/op';
import { Handle as Obj } from '#env/op';
import type { Comes } from '#questions/comes';
import { verdictsOf, windowVerdictsOf } from '#questions/verdicts';
import { UNTOLD } from '#realc/machine/untold';
import { RuleWatch } from '#realc/machine/watch';
import { whyUnasked, whyUnseen } from '#realc/search/blind';
import type { WorldSearch } from '#realc/search-world';
import { placed, questionOf, runsOf } from '#realc/verdicts';
import { sourceWorld, sourceWorlds } from '#realc/worlds';
import { worldsForPlatform } from '#worlds/derive';
import { laptop } from '../support/boards.ts';

/** All that is asked of a world comes about there. */
const comes: Comes = () => 'yes';
const plain = { asyncProbe: false, strictDevlink: false };
const at = (version: string) => ({ version, comes });
const derived = placed(sourceWorld('two-drivers')!);
type Searched = Parameters<typeof runsOf>[0][number];

/** A world searched in full, in which these things have happened. */
function searched(hits: readonly string[], more: Partial<Searched> = {}): Searched {
  const search = { classes: 1, complete: true, hits: new Set(hits) } as unknown as WorldSearch;
  return { derived, search, findings: [], refused: null, ...more } as Searched;
}

type Asked = Partial<Parameters<typeof questionOf>[3]>;
const asking = (list: readonly Searched[], asked: Asked, version = '7.2.12') =>
  questionOf(at(version), null, list, { ...plain, properties: null, windows: null, ...asked });

function outcomesOf(list: readonly Searched[], version?: string, windows: string[] | null = null) {
  const question = asking(list, { properties: ['P1', 'P4', 'P5', 'P14'], windows }, version);
  return verdictsOf(runsOf(list), question).map((v) => v.outcome);
}

function windowOf(list: readonly Searched[], id: string, version?: string) {
  const [row] = windowVerdictsOf(runsOf(list), asking(list, { windows: [id] }, version));
  return row;
}

describe('a rule', () => {
  test('holds where a run of a whole search came to it, and nowhere else', () => {
    const open = 'not reached';
    expect(outcomesOf([searched([])])).toEqual([open, open, 'holds', open]);
    expect(outcomesOf([searched(['P4 is asked'])])).toEqual([open, 'holds', 'holds', open]);
    const cut = { complete: false, hits: new Set() } as unknown as WorldSearch;
    const bounded = ['bounded', 'bounded', 'bounded', open];
    expect(outcomesOf([searched([], { search: cut })])).toEqual(bounded);
    const refused = searched([], { search: null, refused: 'no such thread' });
    expect(outcomesOf([refused])).toEqual(bounded);
  });

  test('says nothing where the kernel has no such warning', () => {
    expect(outcomesOf([searched(['P4 is asked'])], '6.12.117')[0]).toBe('n.a.');
  });

  test('that is not reached names a world that was not searched', () => {
    const list = [searched([])];
    const [row] = verdictsOf(runsOf(list), asking(list, { properties: ['P4'] }));
    expect(row?.reach?.[0]).toMatch(/^--world \S+ \(/);
  });

  test('that the C can not tell of is not reached, and the model is named that can', () => {
    // Longer searches do not help: a search that was cut short makes no difference.
    const cut = { complete: false, hits: new Set(['P4 is asked']) } as unknown as WorldSearch;
    for (const search of [cut, searched([]).search]) {
      const list = [searched([], { search })];
      for (const id of ['P11', 'P14']) {
        const [row] = verdictsOf(runsOf(list), asking(list, { properties: [id] }));
        expect(row?.outcome).toBe('not reached');
        expect(row?.reason).toContain(`; ${whyUnasked(id)}`);
        expect(row?.reach?.[0]).toMatch(/^racewindow check --kernel 7\.2\S* --device \S+ \(/);
      }
    }
  });
});

test('P2 of a board is left open where a class could have worlds that were not searched', () => {
  const board = laptop();
  const worlds = worldsForPlatform(board, { ...plain, usual: false });
  const rows = worlds.map((d) => ({ ...searched(['P2 is asked']), derived: d }));
  const asked = { ...plain, properties: ['P2'], windows: null };
  const told = verdictsOf(runsOf(rows), questionOf(at('7.2.12'), board, rows, asked));
  const open = told.find((v) => v.outcome === 'not reached');
  expect(open?.reason).toBe('nothing broke it, but no world had: client beside two walks');
  expect(open?.reach?.[0]).toMatch(/^racewindow check --kernel 7\.2\S* --device \S+ \(walk\+walk/);
  // Without a board nothing says what else there could be.
  const alone = verdictsOf(runsOf(rows), questionOf(at('7.2.12'), null, rows, asked));
  expect(alone.map((v) => v.outcome)).toEqual(['holds']);
});

describe('a window', () => {
  const need = 'a bind during a registration';

  test('that is not found is absent only where what it needs has come about', () => {
    expect(windowOf([searched(['P4 is asked'])], 'C09')?.outcome).toBe('not reached');
    expect(windowOf([searched([need])], 'C09')?.outcome).toBe('absent');
    expect(outcomesOf([searched(['P4 is asked'])], '7.2.12', ['C09'])).not.toContain('holds');
    expect(outcomesOf([searched(['P4 is asked', need])], '7.2.12', ['C09'])).toContain('holds');
    const cut = { complete: false, hits: new Set([need]) } as unknown as WorldSearch;
    expect(windowOf([searched([], { search: cut })], 'C09')?.outcome).toBe('bounded');
  });

  test('whose signature goes by what the C does not tell is never absent', () => {
    const all = sourceWorlds.map((world) => ({ ...searched([need]), derived: placed(world) }));
    for (const [id, version] of [
      ['C26', '7.2.12'],
      ['C06', '6.6.30'],
      ['C09', '6.6.30'],
    ] as const) {
      const row = windowOf(all, id, version);
      expect([id, row?.outcome]).toEqual([id, 'n.a.']);
      expect(row?.reason).toBe(whyUnseen(id, sourceWorlds, version));
    }
    // No driver there claims a group, so none is missed.
    expect(windowOf(all, 'C29')?.reason).toContain('claims the DMA of its group');
    expect(windowOf(all, 'C29')?.reach?.[0]).toMatch(/^racewindow check .*managed/);
  });
});

test('an event is told, or it is said why it is not', () => {
  const text = readFileSync('src/realc/machine/events.ts', 'utf8');
  const told = Object.keys(EVENTS).filter((name) => text.includes(`'${name}'`));
  expect(told.filter((name) => name in UNTOLD)).toEqual([]);
  expect([...told, ...Object.keys(UNTOLD)].sort()).toEqual(Object.keys(EVENTS).sort());
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
