// SPDX-License-Identifier: GPL-2.0-only
// Logs of real boots under QEMU: healthy ones, and those in which a race was forced.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { diagnose } from '#diagnosis/diagnose';
import { kernelOfLog } from '#diagnosis/kernel-of';
import type { Diagnosis } from '#finding/diagnosis';
import { type LogStory, readLog, storyOf } from '#log/index';

function story(name: string): LogStory {
  const packed = readFileSync(new URL(`../fixtures/logs/${name}.log.gz`, import.meta.url));
  const bytes = new Uint8Array(gunzipSync(packed));
  const log = readLog(bytes, name);
  if (!log.ok) throw new Error(log.error.message);
  return storyOf(log.value);
}

function diagnosed(name: string): Diagnosis {
  const s = story(name);
  return diagnose(s, kernelOfLog(s), null);
}

const bus0 = (...groups: readonly number[]): Record<string, number> =>
  Object.fromEntries(groups.map((g, i) => [`0000:00:0${i}.0`, g]));

const walked = {
  ...bus0(0, 1, 2, 3, 4, 5, 6),
  '0000:01:00.0': 7,
  '0000:02:00.0': 8,
  '0000:03:01.0': 6,
};

/** Name, kernel of the model, IOMMU, groups in the order in which devices join. */
const boots: readonly (readonly [string, string, string, Readonly<Record<string, number>>])[] = [
  [
    '20-qemu-virt-smmuv3-dt-6.12.107',
    '6.12.y',
    '9050000.smmuv3',
    { '0000:00:01.0': 0, '0000:00:05.0': 1, '0000:00:06.0': 2, '0000:01:00.0': 0 },
  ],
  [
    '21-qemu-virt-smmuv3-dt-6.1.176',
    '6.1.y',
    '9050000.smmuv3',
    { '0000:00:01.0': 0, '0000:00:05.0': 1, '0000:00:06.0': 2 },
  ],
  ['22-qemu-virt-smmuv3-dt-7.2.13', '7.2.y', '9050000.smmuv3', walked],
  [
    '23-qemu-virt-smmuv3-dt-7.2.13-async-dyndbg',
    '7.2.y',
    '9050000.smmuv3',
    { ...bus0(0, 1, 2, 3, 4, 5), '0000:01:00.0': 6, '0000:02:00.0': 7 },
  ],
  [
    '24-qemu-q35-intel-iommu-6.1.192',
    '6.1.y',
    'dmar0',
    {
      ...bus0(0, 1, 2, 3, 4, 5, 6, 7),
      ...{ '0000:00:1f.0': 8, '0000:00:1f.2': 8, '0000:00:1f.3': 8 },
      ...{ '0000:01:00.0': 9, '0000:02:00.0': 10, '0000:03:01.0': 7 },
    },
  ],
  [
    '25-qemu-q35-amd-iommu-6.1.192',
    '6.1.y',
    '0000:00:02.0',
    {
      ...{ '0000:00:00.0': 0, '0000:00:01.0': 1, '0000:00:03.0': 2, '0000:00:04.0': 3 },
      ...{ '0000:00:05.0': 4, '0000:00:06.0': 5, '0000:00:07.0': 6, '0000:00:08.0': 7 },
      ...{ '0000:00:1f.0': 8, '0000:00:1f.2': 8, '0000:00:1f.3': 8 },
      ...{ '0000:01:00.0': 9, '0000:02:00.0': 10, '0000:03:01.0': 7 },
    },
  ],
  ['26-qemu-virt-smmuv3-acpi-7.2.13', '7.2.y', 'arm-smmu-v3.0.auto', walked],
];

describe.each(boots)('%s', (name, kernel, iommu, groups) => {
  test('is healthy, under its kernel', () => {
    const d = diagnosed(name);
    expect([d.verdict, d.cause, d.kernel.model]).toEqual(['no race', 'healthy', kernel]);
    expect(d.windows.filter((w) => w.fits === 'certain' || w.fits === 'fits')).toEqual([]);
  });

  test('has its IOMMU, its devices and groups in order', () => {
    expect(story(name).registrations.map((r) => r.name)).toEqual([iommu]);
    const own = diagnosed(name).devices.filter((d) => d.group !== null);
    expect(own.map((d) => [d.name, d.group])).toEqual(Object.entries(groups));
  });
});

test('what has failed beside is told, and does not make a boot ill', () => {
  const { besides } = diagnosed('24-qemu-q35-intel-iommu-6.1.192');
  expect(besides.map((b) => b.line)).toEqual([471, 472]);
});

test('a deferral that has ended is part of the story', () => {
  const own = diagnosed('23-qemu-virt-smmuv3-dt-7.2.13-async-dyndbg').devices;
  const history = own.find((d) => d.name === '0000:00:01.0')?.history.map((t) => t.what) ?? [];
  const at = (text: string): number => history.findIndex((what) => what.startsWith(text));
  expect(at('is deferred')).toBeGreaterThanOrEqual(0);
  expect(at('joins group 1')).toBeGreaterThan(at('is deferred'));
  expect(at('is bound to pcieport')).toBeGreaterThan(at('joins group 1'));
});

/** Name, verdict, cause, and windows; the lines of the module that forced it are taken out. */
const forced: readonly (readonly [string, string, string, Readonly<Record<string, string>>])[] = [
  ['a-c10', 'race', 'C10', { C10: 'fits', C15: 'no', C09: 'no' }],
  ['v-c10', 'race', 'C10', { C10: 'fits', C15: 'no', C09: 'no' }],
  ['auto-P1-C10', 'race', 'C10', { C10: 'fits', C09: 'no', C13: 'no', C14: 'no' }],
  ['auto-P3-C14', 'race', 'C14', { C14: 'certain', C13: 'no' }],
  // This kernel says to be 7.2 and is not: it was built without the test that closes C09.
  ['k-c09-noready', 'race', 'unknown', { C09: 'can not tell', C10: 'fits' }],
  ['k-c09-ready', 'no race', 'healthy', { C09: 'no' }],
  ['virtio-unbind-oops', 'no race', 'driver-bug', {}],
];

describe.each(forced)('forced %s', (name, verdict, cause, windows) => {
  const d = diagnosed(`forced-${name}`);

  test('comes to what was forced', () => {
    expect([d.verdict, d.cause]).toEqual([verdict, cause]);
    const own = Object.fromEntries(d.windows.map((w) => [w.window, w.fits]));
    expect(own).toMatchObject(windows);
  });

  test('has no window that is certain but the one that was forced', () => {
    const certain = d.windows.filter((w) => w.fits === 'certain').map((w) => w.window);
    expect(certain).toEqual(windows['C14'] === 'certain' ? ['C14'] : []);
  });
});

test('of a kernel that is not what it says, what is missing is told', () => {
  const { windows } = diagnosed('forced-k-c09-noready');
  const missing = windows.find((w) => w.window === 'C09')?.missing.join('; ');
  expect(missing).toContain('whether this kernel really is 7.2');
  expect(missing).toContain('where the walk stood');
});
