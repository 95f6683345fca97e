// SPDX-License-Identifier: GPL-2.0-only
// One check from board to findings, and a finding back from its JSON.

import { describe, expect, test } from 'vitest';
import { Machine, replay } from '#checker/index';
import type { CheckOptions } from '#finding/report';
import { checkPlatform, defaultCheck } from '#questions/check';
import { revisionOf } from '#run/kernel-spec';
import { watchedScene } from '#run/watched-scene';
import type { World } from '#worlds/world';
import { kernel, laptop } from '../support/boards.ts';

const options: CheckOptions = {
  ...defaultCheck,
  devices: ['3d00000.gpu'],
  properties: ['P1'],
  strategy: { kind: 'bound', preemptions: 1 },
};

const run = (more: Partial<CheckOptions> = {}) =>
  checkPlatform(
    laptop(),
    { revision: kernel('6.15.0'), userFixes: [] },
    { ...options, ...more },
    '0',
  );

describe('a check of 3d00000.gpu under 6.15.0', () => {
  const first = run({ windows: ['C09'] });

  test('finds C09 with at most two preemptions, and it replays from its JSON alone', async () => {
    const result = await first;
    expect(result.findings.map((f) => `${f.property} ${f.window}`)).toEqual(['P1 C09']);
    const finding = JSON.parse(JSON.stringify(result.findings[0]));
    expect(finding.preemptions).toBeLessThanOrEqual(2);
    expect(finding.witness.subject).toBe('3d00000.gpu');
    expect(finding.devices).toEqual(['3d00000.gpu']);
    expect(finding.fixes[0]).toContain('bcb81ac6ae3c');

    const revision = revisionOf(finding.revision);
    if (!revision.ok) throw new Error(revision.error.message);
    const machine = new Machine(watchedScene(finding.world as World, revision.value, null));
    const again = replay(machine, finding.schedule);
    if (!again.ok) throw new Error(again.error.message);
    const { report } = again.value.reports.find((r) => r.report.window === 'C09') ?? {};
    expect(report?.subject).toBe(finding.witness.subject);
    expect(report?.because).toBe(finding.witness.because);
    expect(report?.facts).toEqual(finding.witness.facts);
  });

  test('gives the same bytes twice', async () => {
    const [one, two] = [await first, await run({ windows: ['C09'] })];
    expect(JSON.stringify(one)).toBe(JSON.stringify(two));
    expect(one.verdicts).toEqual([
      expect.objectContaining({ property: 'P1', outcome: 'violated' }),
    ]);
  });

  test('says that P1 does not apply where the kernel has no such warning', async () => {
    const kernel612 = { revision: kernel('6.12'), userFixes: [] };
    const result = await checkPlatform(laptop(), kernel612, options, '0');
    expect(result.verdicts.map((v) => v.outcome)).toEqual(['n.a.']);
  });

  test('names a limit that was hit, and never calls that a pass', async () => {
    const result = await run({ statesMax: 50, strategy: { kind: 'exhaustive' } });
    expect(result.coverage.bounded[0]?.flag).toBe('--states-max');
    expect(result.verdicts.some((v) => v.outcome === 'holds')).toBe(false);
  });
});
