// SPDX-License-Identifier: GPL-2.0-only
// What an input is, is told by its content: of each kind a few, and none taken for another.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Content, contentNames, contentOf } from '#firmware/content';
import { blob } from './blob.ts';
import { acpidump, iort, its, mcfg } from './tables.ts';

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(name));
const gz = (name: string): Uint8Array => new Uint8Array(gunzipSync(file(name)));
const text = (...lines: readonly string[]): Uint8Array => Buffer.from(`${lines.join('\n')}\n`);

const patch = text(
  'From: Somebody <somebody@example.org>',
  'Subject: [PATCH] iommu: Do it',
  '',
  '[    1.000000] arm-smmu: a log is quoted here',
  '---',
  'diff --git a/drivers/iommu/iommu.c b/drivers/iommu/iommu.c',
  '--- a/drivers/iommu/iommu.c',
  '+++ b/drivers/iommu/iommu.c',
  '@@ -1 +1 @@',
);

const logs = [20, 21, 22, 23, 24, 25, 26].map((n) => {
  const names: Record<number, string> = {
    20: 'qemu-virt-smmuv3-dt-6.12.107',
    21: 'qemu-virt-smmuv3-dt-6.1.176',
    22: 'qemu-virt-smmuv3-dt-7.2.13',
    23: 'qemu-virt-smmuv3-dt-7.2.13-async-dyndbg',
    24: 'qemu-q35-intel-iommu-6.1.192',
    25: 'qemu-q35-amd-iommu-6.1.192',
    26: 'qemu-virt-smmuv3-acpi-7.2.13',
  };
  return gz(`test/fixtures/logs/${n}-${names[n]}.log.gz`);
});

const samples: readonly (readonly [Content, readonly Uint8Array[]])[] = [
  ['empty', [new Uint8Array()]],
  ['dtb', [file('examples/boards/laptop.dtb'), blob({})]],
  ['dtb-swapped', [Uint8Array.from([0xed, 0xfe, 0x0d, 0xd0, 0, 0])]],
  ['dts', [file('examples/boards/laptop.dts'), text('/dts-v1/;', '/ { };')]],
  ['acpi', [iort([its()]), mcfg([]), file('test/fixtures/acpi/q35-intel-iommu/DMAR.bin')]],
  ['acpidump', [text(acpidump([iort([its()])])), text('RSD PTR @ 0xf59b0', '  0000: 52 53 44')]],
  [
    'lspci',
    [
      text(
        '00:00.0 Host bridge [0600]: Intel Corporation 82G33 [8086:29c0]',
        '\tSubsystem: Red Hat',
      ),
      text('0000:00:02.0 VGA compatible controller: Intel', '', '0000:00:1f.0 ISA bridge: Intel'),
    ],
  ],
  [
    'log',
    [
      ...logs,
      text('[    3.805282] platform 3d00000.gpu: Adding to iommu group 0'),
      text('Nov 11 10:28:54 host kernel: usb 1-1: new device'),
      text('> [    1.1] x', '> pci 0000:00:01.0: [8086:1234] type 00 class 0x020000'),
      text('iommu: Adding device 3d00000.gpu to group 1'),
      text('platform QCOM0C12:00: late IOMMU probe at driver bind, something fishy here!'),
      text('platform 3d00000.gpu: deferred probe pending: (reason unknown)'),
      text('<4>[    6.246790] a line', '<6>[    7.000000] another'),
      text('# tracer: nop', '#', ' modprobe-1 [000] .. 1.0: probe'),
    ],
  ],
  ['finding', [text('{', ' "format": "racewindow/finding@2",', ' "id": "x" }')]],
  ['report', [text('{ "tool": { "format": "racewindow/report@1" }, "findings": [] }')]],
  ['journal', [text('{"format":"racewindow/journal@1","digest":"x"}')]],
  ['json', [text('{ "a": 1 }'), text('[1, 2]'), text('[]')]],
  ['patch', [patch, text('--- a/x.c', '+++ b/x.c', '@@ -1 +1 @@')]],
  ['fix', [file('examples/fixes/seed-ready.ts')]],
  ['gzip', [file('test/fixtures/logs/26-qemu-virt-smmuv3-acpi-7.2.13.log.gz')]],
  ['elf', [Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1])]],
  ['text', [text('hello, world'), file('README.md'), text('[TO DO]', 'nothing')]],
  ['binary', [Uint8Array.from({ length: 500 }, (_, i) => (i * 37) % 256)]],
];

test.each(samples)('%s', (content, inputs) => {
  expect(inputs.map(contentOf)).toEqual(inputs.map(() => content));
  expect(contentNames[content]).toMatch(/^[a-zA-Z]/);
});
