// SPDX-License-Identifier: GPL-2.0-only
// The page beside the module: how it is run on a machine of one's own, and what to look for.

import { wrap } from '#base/text';
import type { Reproduction } from '#finding/reproduction';
import { EXPIRY_SECONDS } from './machine.ts';

/** The page for the finding of @plan; @args: what the module is loaded with. */
export function moduleDocument(plan: Reproduction, args: readonly string[]): string {
  const as = plan.window === null ? plan.property : `${plan.property} as ${plan.window}`;
  const paragraphs = [
    `This module forces ${as} on ${plan.device}, as it was found under ${plan.found}. It binds a` +
      ' driver of its own to that device while the IOMMU registers anew, and lets the two threads' +
      ' wait for each other at the functions below. Every wait ends by itself after timeout= ms.' +
      ' Without go=1 it does nothing. The hooks are gone when it has said "done"; what it unbound' +
      ' is bound anew by then, if its driver could be.',
    'Unbinding an IOMMU takes translation away from all devices behind it: use a machine that can' +
      ' be lost, boot it from memory, and let no disk be behind that IOMMU.',
    'The device has to be a platform device without a driver that is compatible with' +
      ' "racewindow,client": give it that in the device tree.',
    'It does not load under lockdown, nor where modules have to be signed, unless you sign it. It' +
      ' needs CONFIG_KPROBES, CONFIG_MODULES and arm64. A function that the kernel has inlined or' +
      ' forbids to probe is named in a line "no hook".',
  ];
  if (plan.waits.some((wait) => wait.includes('timeout:'))) {
    paragraphs.push(
      'The kernel has to give deferral up by itself: boot it with' +
        ` deferred_probe_timeout=${EXPIRY_SECONDS}, and load the module before that time is over.` +
        ' Registering a driver starts it anew.',
    );
  }
  const words = args.map((word) => `'${word}'`).join(' \\\n    ');
  return [
    paragraphs.map((text) => wrap(text).join('\n')).join('\n\n'),
    '',
    '  make -C /lib/modules/$(uname -r)/build M=$PWD modules',
    `  insmod racewindow.ko \\\n    ${words}`,
    '  dmesg | grep racewindow',
    '',
    'What to look for:',
    '',
    '  met at POINT         a wait ended because the other thread got there',
    '  timed out at POINT   it did not within that time',
    '  probe ... group -1   the driver was probed without a group',
    '  dma direct           its DMA went past the IOMMU',
    '  order ... group N    groups as the bus lists its devices: not in order',
    '  late IOMMU probe     the warning of the kernel itself',
    '',
  ].join('\n');
}
