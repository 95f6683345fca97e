// SPDX-License-Identifier: GPL-2.0-only
// A proposal for C44: the DMA masks are limited where a driver binds, and nowhere else.
//
// Nobody but a driver uses the masks, and the device lock is held from before the masks are limited
// until the driver is unbound; but the walk, which asks for the firmware of the device, holds no
// such lock. So let dma_configure say what firmware limits (dev->bus_dma_limit, a constant), and
// really_probe() apply it to the masks, just before it calls the driver.
//
// What it does not change: a device that is configured and never bound keeps the masks that it was
// made with. Code outside of buses that calls of_dma_configure() for a device without a driver, and
// maps buffers for it, is still held to bus_dma_limit.
//
//   racewindow try examples/fixes/c44-masks-at-bind.ts --kernel 7.2
import { defineCommit } from 'racewindow/kernel';

export default defineCommit({
  sha: 'c44-masks-at-bind',
  subject: 'driver core: Limit DMA masks when a driver binds',
  landed: 'example',
  fixes: ['bcb81ac6ae3c'],
  link: null,
  requires: ['bcb81ac6ae3c'],
  conflicts: [],
  apply(draft) {
    const { of_dma_configure__masks, acpi_arch_dma_setup__masks, call_driver_probe } = draft.fns;

    draft.fns.of_dma_configure__masks = function* () {};
    draft.fns.acpi_arch_dma_setup__masks = function* () {};

    draft.fns.call_driver_probe = function* (k, dev, drv) {
      if (dev.hasMasks) {
        if (dev.firmware === 'dt') yield* of_dma_configure__masks(k, dev, dev.dmaRanges);
        else yield* acpi_arch_dma_setup__masks(k, dev);
      }
      return yield* call_driver_probe(k, dev, drv);
    };
  },
});
