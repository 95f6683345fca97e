// SPDX-License-Identifier: GPL-2.0-only
// Scanning a PCI bus: drivers/pci/probe.c of v7.2.
import type { Kfn } from '#env/op';
import type { Kernel } from '../kernel.ts';
import type { Device } from '../types.ts';

/**
 * Add the functions of a slot, one after the other.
 *
 * Models pci_scan_slot() and pci_device_add() of v7.2.
 * ABSTRACTED: dev->match_driver, which keeps drivers away until all are there; a scene that wants
 * that registers the drivers afterwards.
 */
export function* pci_scan_slot(k: Kernel, functions: readonly Device[]): Kfn<void> {
  for (const dev of functions) {
    yield* k.pci_acs_init(dev);
    yield* k.device_add(dev);
  }
}
