// SPDX-License-Identifier: GPL-2.0-only
// With the board: what the log cannot say, the model does.

import { expect, test } from 'vitest';
import { type AskedModel, askModel, rulesOutOf } from '#diagnosis/ask-model';
import { diagnose } from '#diagnosis/diagnose';
import { kernelOfLog } from '#diagnosis/kernel-of';
import type { Diagnosis } from '#finding/diagnosis';
import { readLog, storyOf } from '#log/index';
import { laptop } from '../support/boards.ts';
import { acpiMachine, recordedLog } from './machines.ts';
import { gpuSmmu, joins, late, log, smmu, version } from './suite/build.ts';

const board = laptop();
const gpu = '3d00000.gpu';
const gmu = '3d6a000.gmu';
const display = 'ae00000.display';

interface Asked {
  readonly d: Diagnosis;
  readonly answers: readonly AskedModel[];
  /** What it comes to with other answers. */
  readonly given: (answers: readonly AskedModel[], isExact: boolean) => Diagnosis;
}

function asked(text: string, platform = board): Asked {
  const read = readLog(new TextEncoder().encode(text), 'a log');
  if (!read.ok) throw new Error(read.error.message);
  const story = storyOf(read.value);
  const kernel = kernelOfLog(story);
  if (kernel.revision === null) throw new Error('no kernel');
  const answers = askModel(story, platform, kernel.revision);
  const given: Asked['given'] = (others, isExact) =>
    diagnose(story, kernel, { file: 'a board', platform }, rulesOutOf(others, isExact));
  return { d: given(answers, kernel.exact), answers, given };
}

const seed = (release: string): string =>
  log(
    version(release),
    smmu,
    gpuSmmu,
    late('adreno', gpu, 'replay'),
    joins('adreno', gpu, 0),
    joins('platform', gmu, 1),
  );

test('the seed: the model keeps its order, and says what would have prevented it', () => {
  const { d, answers, given } = asked(seed('6.15.0'));
  expect([d.verdict, d.cause]).toEqual(['race', 'C09']);
  // With other runs it were the other window, and what is said would be of that one.
  const others = answers.map((a) => ({
    ...{ ...a, along: ['C10'] },
    answer: { ...a.answer, window: 'C10' },
  }));
  const other = given(others, true);
  expect([other.cause, other.do[0], other.windows.find((w) => w.window === 'C09')?.fits]).toEqual([
    ...['C10', expect.stringContaining('windows C10'), 'no'],
  ]);
  const [answer] = answers;
  expect(answer?.answer).toMatchObject({
    ...{ window: 'C09', device: gpu, shown: true, openIn: { kernel: '7.3', open: false } },
    prevented: [
      { what: expect.stringContaining('da33e87bd2bf'), prevents: 'yes' },
      { what: 'fw_devlink.strict=1', prevents: 'yes' },
      { what: 'driver_async_probe=*', prevents: 'no' },
      { what: 'the driver of the IOMMU built in, and there first', prevents: 'yes' },
    ],
  });
  expect(answer?.along).toContain('C09');
  expect(answer?.world.devices.map((x) => x.name)).toContain(gpu);
});

test('the twin: on 7.2 it is the other window, which is open in 7.3', () => {
  const text = log(
    ...[version('7.2.12'), `adreno ${gmu}: Added to deferred list`, smmu, gpuSmmu],
    ...[joins('platform', gpu, 0), late('gmu', gmu, 'replay'), joins('gmu', gmu, 1)],
  );
  const { d, answers } = asked(text);
  expect([d.verdict, d.cause]).toEqual(['race', 'C10']);
  expect(answers[0]?.answer).toMatchObject({
    window: 'C10',
    openIn: { kernel: '7.3', open: true },
  });
});

test('a replay on 7.2 before the walk has come is none that the model can produce', () => {
  const [answer] = asked(seed('7.2.12')).answers;
  expect(answer?.answer).toMatchObject({ shown: false, window: '' });
  expect(answer?.answer.because).toMatch(/no run keeps line \d+/);
});

test('the board says that two IOMMUs stand before a device: one may be taken early', () => {
  const text = log(
    version('7.2.12'),
    smmu,
    gpuSmmu,
    late('dpu', display, 'walk'),
    joins('dpu', display, 0),
  );
  const of = (d: Diagnosis, id: string) => d.windows.find((w) => w.window === id)?.fits;
  const { d, answers, given } = asked(text);
  expect(of(d, 'C13')).toBe('fits');
  // Which of two it is the model leaves open here. Where it rules one out, it is the other.
  expect([d.verdict, d.cause]).toEqual(['race', 'unknown']);
  const ruledOut = answers.map(({ answer, ...rest }) => ({
    ...rest,
    answer: { ...answer, window: 'C14' },
    along: ['C14'],
  }));
  const left = given(ruledOut, true);
  expect([left.verdict, left.cause, of(left, 'C13')]).toEqual(['race', 'C14', 'no']);
  expect(left.do[0]).toContain('windows C14');
  expect(given(ruledOut, false).cause).toBe('unknown');
  const one = log(
    version('7.2.12'),
    smmu,
    gpuSmmu,
    late('adreno', gpu, 'walk'),
    joins('adreno', gpu, 0),
  );
  expect(of(asked(one).d, 'C13')).toBe('no');
  expect(of(asked(one).d, 'C14')).toBe('certain');
});

test('a window that needs a second walk is not ruled out by a world that has one', () => {
  const { d } = asked(seed('6.15.0'));
  expect(d.windows.find((w) => w.window === 'C15')?.fits).toBe('fits');
});

test('ACPI: a function that is left without a group, and what would have prevented it', () => {
  const { d, answers } = asked(recordedLog('forced-a-c10'), acpiMachine('virt-smmuv3'));
  expect([d.verdict, d.cause]).toEqual(['race', 'C10']);
  expect(answers[0]?.answer).toMatchObject({
    ...{ window: 'C10', device: '0000:00:01.0', shown: true },
    openIn: { kernel: '7.3', open: true },
  });
  const early = answers[0]?.answer.prevented.find((p) => p.what.includes('built in'));
  expect(early?.prevents).toBe('yes');
  expect(d.devices.find((x) => x.name === '0000:00:01.0')?.group).toBeNull();
});

test('an IPMMU of the board that registers before it is ready explains a late probe', () => {
  const renesas = {
    ...board,
    iommus: board.iommus.map((i) => ({ ...i, driver: 'ipmmu-vmsa' as const })),
  };
  const text = log(version('6.15.0-rc1'), late('adreno', gpu, 'replay'), joins('adreno', gpu, 0));
  const of = (platform: typeof board) => {
    const { d } = asked(text, platform);
    return [d.verdict, d.cause, d.windows.find((w) => w.window === 'C18')?.fits];
  };
  expect(of(renesas)).toEqual(['no race', 'C18', 'fits']);
  expect(of(board)).toEqual(['race', expect.stringMatching(/^C09|C10|unknown$/), 'no']);
});
