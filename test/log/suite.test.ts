// SPDX-License-Identifier: GPL-2.0-only
// Logs of our own making: one for each window that shows, twins that differ in a line, look-alikes.

import { describe, expect, test } from 'vitest';
import { diagnose } from '#diagnosis/diagnose';
import { kernelOfLog } from '#diagnosis/kernel-of';
import type { Diagnosis } from '#finding/diagnosis';
import { readLog, storyOf } from '#log/index';
import { diagnosisText } from '#report/diagnosis';
import { windows } from '#windows/index';
import { type LogCase, log, version } from './suite/build.ts';
import { complaints, harmless } from './suite/complaints.ts';
import { crashes } from './suite/crashes.ts';
import { excerpts } from './suite/excerpts.ts';
import { inTheWild } from './suite/in-the-wild.ts';
import { healthy, lookAlikes } from './suite/lookalikes.ts';
import { lateProbes } from './suite/windows.ts';

function diagnosed(text: string): Diagnosis {
  const log = readLog(new TextEncoder().encode(text), 'a log');
  if (!log.ok) throw new Error(log.error.message);
  const story = storyOf(log.value);
  return diagnose(story, kernelOfLog(story), null);
}

const all = [
  ...lateProbes,
  ...crashes,
  ...lookAlikes,
  ...healthy,
  ...inTheWild,
  ...excerpts,
  ...complaints,
];

describe.each(all)('$name', (c: LogCase) => {
  const d = diagnosed(c.log);

  test('has its verdict and cause', () => {
    expect({ verdict: d.verdict, cause: d.cause }).toEqual({ verdict: c.verdict, cause: c.cause });
  });

  test('is said to be one of several only where several are left', () => {
    const left = d.windows.filter((w) => w.fits !== 'no' && w.lines.includes(d.lines[0] ?? 0));
    if (/which of several it is/.test(d.because)) expect(left.length).toBeGreaterThan(1);
    const one = /whether it is (C\d\d),/.exec(d.because)?.[1];
    if (one !== undefined) expect(left.map((w) => w.window)).toEqual([one]);
  });

  test('has its windows, and no other is certain', () => {
    for (const [id, fit] of Object.entries(c.windows ?? {})) {
      const found = d.windows.find((w) => w.window === id);
      expect(found?.fits, `${id}: ${found?.because} (${found?.missing})`).toBe(fit);
    }
    const wanted = Object.entries(c.windows ?? {}).flatMap(([id, fit]) =>
      fit === 'certain' ? [id] : [],
    );
    expect(d.windows.filter((w) => w.fits === 'certain').map((w) => w.window)).toEqual(wanted);
  });

  test('has its groups', () => {
    const own = Object.fromEntries(d.devices.map(({ name, group }) => [name, group]));
    expect(own).toMatchObject(c.groups ?? {});
  });

  test('rests on lines that are there', () => {
    const count = c.log.split('\n').length;
    for (const line of [d.lines, ...d.windows.map((w) => w.lines)].flat()) {
      expect(line).toBeGreaterThan(0);
      expect(line).toBeLessThanOrEqual(count);
    }
  });
});

test('there are at least 60 logs, and a window that is certain rests on a line', () => {
  expect(all.length).toBeGreaterThanOrEqual(60);
  for (const c of all) {
    for (const w of diagnosed(c.log).windows) {
      expect(w.because, w.window).not.toBe('');
      if (w.fits === 'certain') expect(w.lines.length).toBeGreaterThan(0);
    }
  }
});

test('each window with a sign is brought up by one of the logs', () => {
  const signed = windows.filter((w) => w.log !== undefined).map((w) => w.id);
  const seen = new Set(
    all.flatMap((c) =>
      diagnosed(c.log)
        .windows.filter((w) => w.lines.length > 0)
        .map((w) => w.window),
    ),
  );
  expect(signed.filter((id) => !seen.has(id))).toEqual([]);
});

test('what failed is said to be of an IOMMU where it is, and only there', () => {
  const d = diagnosed(
    log(
      version('6.12.10'),
      'AMD-Vi: Completion-Wait loop timed out',
      'AMD-Vi: Event logged [ILLEGAL_DEV_TABLE_ENTRY device=03:00.0 address=0xfd00 flags=0x0a00]',
      'arm-smmu-v3 9050000.smmuv3: probe with driver arm-smmu-v3 failed with error -6',
      'nvme 0000:01:00.0: probe with driver nvme failed with error -5',
    ),
  );
  expect(d.besides.map(({ line, ofIommu }) => [line, ofIommu])).toEqual([
    [3, true],
    [4, true],
    [5, false],
  ]);
  const text = diagnosisText(d, { name: 'a log', titles: new Map() });
  const [, own = '', other = ''] = text.split(/besides, (?:of|nothing of) an IOMMU:\n/);
  expect(own).toMatch(/ILLEGAL_DEV_TABLE_ENTRY[\s\S]*smmuv3/);
  expect(other).toMatch(/nvme/);
});

test.each(harmless)('"%s" comes back as no trouble', (line) => {
  expect(diagnosed(log(version('6.12.10'), line)).besides).toEqual([]);
});

describe.each(lateProbes.filter((c) => c.verdict === 'race'))('$name', (c: LogCase) => {
  test('stays what it is where an IOMMU complains, and tells both', () => {
    const lines = [
      'arm-smmu-v3 9090000.smmuv3: missing #iommu-cells property',
      ...Array.from(
        { length: 20 },
        (_, i) => `ahci 0000:0${i % 8}:1${i >> 3}.0: failed to come up`,
      ),
      'rk_iommu ff9a0000.iommu: unexpected int_status: 0x00000010',
    ];
    const d = diagnosed(`${c.log}${lines.map((line) => `[    9.000000] ${line}\n`).join('')}`);
    expect([d.verdict, d.cause]).toEqual([c.verdict, c.cause]);
    const own = d.besides.filter((b) => b.ofIommu).map((b) => b.what);
    expect(own).toEqual(expect.arrayContaining([lines[0], lines[21]]));
  });
});
