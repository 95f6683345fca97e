// SPDX-License-Identifier: GPL-2.0-only
// The AMBA bus: drivers/amba/bus.c of v7.2.
import type { Errno } from '#env/errno';
import type { Kfn } from '#env/op';
import type { Kernel } from '../kernel.ts';
import type { Device } from '../types.ts';

/** Models amba_dma_configure() of v7.2. WINDOW: dev->driver is read twice. */
export function* amba_dma_configure(k: Kernel, dev: Device): Kfn<Errno> {
  return yield* k.model__dma_configure_as(k.sw.amba_driver_read, dev);
}
