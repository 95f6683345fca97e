// SPDX-License-Identifier: GPL-2.0-only
// Access Control Services of PCI functions, and when they are on: drivers/pci/pci.c of v7.2.
import { type Kfn, load, store } from '#env/op';
import type { Kernel } from '../kernel.ts';
import type { Device } from '../types.ts';

/**
 * Models pci_request_acs() of v7.2: from now on pci_enable_acs() does something.
 * ABSTRACTED: scenes without functions that have ACS.
 */
export function* pci_request_acs(k: Kernel): Kfn<void> {
  if (k.config.acs) yield* store(k.pci, 'acs_enable', true);
}

/**
 * Models pci_enable_acs() of v7.2.
 * WINDOW: no lock; whoever asks pci_device_group() meanwhile sees the one or the other.
 */
export function* pci_enable_acs(k: Kernel, dev: Device): Kfn<void> {
  if (!dev.acs) return;
  if (yield* load(k.pci, 'acs_enable')) yield* store(dev, 'acs_enabled', true);
}

/**
 * One function that a scan has found.
 *
 * Models pci_acs_init() of v7.2; up to v6.19 it enabled ACS, for those who had asked before.
 * ABSTRACTED: the rest of pci_device_add(), which ends in device_add().
 */
export function* pci_acs_init(k: Kernel, dev: Device): Kfn<void> {
  if (!k.sw.acs_after_configure) yield* k.pci_enable_acs(dev);
}
