// SPDX-License-Identifier: GPL-2.0-only
// The race table: what it shows, what it leaves out, and that it fits.
import { describe, expect, test } from 'vitest';
import { isSevenBit } from '#base/text';
import type { Finding, TraceStep } from '#finding/finding';
import { castOf, shorten } from '#report/cast';
import { placeOf } from '#report/frames';
import { grades, selectSteps } from '#report/select';
import { decidingStacks, raceTable, wrapCell } from '#report/table';
import { replayDuringRegister, step } from './example.ts';

/** The example with another trace. */
function withTrace(trace: readonly TraceStep[], deciding: number | null = null): Finding {
  return { ...replayDuringRegister, trace, deciding };
}

describe('the table', () => {
  const lines = raceTable(replayDuringRegister);

  test('marks the deciding access with carets right under it', () => {
    const at = lines.findIndex((l) => l.includes('^^^^'));
    expect(lines[at - 1]).toMatch(/dev->driver is adreno$/);
    expect(lines[at]!.indexOf('^')).toBe(lines[at - 1]!.indexOf('dev->driver'));
    expect(lines.filter((l) => l.includes('^'))).toHaveLength(1);
  });

  test('leaves out what only one thread could notice', () => {
    const text = lines.join('\n');
    expect(text).not.toContain('klist');
    expect(text).not.toContain('refs');
    expect(text).not.toContain('unlock');
  });

  test('is at most 75 columns of 7-bit text without trailing blanks', () => {
    for (const line of lines) {
      expect(line.length).toBeLessThanOrEqual(75);
      expect(line).toBe(line.trimEnd());
      expect(isSevenBit(line)).toBe(true);
    }
  });

  test('has a third column where a third thread matters', () => {
    const third = step('udevd', 'device_add', 'load', '3d00000.gpu->iommu_group', 'group#1');
    const three = raceTable(withTrace([...replayDuringRegister.trace, third], 19));
    expect(three[2]).toMatch(/^modprobe {2,}kworker\/u8:1 {2,}udevd$/);
    for (const line of three) expect(line.length).toBeLessThanOrEqual(75);
  });

  test('tells four threads one below another', () => {
    const more = ['a', 'b'].map((t) =>
      step(t, 'device_add', 'load', '3d00000.gpu->iommu_group', 'group#1'),
    );
    const four = raceTable(withTrace([...replayDuringRegister.trace, ...more], 19));
    expect(four).toContain('modprobe:');
    expect(four).toContain('b:');
    expect(four.some((l) => /^ +\^+$/.test(l))).toBe(true);
  });

  test('shows what two locks that decide are about', () => {
    const lock = (thread: string, fn: string) => step(thread, fn, 'lock', 'm->');
    const unlock = (thread: string, fn: string) => step(thread, fn, 'unlock', 'm->');
    const trace = [
      lock('a', 'frees'),
      step('a', 'frees', 'load', 'x->fwspec', 'null'),
      step('a', 'frees', 'store', 'x->iommu', 'null'),
      step('a', 'frees', 'store', 'x->refs', '1'),
      unlock('a', 'frees'),
      lock('b', 'reads'),
      step('b', 'reads', 'load', 'x->iommu', 'null'),
      step('b', 'reads', 'load', 'x->driver', 'null'),
      unlock('b', 'reads'),
    ];
    const odds = { exact: true, fails: 1, alike: 1, after: [], states: 1, noReturn: null } as const;
    const pair = { victim: 0, intruder: 5, passing: '', breaks: [] };
    const why = {
      ...{ window: null, pair, searched: true, always: false, odds },
      ...{ alternatives: [], blocked: [] },
    };
    const finding = { ...withTrace(trace, 5), why };
    const shown = grades(finding).flatMap((grade, i) => (grade >= 3 ? [i] : []));
    expect(shown).toEqual([0, 2, 5, 6]);
    // Where nothing flows on: what the earlier one read, and the later one writes.
    const before = trace.with(2, step('a', 'frees', 'load', 'x->iommu', 'null'));
    const after = before.with(6, step('b', 'reads', 'store', 'x->iommu', 'y'));
    const other = grades({ ...withTrace(after, 5), why });
    expect(other.flatMap((grade, i) => (grade >= 3 ? [i] : []))).toEqual([0, 2, 5, 6]);
  });

  test('makes foreign bytes in names harmless', () => {
    const evil = step('t', 'f', 'store', 'gpu\u001b[2J->x', 'caf\u00e9');
    const text = raceTable(withTrace([evil, { ...evil, thread: 'u' }], 0)).join('\n');
    expect(isSevenBit(text)).toBe(true);
    expect(text).toContain('gpu\\x1b');
  });

  test('is empty for an empty trace', () => {
    expect(raceTable(withTrace([]))).toEqual([]);
    expect(decidingStacks(withTrace([]))).toEqual([]);
  });
});

describe('the choice of steps', () => {
  test('grades the deciding access highest and private accesses lowest', () => {
    const all = grades(replayDuringRegister);
    expect(all[19]).toBe(4);
    expect(all[0]).toBe(0);
    expect(Math.max(...all)).toBe(4);
  });

  test('shows a lock that another thread has passed on', () => {
    const trace = [
      step('a', 'f', 'lock', 'L'),
      step('a', 'f', 'unlock', 'L'),
      step('b', 'g', 'lock', 'L'),
    ];
    expect(selectSteps(withTrace(trace), 9).map((s) => s.index)).toEqual([2]);
  });

  test('gives up details before it exceeds the number of rows', () => {
    const other = [1, 2, 3, 4, 5, 6].flatMap((i) => [
      step('modprobe', 'f', 'store', `x->f${i}`, '1'),
      step('kworker/u8:1', 'g', 'load', `x->f${i}`, '1'),
    ]);
    const finding = withTrace([...replayDuringRegister.trace, ...other], 19);
    const wide = selectSteps(finding, 40);
    const narrow = selectSteps(finding, 8);
    expect(wide.length).toBeGreaterThan(narrow.length);
    expect(narrow.some((s) => s.index === 19)).toBe(true);
    expect(narrow.every((s) => s.index < replayDuringRegister.trace.length)).toBe(true);
  });

  test('shows a value that was read twice only once, unless it has changed', () => {
    const read = step('b', 'g', 'load', 'x->f', '1');
    const other = step('b', 'g', 'load', 'x->f', '2');
    const trace = [step('a', 'f', 'store', 'x->f', '1'), read, read, other, other];
    expect(selectSteps(withTrace(trace), 9).map((s) => s.index)).toEqual([0, 1, 3]);
  });
});

describe('stacks', () => {
  test('begin with the thread of the deciding access, then the one in the middle of it', () => {
    const stacks = decidingStacks(replayDuringRegister);
    expect(stacks.map((s) => s.thread)).toEqual(['kworker/u8:1', 'modprobe']);
    expect(stacks[0]!.stack[0]).toBe('__iommu_probe_device');
    expect(stacks[1]!.stack[0]).toBe('bus_iommu_probe');
  });
});

describe('the cast', () => {
  test('calls the device dev and its only IOMMU iommu, and says so', () => {
    expect(raceTable(replayDuringRegister)[0]).toBe('dev is 3d00000.gpu, iommu is 3da0000.iommu');
  });

  test('replaces whole names only', () => {
    const cast = { names: [['gpu', 'dev']] as const };
    expect(shorten('gpu: gpu->x, xgpu, gpux, gpu.iommu#1, a.gpu, gpu:cb@3, gpu', cast)).toBe(
      'dev: dev->x, xgpu, gpux, dev.iommu#1, a.gpu, gpu:cb@3, dev',
    );
  });

  test('keeps the names of two IOMMUs apart', () => {
    const world = { focus: ['3d00000.gpu'], instances: [{ name: 'a' }, { name: 'b' }] };
    expect(castOf({ ...replayDuringRegister, world }).names).toEqual([['3d00000.gpu', 'dev']]);
  });
});

describe('stacks in functions of the kernel', () => {
  test('are told under the innermost one that says where the kernel is', () => {
    expect(placeOf(step('t', 'klist_next < bus_iommu_probe', 'load', 'a->b'))).toBe(
      'bus_iommu_probe',
    );
  });
});

describe('a cell', () => {
  test('breaks at blanks first, then after the parts of a name', () => {
    expect(wrapCell('  one two three', 12)).toEqual(['  one two', '    three']);
    expect(wrapCell('  a_long_name->with_field', 16)).toEqual([
      '  a_long_name->',
      '    with_field',
    ]);
    expect(wrapCell('abcdefghijklmnop', 8).join('').replaceAll(' ', '')).toBe('abcdefghijklmnop');
  });

  test('never exceeds its width', () => {
    for (const width of [12, 23, 36]) {
      for (const line of wrapCell(`    ${'x'.repeat(50)} ${'y_'.repeat(40)}`, width)) {
        expect(line.length).toBeLessThanOrEqual(width);
      }
    }
  });
});
