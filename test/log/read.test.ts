// SPDX-License-Identifier: GPL-2.0-only
// The reader: whatever stands before a message, and whatever a mail has done to it.

import { describe, expect, test } from 'vitest';
import { kernelOf } from '#diagnosis/kernel-of';
import { type BootLog, type LogEvent, readLog, readRelease } from '#log/index';
import { joins, late, log, smmu3, version } from './suite/build.ts';

function read(text: string): BootLog {
  const done = readLog(new TextEncoder().encode(text), 'a log');
  if (!done.ok) throw new Error(done.error.message);
  return done.value;
}

const message = 'pci 0000:00:01.0: Adding to iommu group 1';

test.each([
  ['nothing', ''],
  ['a stamp', '[    3.805282] '],
  ['a stamp and a caller', '[    2.308076][    T1] '],
  ['a level', '<4>[    6.246790] '],
  ['a date of dmesg -T', '[Sat Oct 16 18:15:30 2021] '],
  ['dmesg -H', '[  +0.000011] '],
  ['dmesg -d', '[    3.687469 <    0.000005>] '],
  ['a journal', 'Nov 11 10:28:54 host kernel: '],
  ['a journal with parts of seconds', 'Jan 11 10:54:31.223848 maz-pc kernel: '],
  ['a journal with stamps', '[    3.456789] host kernel: '],
  ['an ISO journal', '2025-11-11T10:28:54+0000 host kernel: '],
  ['syslog with a facility', '2015-10-01T18:25:37.34490 kern.info: [    0.943830] '],
  ['a lab', '2025-04-11T10:28:54.123456  <6>[    3.805282] '],
  ['a lab with numbered lines', ' 1567 01:00:24.574515  <4>[   18.248071] '],
  ['a label of a test', 'CI-HINT: Jan 02 07:40:40 qcom-armv8a kernel: '],
  ['a debugger', '0x000000000277BBFA |   1263.468579:   '],
  ['a vendor', '[    3.805282] (2)[123:kworker/u8:1]'],
  ['a vendor with spaces', '<6>[    3.805282] [1:      swapper/0:    1] '],
  ['a vendor with a core', '[    3.805282] c0 1 (swapper/0) '],
  ['a vendor with a dash', '<6>[    3.805282] -(0)[1:swapper/0]'],
  ['logcat', '01-01 08:00:02.100     0     0 I         : '],
  ['/dev/kmsg', '6,339,3805282,-;'],
  ['/dev/kmsg with a caller', '4,340,3805282,-,caller=T1;'],
  ['RFC 5424', '<30>1 2025-05-01T10:00:00.123456+00:00 host kernel - - - '],
  ['ts', 'May  1 10:00:00 [    3.805282] '],
  ['a console server', 'ttyS0 10:00:00: [    3.805282] '],
  ['a table', '  | [    3.805282] '],
  ['a mail', '> [    3.805282] '],
  ['a mail of a mail', '> > [    3.805282] '],
  ['colours', '\u001b[32m[    3.805282]\u001b[0m '],
])('a message is known behind %s', (_, prefix) => {
  const group = read(`${prefix}${message}\r\n`).events.find((e) => e.kind === 'group');
  expect(group).toMatchObject({ device: '0000:00:01.0', prefix: 'pci', group: 1, line: 1 });
});

test('a caller and seconds are kept', () => {
  const [event] = read(`[    2.308076][  T24] ${message}`).events;
  expect(event).toMatchObject({ seconds: 2.308076, caller: 'T24' });
});

test('a stamp counts behind whatever stands there, and not far out in a text', () => {
  const [near] = read(`[ttyUSB0:115200] [    2.308076] ${message}`).events;
  expect(near).toMatchObject({ kind: 'group', prefix: 'pci', seconds: 2.308076 });
  const prose = 'So it is in each of the many boots. '.repeat(3);
  const far = read(`${prose}[    2.308076] ${message}\n[    3.805282] ${message}`);
  expect(far.events.flatMap((e) => e.seconds ?? [])).toEqual([3.805282]);
});

test.each([
  [
    'ftrace',
    ' init-1 [002] ..... 1.234567: add_device_to_group: IOMMU: groupID=3 device=0000:00:01.0',
  ],
  ['tp_printk', '[    1.234567] add_device_to_group: IOMMU: groupID=3 device=0000:00:01.0'],
  ['v5.2', '[    1.234567] iommu: Adding device 0000:00:01.0 to group 3'],
  ['a driver', '[    1.234567] nvme 0000:00:01.0: Adding to iommu group 3'],
])('a group is told by %s', (_, line) => {
  expect(read(line).events).toMatchObject([{ kind: 'group', device: '0000:00:01.0', group: 3 }]);
});

describe('mails', () => {
  const whole = log(
    version('7.2.12'),
    smmu3,
    late('rwc', 'b000000.rwc', 'walk'),
    joins('rwc', 'b000000.rwc', 0),
  );
  const kinds = (text: string): string[] => read(text).events.map((e: LogEvent) => e.kind);

  test('that quote say the same', () => {
    expect(kinds(whole.replace(/^/gm, '> '))).toEqual(kinds(whole));
  });

  test('that wrap say the same', () => {
    const wrapped = whole.replace(/(.{50,68}) /g, '$1\n');
    expect(kinds(wrapped)).toEqual(kinds(whole));
  });

  test('that quote and wrap say the same', () => {
    const wrapped = whole.replace(/(.{50,68}) /g, '$1\n').replace(/^/gm, '> ');
    expect(kinds(wrapped)).toEqual(kinds(whole));
  });

  test('that are quoted-printable say the same, at the lines of the mail', () => {
    const body = whole.replace(/=/g, '=3D').replace(/(.{70})(?=.)/g, '$1=\n');
    const mail = `From: a@example.org\nContent-Transfer-Encoding: quoted-printable\n\n${body}`;
    expect(kinds(mail)).toEqual(kinds(whole));
    expect(read(mail).events[0]?.line).toBe(4);
  });

  test('of a web page say the same', () => {
    expect(kinds(whole.replace(/</g, '&lt;').replace(/>/g, '&gt;'))).toEqual(kinds(whole));
  });
});

test('a call trace is kept with the warning that it belongs to', () => {
  const [event] = read(log(late('rwc', 'b000000.rwc', 'replay'))).events;
  expect(event).toMatchObject({ kind: 'late', device: 'b000000.rwc' });
  expect(event?.kind === 'late' && event.trace?.frames.slice(0, 3)).toEqual([
    '__iommu_probe_device',
    'iommu_probe_device',
    'of_iommu_configure',
  ]);
});

test.each([
  [
    '6.1.0-50-arm64 (a@x) (gcc-12 (Debian 12.2.0-14) 12.2.0) #1 SMP Debian 6.1.176-1 (2026-07)',
    6,
    1,
    176,
    null,
  ],
  [
    '6.8.0-48-generic (b@x) (gcc-13 (Ubuntu 13.2.0-23) 13.2.0) (Ubuntu 6.8.0-48.48-generic 6.8.12)',
    6,
    8,
    12,
    null,
  ],
  ['6.15.0-rc1 (x@y) #109', 6, 15, 0, 1],
  ['7.2.13+deb14-arm64 (debian-kernel@x)', 7, 2, 13, null],
  ['5.10.0 (x@y)', 5, 10, 0, null],
])('the release of %s', (text, major, minor, patch, rc) => {
  expect(readRelease(text)).toMatchObject({ major, minor, patch, rc });
});

test.each([
  ['6.15.0', false],
  ['7.2.13+deb14-arm64', false],
  ['6.8.0-48-generic', false],
  ['6.11.4-301.fc41.x86_64', false],
  ['6.12.1-arch1-1', false],
  ['7.2.12-rw', true],
  ['6.16.0-00012-g1234567890ab', true],
  ['6.18.0-qcom', true],
  ['6.12.0-124.el10.x86_64', true],
  ['6.4.0-150600.23.25-default', true],
  ['6.11.3-1-default', false],
])('whether %s is built by its user', (text, isOwn) => {
  expect(readRelease(text)?.isOwn).toBe(isOwn);
});

const fishy = 'sata ee300000.sata: late IOMMU probe at driver bind, something fishy here!';

/** Who probed, in the warning with the @frames. */
function callers(...frames: readonly string[]): readonly string[] {
  const cut = '------------[ cut here ]------------';
  const warning =
    'WARNING: CPU: 1 PID: 1 at drivers/iommu/iommu.c:587 __iommu_probe_device+0x2d8/0x5f8';
  const [event] = read(log(cut, fishy, warning, 'Call Trace:', frames)).events;
  return event?.kind === 'late' ? (event.trace?.frames ?? []) : [];
}

test('of x86, what may be left over on the stack is no caller', () => {
  const frames = [' <TASK>', ' ? report_bug+0x1/0x2', ' __iommu_probe_device+0x1/0x2'];
  const left = [' ? probe_iommu_group+0x1/0x2', ' iommu_bus_notifier+0x1/0x2', ' </TASK>'];
  expect(callers(...frames, ...left)).toEqual(['__iommu_probe_device', 'iommu_bus_notifier']);
});

test.each([
  ['', ' warn_slowpath_fmt from __iommu_probe_device+0x1/0x2'],
  [', told in full', '[<c010>] (warn_slowpath_fmt) from [<c011>] (__iommu_probe_device+0x1/0x2)'],
])('of 32-bit Arm callers stand behind "from"%s', (_, inner) => {
  const outer = [' __iommu_probe_device from iommu_probe_device+0x1/0x2'];
  expect(callers(inner, ...outer)).toEqual(['__iommu_probe_device', 'iommu_probe_device']);
});

test.each([
  'Not tainted',
  'Tainted: P           OE     ',
  'Tainted: G        W         -------  --- ',
  'Kdump: loaded Not tainted',
])('a call trace names its kernel behind "%s"', (tainted) => {
  const line = `CPU: 1 UID: 0 PID: 13 Comm: (udev-worker) ${tainted} 6.12.0-55.el10.x86_64 #1`;
  const text = '6.12.0-55.el10.x86_64 #1';
  expect(read(`${line}\n`).events).toMatchObject([{ kind: 'running', by: 'trace', text }]);
});

const debian = '6.1.0-18-amd64 #1 SMP Debian 6.1.76-1';
test.each([
  // Name, the kernel of the model, and whether it is known to be that.
  [debian, '6.1.y', true],
  ['6.1.0-18-amd64', '6.1', false],
  ['6.8.0-45-generic #45-Ubuntu', '6.8', false],
  ['6.12.0-124.el10.aarch64', '6.12', false],
  ['6.6.30-v8+', '6.6', false],
  ['6.14.0', '6.14', true],
  ['6.14.0-rc3', '6.14', false],
  ['6.17.0-rc4', '6.17', true],
  ['6.15.0-rc2', '6.15-rc1', true],
  ['6.15.0-rc5', '6.15-rc1', false],
  ['6.15.0-rc6', '6.15.0', true],
  ['6.15.0', '6.15.0', true],
  ['6.15.0-3-generic', '6.15.0', false],
  ['6.15.1', '6.15.1', true],
  ['6.15.7', '6.15.1', false],
  // Of 6.19 no stable release was read; of 7.3 that was 7.3.4.
  ['6.19.0', '6.19', true],
  ['6.19.3', '6.19', false],
  ['7.3.4', '7.3', true],
  ['7.3.5', '7.3', false],
  ['7.2.3', '7.2', true],
  ['7.2.12', '7.2.y', true],
  ['7.4.0-rc1', undefined, false],
  ['7.3.0-rc2-next-20261001', undefined, false],
] as const)('the kernel of the model for %s', (text, name, exact) => {
  const { revision, exact: isExact } = kernelOf(readRelease(text));
  expect([revision?.name, isExact]).toEqual([name, exact]);
});
