// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { scene as fixed } from '../../../examples/checker/fixed.ts';
import { scene as lockBug } from '../../../examples/checker/lock-bug.ts';
import { scene as lostWakeUp } from '../../../examples/checker/lost-wake-up.ts';
import { check } from '../../../src/checker/check.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import { exploreDelay } from '../../../src/checker/search/delay.ts';
import { missedBound, sample } from '../../../src/checker/search/sample.ts';
import { parseStrategy, strategyText } from '../../../src/checker/strategies/registry.ts';
import * as f from '../../support/checker/families.ts';

const STRATEGIES = [
  'exhaustive',
  'bound=2',
  'none',
  'optimal',
  'source-dpor',
  'delay=2',
  'sample=200',
];

describe('the worked examples', () => {
  for (const text of STRATEGIES) {
    const strategy = parseStrategy(text)!;

    test(`${text} finds the update that the lock bug loses`, () => {
      const result = check(lockBug, { strategy });
      expect(result.outcome).toBe('violated');
      expect(result.findings.map((x) => x.report.property)).toEqual(['both-are-counted']);
      expect(result.findings[0]).toMatchObject({ preemptions: 1, minimal: true });
    });

    test(`${text} finds the sleeper whom nobody wakes`, () => {
      const result = check(lostWakeUp, { strategy });
      expect(result.findings.map((x) => x.report.property)).toEqual(['lost-wake-up']);
    });

    test(`${text} finds nothing in the fixed one`, () => {
      const result = check(fixed, { strategy });
      expect(result.findings).toEqual([]);
      // Two delays do not reach all orders, two preemptions do.
      const isCut = text.startsWith('sample') || text === 'delay=2';
      expect(result.outcome).toBe(isCut ? 'bounded' : 'holds');
    });
  }
});

describe('sampling', () => {
  test('the same seed draws the same runs', () => {
    const draw = (seed: number) => sample(new Machine(f.philosophers(3)), 40, seed);
    expect(draw(7)).toEqual(draw(7));
  });

  test('413 runs of PCT with 3 threads of 30 steps miss a bug of depth 2 in 1 of 100 cases', () => {
    expect(missedBound(413, 2, 2, 3, 30)).toBeLessThan(0.01);
    expect(missedBound(412, 2, 2, 3, 30)).toBeGreaterThan(0.0099);
    expect(missedBound(1000, 1, 2, 3, 30)).toBe(1);
  });

  test('the deadlock of five philosophers is found', () => {
    const { found } = sample(new Machine(f.philosophers(5)), 2000, 1);
    expect(found.map((x) => x.report.property)).toEqual(['deadlock']);
  });
});

describe('delays', () => {
  test('the deadlock of n philosophers takes n - 1 delays', () => {
    for (const [delays, found] of [
      [1, 0],
      [2, 1],
    ] as const) {
      const result = exploreDelay(new Machine(f.philosophers(3)), delays);
      expect(result.found).toHaveLength(found);
    }
  });
});

describe('the name of a strategy', () => {
  test('is read as it is written', () => {
    for (const text of [
      'none',
      'optimal',
      'source-dpor',
      'delay=3',
      'bound=2',
      'sample=9,seed=4',
    ]) {
      expect(strategyText(parseStrategy(text)!)).toBe(text);
    }
  });

  test('may be the old word', () => {
    expect(parseStrategy('source')).toEqual({ kind: 'source-dpor' });
    const result = check(f.philosophers(2), { strategy: { kind: 'source' } });
    expect(result.coverage.strategy).toBe('source-dpor');
    expect(result.findings).toHaveLength(1);
  });

  test('is refused where it is none', () => {
    for (const text of [
      '',
      'best',
      'source=1',
      'source-',
      'delay',
      'delay=',
      'sample=0',
      'none=1',
      'bound=2,seed=1',
    ]) {
      expect(parseStrategy(text)).toBeNull();
    }
  });
});
