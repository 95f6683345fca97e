// SPDX-License-Identifier: GPL-2.0-only
// What a bisection asks of which world, with an explorer that answers at once.
import { describe, expect, test } from 'vitest';
import { findRevision, type Revision } from '#kernel/index';
import { BisectTable, type TriedWorld } from '#questions/bisect-table';
import { isFor } from '#questions/matrix';
import type { Explored } from '#run/explore';
import type { ExploreJob, Explorer } from '#run/world-pool';
import { isJudged, isNamedBy, needsOf, windows } from '#windows/index';
import type { DerivedWorld } from '#worlds/derive';
import { genericWorlds } from '#worlds/generic';

const names = ['6.0', '6.1', '6.2', '6.5', '6.6', '6.7', '6.8', '6.10', '6.11', '6.12'];
const stacks: Revision[] = names.map((name) => {
  const found = findRevision(name);
  if (!found.ok) throw new Error(name);
  return found.value;
});
const [first, second] = genericWorlds();

interface Play {
  /** Kernels that have the window. */
  readonly shows: readonly string[];
  readonly states: number;
}

/** Answers as @plays say, by class of world; each kernel differs from all others. */
function player(plays: Readonly<Record<string, Play>>) {
  const asked: string[] = [];
  const explore = async ({ derived, spec, options }: ExploreJob): Promise<Explored> => {
    const { world, classKey } = derived;
    const { shows, states } = plays[classKey] ?? { shows: [], states: 1 };
    asked.push(`${classKey} ${spec.name}`);
    const bounded = states > options.statesMax;
    const sighting = { property: 'P1', report: 'P1', window: 'C09', classKey, because: '' };
    const seen = shows.includes(spec.name) && !bounded;
    return {
      world: world.name,
      classKey,
      sightings: seen ? [sighting] : [],
      windows: ['C09'],
      reached: needsOf('C09'),
      states: Math.min(states, options.statesMax),
      bounded,
      switches: [['late_warn', spec.name as 'never']],
    };
  };
  const explorer: Explorer = { explore, close: async () => {} };
  return { explorer, asked };
}

async function ask(plays: Readonly<Record<string, Play>>, telling: string, jobs = 1) {
  const { explorer, asked } = player(plays);
  const trials = Object.keys(plays).map((classKey, i): TriedWorld => {
    const derived: DerivedWorld = { ...(i === 0 ? first! : second!), classKey };
    return { derived, smmu: false, telling: classKey === telling };
  });
  const options = { statesMax: 500_000, preemptions: 2 };
  const table = new BisectTable({ window: 'C09', trials, stacks, options, explorer, jobs });
  await table.fill();
  return { asked, answers: stacks.map((_, i) => table.answer(i)) };
}

const found = (...shows: string[]) => names.map((n) => (shows.includes(n) ? 'found' : 'absent'));

describe('a bisection', () => {
  test('asks a small world of every stack, and finds what opens twice', async () => {
    const small = { shows: ['6.1', '6.2', '6.8'], states: 100 };
    const { answers, asked } = await ask({ small }, '');
    expect(answers).toEqual(found('6.1', '6.2', '6.8'));
    expect(asked.length).toBe(stacks.length);
  });

  test('asks a large world at the ends and at the turns alone, and says so', async () => {
    const small = { shows: ['6.6', '6.7'], states: 100 };
    const large = { shows: [], states: 300_000 };
    const { answers, asked } = await ask({ small, large }, 'small');
    const seen = names.map((_, i) => ([0, 3, 6, 9].includes(i) ? 'absent' : 'not seen'));
    expect(answers).toEqual(seen.map((was, i) => (i === 4 || i === 5 ? 'found' : was)));
    expect(asked.filter((text) => text.startsWith('large')).length).toBe(4);
  });

  test('moves a turn to where a large world shows the window', async () => {
    const small = { shows: ['6.6', '6.7'], states: 100 };
    const large = { shows: ['6.2', '6.5', '6.6'], states: 300_000 };
    const { answers } = await ask({ small, large }, 'small');
    expect(answers.map((a) => a === 'found')).toEqual(
      found('6.2', '6.5', '6.6', '6.7').map((a) => a === 'found'),
    );
  });

  test('says the same whatever the number of threads', async () => {
    const plays = {
      small: { shows: ['6.1', '6.8'], states: 100 },
      large: { shows: ['6.2', '6.7'], states: 200_000 },
    };
    const [one, three] = [await ask(plays, 'small'), await ask(plays, 'small', 3)];
    expect(three.answers).toEqual(one.answers);
    expect([...three.asked].sort()).toEqual([...one.asked].sort());
  });
});

test('the likely worlds of a window are there for it', () => {
  const worlds = genericWorlds();
  for (const { id, worlds: likely } of windows) {
    for (const { world } of likely) {
      expect(isJudged(id)).toBe(true);
      const fitting = worlds.filter((w) => isNamedBy(w, world));
      expect([id, world, fitting.length]).toEqual([id, world, 1]);
      expect([id, world, fitting.every((w) => isFor(w, id))]).toEqual([id, world, true]);
    }
  }
});
