// SPDX-License-Identifier: GPL-2.0-only
// The files that come with the program: of the module, the first program, and the machine.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const guestUrl = new URL('../../src/reproduce/guest/', import.meta.url);
const boardsUrl = new URL('../../examples/boards/', import.meta.url);

/** The files that make up the module. */
export const moduleFiles = [
  'racewindow.h',
  'order.c',
  'client.c',
  'iommu.c',
  'scene.c',
  'Makefile',
] as const;

/** The files that a machine is built of. */
export const guestFiles = [...moduleFiles, 'init.c'] as const;

/** The text of a file of the guest. */
export function guestFile(name: string): string {
  return readFileSync(new URL(name, guestUrl), 'utf8');
}

/** The blob that the machine is booted with: what it has, `check` can be asked about. */
export const boardFile = fileURLToPath(new URL('qemu-virt.dtb', boardsUrl));

/** The same machine with two IOMMUs that our module drives, and their clients. */
export const unitsFile = fileURLToPath(new URL('qemu-virt-two.dtb', boardsUrl));
