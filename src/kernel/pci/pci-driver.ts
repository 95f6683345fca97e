// SPDX-License-Identifier: GPL-2.0-only
// The PCI bus: drivers/pci/pci-driver.c of v7.2.
import type { Errno } from '#env/errno';
import type { Kfn } from '#env/op';
import type { Kernel } from '../kernel.ts';
import type { Device } from '../types.ts';

/**
 * Models pci_dma_configure() of v7.2: the firmware is that of the host bridge.
 */
export function* pci_dma_configure(k: Kernel, dev: Device): Kfn<Errno> {
  return yield* k.model__dma_configure_as(k.sw.pci_driver_read, dev);
}
