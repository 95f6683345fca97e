// SPDX-License-Identifier: GPL-2.0-only
// The CDX bus: drivers/cdx/cdx.c of v7.2.
import type { Errno } from '#env/errno';
import type { Kfn } from '#env/op';
import type { Kernel } from '../kernel.ts';
import type { Device } from '../types.ts';

/**
 * Models cdx_dma_configure() of v7.2. WINDOW: dev->driver is read twice, and a deferral is
 * swallowed: only errors of the firmware other than that are returned, and there are none.
 */
export function* cdx_dma_configure(k: Kernel, dev: Device): Kfn<Errno> {
  yield* k.model__dma_configure_as(k.sw.cdx_driver_read, dev);
  return 0;
}
