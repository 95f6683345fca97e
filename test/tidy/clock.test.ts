// SPDX-License-Identifier: GPL-2.0-only
// No test asks how fast it is: its result is the same on a machine with other work to do.

import { expect, test } from 'vitest';
import { programs } from './sources.ts';

const tests = programs.filter(({ name }) => name.startsWith('test/'));

/** Files that may, with why. One that does no more has to go from here. */
const known: Readonly<Record<string, string>> = {
  'test/scripts/debian.test.ts': 'a process waits, so that others come to the lock meanwhile',
  'test/run/pool.test.ts': 'a process says that it hangs once it has begun to',
  'test/cli/check.test.ts': 'what --time-max is read as',
};

const asks: readonly RegExp[] = [
  /\b(?:performance|Date)\.now\(|\bhrtime\b|\bsetTimeout\(|\bsetInterval\(/,
  // A limit of time on a search, but for none.
  /\btimeMax(?:Ms|S): [\d._]+(?![^\n]*\bclock\b)/,
  // A limit of time on a test: vitest.config.ts has one for all, which is wide.
  /\btimeout: [\d_]+|\}, [\d_]{4,}\);|^ +[\d_]{5,},\n +\);/m,
];

/** What @text asks of the clock. */
const asked = (text: string): string[] => asks.flatMap((of) => of.exec(text)?.[0] ?? []);

test('no test asks the clock but those that say why', () => {
  const asking = tests.filter(({ text }) => asked(text).length > 0).map(({ name }) => name);
  expect(asking.filter((name) => !name.startsWith('test/tidy/clock'))).toEqual(
    Object.keys(known).sort(),
  );
});

test('what asks is found', () => {
  const now = ['performance', 'now()'].join('.');
  expect(asked(`const begun = ${now};`)).toHaveLength(1);
  expect(asked("test('x', () => {}, 5000);")).toHaveLength(1);
  expect(asked("test('x', { timeout: 10 }, f);")).toHaveLength(1);
  expect(asked('search(runner, { timeMaxMs: 60_000 });')).toHaveLength(1);
  expect(asked('check(scene, { timeMaxS: 0.2, clock });')).toEqual([]);
  expect(asked('check(scene, { timeMaxS: undefined });')).toEqual([]);
});
