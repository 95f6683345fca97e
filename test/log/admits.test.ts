// SPDX-License-Identifier: GPL-2.0-only
// Which logs the model can produce: real ones, and doctored ones that leave it at a line.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { admits } from '#diagnosis/admits';
import { kernelOf } from '#diagnosis/kernel-of';
import type { Admission } from '#finding/admission';
import { readLog, storyOf } from '#log/index';
import { type Platform, readPlatform } from '#platform/index';
import { admissionJson, admissionText } from '#report/admission';
import { acpiMachine, recordedLog } from './machines.ts';
import { late, log, version } from './suite/build.ts';

const dtb = readFileSync(new URL('../fixtures/dtb/qemu-virt-smmuv3.dtb', import.meta.url));
const board = readPlatform(new Uint8Array(dtb));
if (!board.ok) throw new Error(board.error.message);
const { value: platform } = board;

function admitted(text: string, machine: Platform = platform): Admission {
  const read = readLog(new TextEncoder().encode(text), 'a log');
  if (!read.ok) throw new Error(read.error.message);
  const story = storyOf(read.value);
  const { revision } = kernelOf(story.release);
  if (revision === null) throw new Error('no kernel');
  return admits(story, machine, revision);
}

const walk = recordedLog('22-qemu-virt-smmuv3-dt-7.2.13');
const binds = recordedLog('20-qemu-virt-smmuv3-dt-6.12.107');
const old = recordedLog('21-qemu-virt-smmuv3-dt-6.1.176');

test.each([
  ['7.2.13', walk],
  ['7.2.13, asynchronous', recordedLog('23-qemu-virt-smmuv3-dt-7.2.13-async-dyndbg')],
  ['6.12.107', binds],
  ['6.1.176', old],
])('the boot of %s is admitted on its board', (_, text) => {
  expect(admitted(text)).toMatchObject({ admits: 'yes', leaves: null, open: [] });
});

test.each([
  ['24-qemu-q35-intel-iommu-6.1.192', 'q35-intel-iommu'],
  ['25-qemu-q35-amd-iommu-6.1.192', 'q35-amd-iommu'],
  ['26-qemu-virt-smmuv3-acpi-7.2.13', 'virt-smmuv3'],
])('the boot of %s is admitted on the tables of %s', (name, machine) => {
  const answer = admitted(recordedLog(name), acpiMachine(machine));
  expect(answer).toMatchObject({ admits: 'yes', leaves: null, open: [] });
});

/** The number of the first line of @text that has @part. */
function lineOf(text: string, part: string, nth = 1): number {
  const lines = text.split('\n');
  const hits = lines.flatMap((l, i) => (l.includes(part) ? [i + 1] : []));
  if (hits[nth - 1] === undefined) throw new Error(`no line has ${part}`);
  return hits[nth - 1]!;
}

/** @text with the contents of two lines exchanged. */
function swapped(text: string, a: number, b: number): string {
  const lines = text.split('\n');
  [lines[a - 1], lines[b - 1]] = [lines[b - 1]!, lines[a - 1]!];
  return lines.join('\n');
}

/** Without the trace events, which tell each grouping a second time. */
function plain(text: string): string {
  return text
    .split('\n')
    .filter((l) => !/(?:add|attach)_device_to_/.test(l))
    .join('\n');
}

/** @text, in which line @line has @from replaced by @to. */
function edited(text: string, line: number, from: string, to: string): string {
  const lines = text.split('\n');
  if (!lines[line - 1]!.includes(from)) throw new Error(`line ${line} has no ${from}`);
  lines[line - 1] = lines[line - 1]!.replace(from, to);
  return lines.join('\n');
}

/** @text with @lines put in after line @line. */
function inserted(text: string, line: number, ...lines: string[]): string {
  const all = text.split('\n');
  return [
    ...all.slice(0, line),
    ...lines.map((l) => `[    3.600000] ${l}`),
    ...all.slice(line),
  ].join('\n');
}

interface Doctored {
  readonly name: string;
  readonly text: string;
  readonly line: number;
  readonly possible?: string;
}

const w = plain(walk);
const b = plain(binds);
const at = (device: string): number => lineOf(w, `${device}: Adding`);
const bound = (device: string): number => lineOf(b, `${device}: Adding`);
const attach = (device: string): number =>
  lineOf(walk, `attach_device_to_domain: IOMMU: device=${device}`);

/** The walk of 7.2 with two neighbours exchanged, and the numbers of groups as they would be. */
function walkedOutOfOrder(a: string, c: string): string {
  const [x, y] = [at(a), at(c)];
  const ids = [w.split('\n')[x - 1]!, w.split('\n')[y - 1]!].map((l) => /group (\d+)/.exec(l)![1]!);
  const one = edited(
    edited(w, x, `group ${ids[0]}`, `group ${ids[1]}`),
    y,
    `group ${ids[1]}`,
    `group ${ids[0]}`,
  );
  return swapped(one, x, y);
}

const short = (...lines: (string | readonly string[])[]): string =>
  log(version('7.2.12'), 'arm-smmu-v3 9050000.smmuv3: oas 44-bit (features 0x01008305)', ...lines);
const joins = (prefix: string, n: number, group: number): string =>
  `${prefix} 0000:00:0${n}.0: Adding to iommu group ${group}`;

const doctored: readonly Doctored[] = [
  {
    name: 'two neighbours of the walk are exchanged',
    text: walkedOutOfOrder('0000:00:01.0', '0000:00:02.0'),
    line: at('0000:00:01.0'),
    possible: '0000:00:01.0 joins a group in the walk',
  },
  {
    name: 'the last functions of the walk are exchanged',
    text: walkedOutOfOrder('0000:01:00.0', '0000:02:00.0'),
    line: at('0000:01:00.0'),
    possible: '0000:01:00.0 joins a group in the walk',
  },
  {
    name: 'a walk begins at its end',
    text: short(joins('pci', 3, 0), joins('pci', 1, 1), joins('pci', 2, 2)),
    line: 3,
    possible: '0000:00:01.0 joins a group in the walk',
  },
  {
    name: 'a number is left out',
    text: edited(w, at('0000:00:03.0'), 'group 3', 'group 4'),
    line: at('0000:00:03.0'),
    possible: '0000:00:03.0 joins group 3',
  },
  {
    name: 'the first group is not 0',
    text: edited(w, at('0000:00:00.0'), 'group 0', 'group 1'),
    line: at('0000:00:00.0'),
    possible: '0000:00:00.0 joins group 0',
  },
  {
    name: 'the last group is far away',
    text: edited(w, at('0000:02:00.0'), 'group 8', 'group 80'),
    line: at('0000:02:00.0'),
  },
  {
    name: 'a device is not on the board',
    text: edited(w, at('0000:00:04.0'), 'pci 0000:00:04.0', 'platform b000000.rwc'),
    line: at('0000:00:04.0'),
  },
  {
    name: 'a device of the board is behind no IOMMU',
    text: edited(w, at('0000:00:04.0'), 'pci 0000:00:04.0', 'platform 9000000.pl011'),
    line: at('0000:00:04.0'),
  },
  {
    name: 'a function of another segment',
    text: edited(w, at('0000:00:04.0'), '0000:00:04.0', '0001:00:04.0'),
    line: at('0000:00:04.0'),
  },
  {
    name: 'a device joins twice',
    text: inserted(w, at('0000:02:00.0'), 'pci 0000:02:00.0: Adding to iommu group 8'),
    line: at('0000:02:00.0') + 1,
  },
  {
    name: 'the walk comes before its IOMMU',
    text: swapped(w, lineOf(w, 'oas 44-bit'), at('0000:00:00.0')),
    line: lineOf(w, 'oas 44-bit'),
    possible: '9050000.smmuv3 registers',
  },
  {
    name: 'the IOMMU never registers',
    text: w
      .split('\n')
      .filter((l) => !l.includes('oas 44-bit'))
      .join('\n'),
    line: at('0000:00:00.0') - 1,
  },
  {
    name: 'a driver is bound, and nothing warns',
    text: edited(w, at('0000:00:05.0'), 'pci 0', 'pcieport 0'),
    line: at('0000:00:05.0'),
    possible: 'the warning of a late probe of 0000:00:05.0',
  },
  {
    name: 'the first function has a driver, and nothing warns',
    text: edited(w, at('0000:00:00.0'), 'pci 0', 'pcieport 0'),
    line: at('0000:00:00.0'),
  },
  {
    name: '6.12: a walk groups what has no driver',
    text: edited(b, bound('0000:00:01.0'), 'pcieport', 'pci'),
    line: bound('0000:00:01.0'),
  },
  {
    name: '6.12: the last device has no driver',
    text: edited(b, bound('0000:01:00.0'), 'virtio-pci', 'pci'),
    line: bound('0000:01:00.0'),
  },
  {
    name: '6.12: a warning that came with v6.15',
    text: inserted(
      b,
      bound('0000:00:05.0') - 1,
      'pcieport 0000:00:05.0: late IOMMU probe at driver bind, something fishy here!',
    ),
    line: bound('0000:00:05.0'),
  },
  {
    name: '6.12: numbers of binds are exchanged',
    text: edited(
      edited(b, bound('0000:00:05.0'), 'group 1', 'group 2'),
      bound('0000:00:06.0'),
      'group 2',
      'group 1',
    ),
    line: bound('0000:00:05.0'),
  },
  {
    name: 'a domain before the group',
    text: swapped(walk, lineOf(walk, 'groupID=0 device=0000:00:00.0'), attach('0000:00:00.0')),
    line: lineOf(walk, 'groupID=0 device=0000:00:00.0'),
  },
  {
    name: 'a domain in the middle of the walk',
    text: swapped(walk, lineOf(walk, '0000:00:06.0: Adding'), attach('0000:00:00.0')),
    line: lineOf(walk, '0000:00:06.0: Adding'),
  },
  {
    name: 'a device leaves a group that it has not joined',
    text: inserted(w, at('0000:02:00.0'), 'pci 0000:05:00.0: Removing from iommu group 9'),
    line: at('0000:02:00.0') + 1,
  },
  {
    name: 'a bound device asks for another try',
    text: inserted(
      w,
      at('0000:02:00.0'),
      "nvme 0000:02:00.0: driver: 'nvme': driver_bound: bound to device",
      'nvme 0000:02:00.0: Driver nvme requests probe deferral',
    ),
    line: at('0000:02:00.0') + 2,
  },
  {
    name: 'a late probe in a replay, and the walk has yet to come: 7.2 defers such a bind',
    text: short(late('nvme', '0000:00:03.0', 'replay'), joins('nvme', 3, 0), joins('pci', 1, 1)),
    line: 4,
  },
];

describe('a doctored log leaves the model at its line', () => {
  test.each(doctored)('$name', ({ text, line, possible }) => {
    const { admits: answer, leaves } = admitted(text);
    expect({ answer, line: leaves?.line }, leaves?.because).toEqual({ answer: 'no', line });
    expect(leaves?.because).not.toBe('');
    if (possible !== undefined) expect(leaves?.possible).toContain(possible);
  });

  test('there are at least 20', () => {
    expect(doctored.length).toBeGreaterThanOrEqual(20);
  });
});

describe('a log that is odd and possible is admitted', () => {
  test.each([
    [
      '7.2: a late probe in a replay, when the walk has passed',
      short(joins('pci', 1, 0), late('nvme', '0000:00:03.0', 'replay'), joins('nvme', 3, 1)),
    ],
    [
      '7.2: a late probe in the walk',
      short(joins('pci', 1, 0), late('nvme', '0000:00:03.0', 'walk'), joins('nvme', 3, 1)),
    ],
    [
      '6.15.0: a late probe in a replay, and the walk has yet to come',
      short(
        late('nvme', '0000:00:03.0', 'replay'),
        joins('nvme', 3, 0),
        joins('pci', 1, 1),
      ).replace('7.2.12', '6.15.0'),
    ],
    ['a group of a bridge and what is behind it', w],
  ])('%s', (_, text) => {
    expect(admitted(text)).toMatchObject({ admits: 'yes', leaves: null });
  });
});

test('the answer is told in 75 columns, and as JSON', () => {
  const place = { log: 'boot.log', board: 'qemu-virt-smmuv3.dtb', kernel: '7.2' };
  const answer = admitted(walkedOutOfOrder('0000:00:01.0', '0000:00:02.0'));
  expect(admissionText(answer, place)).toMatchInlineSnapshot(`
    "boot.log on qemu-virt-smmuv3.dtb under 7.2: the model cannot produce it
      line 311: in no run of the model 0000:00:02.0 joins its group here, with
        0000:00:00.0, 0000:00:01.0, 0000:00:03.0, ... beside it
      possible there:
        0000:00:01.0 joins a group in the walk
    "
  `);
  expect(JSON.parse(admissionJson(answer, place))).toMatchObject({ admits: 'no', kernel: '7.2' });
});
