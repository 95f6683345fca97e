// SPDX-License-Identifier: GPL-2.0-only
// A trial in text: a window that the fix leaves is not said to be closed.
import { expect, test } from 'vitest';
import { trialText } from '#cli/commands/try';
import type { Change, Trial } from '#questions/try';

const change = (window: string | null, report: string): Change => ({
  window,
  report,
  classes: ['dt/platform', 'dt/pci'],
  because: 'so it is',
});
const tried = { name: '7.2', commits: [], subject: 'fix it', counted: 'states', limit: 'more' };
const rest = { opens: [], undecided: [], worlds: 2, states: 10, bounded: [] };

function sections(trial: Partial<Trial>): string[] {
  const whole = { closes: [], leaves: [], ...rest, ...trial } as unknown as Trial;
  const text = trialText(tried as unknown as Parameters<typeof trialText>[0], whole, 'text');
  return text.split('\n').filter((line) => /^\S/.test(line) || /^ {2}\S+ +P/.test(line));
}

test('a window is closed only where nothing of it is left', () => {
  const closes = [change('C09', 'P1'), change('C10', 'P1')];
  const leaves = [change('C09', 'P3')];
  expect(
    sections({ closes, leaves })
      .slice(1)
      .map((line) => line.trim().slice(0, 38)),
  ).toEqual([
    'closes',
    'C10  P1              2 kinds: dt/platf',
    'closes in part, and leaves the window',
    'C09  P1              2 kinds: dt/platf',
    'opens nothing',
    'leaves',
    'C09  P3              2 kinds: dt/platf',
  ]);
});

test('nothing is closed in part where all of it is, or where it is not known', () => {
  expect(sections({ closes: [change('C09', 'P1')] })).not.toContain(
    'closes in part, and leaves the window',
  );
  const undecided = [change('C09', 'P3')];
  expect(sections({ closes: [change('C09', 'P1')], undecided })).toContain(
    'closes in part, and leaves the window',
  );
});

test('a few kinds of clients are named, more are counted', () => {
  const classes = ['a', 'b', 'c', 'd', 'e'];
  const opens = [{ ...change('C09', 'P1'), classes }];
  expect(sections({ opens })).toContain('  C09  P1              5 kinds: a, b, c and 2 more');
  const few = [{ ...change('C09', 'P1'), classes: classes.slice(0, 3) }];
  expect(sections({ opens: few })).toContain('  C09  P1              3 kinds: a, b, c');
});
