// SPDX-License-Identifier: GPL-2.0-only
// The DMA masks of a device: kernel/dma/mapping.c of v7.2.
//
// A mask is kept as the number of its bits, so that DMA_BIT_MASK(a) & DMA_BIT_MASK(b), and the
// smaller of the two, is Math.min(a, b).
// ABSTRACTED: the masks of a device whose driver sets none (dev.hasMasks). Nobody else stores in
// them but those who limit them, all to what firmware says, or to what they had; P15 is about what
// a driver sets, and no other rule reads a mask. Masks with holes; no driver of mainline sets one.
import { type Kfn, load, store } from '#env/op';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import type { Device, MaskWord } from '../types.ts';

/**
 * A driver says which addresses its device can reach.
 *
 * Models dma_set_mask_and_coherent() of v7.2, and of v6.1.
 * ABSTRACTED: dma_supported(), which takes any mask of 32 bits or more, and each one where the
 * IOMMU core maps; a narrower one that it refuses is not set, and the probe goes on or fails.
 * INVARIANT: the device lock is held, which no other writer takes.
 */
export function* dma_set_mask_and_coherent(k: Kernel, dev: Device, bits: number): Kfn<void> {
  yield* k.dma_set_mask(dev, bits);
  yield* k.dma_set_coherent_mask(dev, bits);
}

/** Models dma_set_mask() of v7.2, and of v6.1. */
export function* dma_set_mask(_k: Kernel, dev: Device, bits: number): Kfn<void> {
  const word = dev.dmaMaskWord;
  yield* store(dev, word, bits);
  event('dma-mask-set', { dev, word, bits });
}

/** Models dma_set_coherent_mask() of v7.2, and of v6.1. */
export function* dma_set_coherent_mask(_k: Kernel, dev: Device, bits: number): Kfn<void> {
  yield* store(dev, 'coherent_dma_mask', bits);
  event('dma-mask-set', { dev, word: 'coherent_dma_mask', bits });
}

/**
 * One word is limited: `dev->coherent_dma_mask &= mask` in of_dma_configure_id() of v7.2, min() in
 * acpi_arch_dma_setup().
 * WINDOW: no lock is held. What a driver stores between the two is lost.
 */
export function* model__limit_dma_mask(
  _k: Kernel,
  dev: Device,
  word: MaskWord,
  limit: number,
): Kfn<void> {
  const bits = Math.min(yield* load(dev, word), limit);
  yield* store(dev, word, bits);
  event('dma-mask-limited', { dev, word, bits });
}
