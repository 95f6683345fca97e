// SPDX-License-Identifier: GPL-2.0-only
// Excerpts, as people put them into mails: no first line, the release only beside a call trace.

import { joins, type LogCase, late, log, smmu, version } from './build.ts';

const sata = 'ee300000.sata';
const dpu = '19470000.dpu';

/** What a call trace has beside its frames. */
function beside(release: string): string[] {
  return [
    `CPU: 1 UID: 0 PID: 13 Comm: kworker/u8:1 Not tainted ${release} #315`,
    'Hardware name: Some Board (DT)',
  ];
}

/** A late probe with the release of the kernel between the warning and its call trace. */
function warned(
  driver: string,
  device: string,
  by: 'walk' | 'replay' | 'notifier',
  release: string,
): string[] {
  const lines = late(driver, device, by);
  const at = lines.findIndex((line) => line.startsWith('Call trace'));
  return [...lines.slice(0, at), ...beside(release), ...lines.slice(at)];
}

/** As a mail has it: quoted, without stamps, and wrapped before the release. */
function mailed(lines: readonly string[]): string {
  const wrapped = lines.map((line) => line.replace('Not tainted ', 'Not tainted\n> '));
  return `${wrapped.map((line) => `>     ${line}`).join('\n')}\n`;
}

/** Excerpts. */
export const excerpts: readonly LogCase[] = [
  {
    name: 'a call trace names the release: one or two IOMMUs before the device decide',
    log: log(
      warned('dpu', dpu, 'walk', '6.19.0-mainline-g2887d9327e73-dirty'),
      joins('dpu', dpu, 1),
    ),
    verdict: 'race',
    cause: 'unknown',
    windows: { C08: 'no', C13: 'can not tell', C14: 'fits', C31: 'no' },
  },
  {
    name: 'the same in a mail that has wrapped the line',
    log: mailed(warned('dpu', dpu, 'walk', '6.19.0-mainline-g2887d9327e73-dirty')),
    verdict: 'race',
    cause: 'unknown',
    windows: { C08: 'no', C13: 'can not tell', C14: 'fits', C31: 'no' },
  },
  {
    name: 'a tree of its own, which warns as its release does not',
    log: mailed(warned('sata_rcar', sata, 'replay', '6.14.0-rc3-rcar3-00020-g73d2f10957f5-dirty')),
    verdict: 'can not tell',
    cause: 'unknown',
    windows: { C09: 'can not tell', C15: 'can not tell' },
  },
  {
    name: 'linux-next of those days, by its call trace',
    log: log(
      warned('reg-dummy', 'reg-dummy', 'replay', '6.14.0-rc6-next-20250312-00001-g9fbcd7b3'),
    ),
    verdict: 'no race',
    cause: 'false-warning',
  },
  {
    name: 'a tree of those days that linux-next was made of, on x86',
    log: log(warned('reg-dummy', 'reg-dummy', 'notifier', '6.14.0-rc6-iommu-next+')),
    verdict: 'no race',
    cause: 'false-warning',
  },
  {
    name: 'uname -a stands before what is pasted',
    log: [
      'Linux box 6.18.21 #1 SMP PREEMPT Debian 6.18.21-1 aarch64 GNU/Linux',
      log(late('sata_rcar', sata, 'replay')),
    ].join('\n'),
    verdict: 'race',
    cause: 'C10',
    windows: { C09: 'no', C10: 'fits' },
  },
  {
    name: 'two releases: which of them has printed it is not known',
    log: log(
      warned('sata_rcar', sata, 'replay', '6.15.0'),
      warned('sata_rcar', sata, 'replay', '7.2.3'),
    ),
    verdict: 'can not tell',
    cause: 'unknown',
    windows: { C09: 'can not tell', C10: 'can not tell' },
  },
  {
    name: 'a start of one release, and a call trace of another',
    log: log(
      version('7.2.3'),
      smmu,
      joins('sata_rcar', sata, 2),
      warned('sata_rcar', sata, 'replay', '6.15.0'),
    ),
    verdict: 'can not tell',
    cause: 'unknown',
    windows: { C09: 'can not tell', C10: 'can not tell', C13: 'can not tell' },
  },
  {
    name: 'uname -a of another machine beside a log with a start',
    log: [
      'Linux lab 6.1.0-18-amd64 #1 SMP Debian 6.1.76-1 x86_64 GNU/Linux',
      log(version('7.2.3'), smmu, warned('sata_rcar', sata, 'replay', '7.2.3')),
    ].join('\n'),
    verdict: 'race',
    cause: 'C10',
    windows: { C09: 'no', C10: 'fits' },
  },
  {
    name: 'IVRS: of all windows one is left, and the log does not tell whether it is that',
    log: log(
      version('7.2.3'),
      'ACPI: IVRS 0x000000007F7F0000 0000EC (v02 AMD    BOCHS    00000001)',
      warned('xhci_hcd', '0000:03:00.0', 'replay', '7.2.3'),
    ),
    verdict: 'can not tell',
    cause: 'unknown',
    windows: { C09: 'no', C13: 'can not tell' },
  },
  {
    name: 'a call trace of an enterprise kernel, which has the warning as its release has not',
    log: mailed(
      warned('sata_rcar', sata, 'replay', '6.12.0-211.el10.aarch64').map((line) =>
        line.replace('Not tainted', 'Tainted: G        W         -------  --- '),
      ),
    ),
    verdict: 'can not tell',
    cause: 'unknown',
    windows: { C09: 'can not tell', C10: 'can not tell' },
  },
];
