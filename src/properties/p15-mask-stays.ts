// SPDX-License-Identifier: GPL-2.0-only
// P15: the DMA mask that a driver has set stays for as long as the driver is bound.

import type { Value } from '#env/op';
import { heard, type Property, type WatchedDevice } from './context.ts';

/** What a driver has set: of which device, in which word, how many bits. */
type Set = readonly [device: string, word: string, bits: number];

/**
 * A driver stores its mask in two words, *dev->dma_mask and dev->coherent_dma_mask. From then on,
 * until dev->driver is cleared, whoever limits one of them has to leave what the driver has stored.
 * What firmware limits (dev->bus_dma_limit) counts for the DMA API beside the mask, so that a word
 * that is cut to that limit, and no further, is as good as one that is not.
 */
export const maskStays: Property = {
  id: 'P15',
  name: 'mask-stays',
  rule: 'the DMA mask that a driver has set stays as it is for as long as the driver is bound',
  seen: 'nothing in the log; wrong data, or buffers that are bounced or cannot be mapped',
  harm: 'memory',
  means: 'the device gets DMA addresses that it can not reach, and writes to other memory',
  // A mask of fewer bits than the device was made with can only be widened, others only be cut.
  gravityIn: ({ devices }) => (devices.some((d) => (d.driver?.dmaMask ?? 64) < 32) ? widened : cut),
  kind: 'always',
  concerns: ({ devices }) => devices.some((d) => d.driver?.dmaMask !== undefined),
  asked: {
    what: 'a driver that sets a DMA mask of its own',
    events: ['dma-mask-set'],
    holds: (e, _peek, ctx) => e.name === 'dma-mask-set' && ctx.isFocus(ctx.device(e.dev)),
  },
  subjects: (ctx) => ctx.devices.filter(setsMask).map((d) => d.handle),
  make: (ctx) => ({
    id: 'P15',
    events: ['dma-mask-set', 'dma-mask-limited', 'driver-clear'],
    reads: [],
    initial: [],
    onEvent: (state, run) => {
      const e = heard(run);
      const sets = state as readonly Set[];
      if (e.name === 'driver-clear') {
        const { name } = ctx.device(e.dev).data;
        return { state: sets.filter(([device]) => device !== name) as readonly Value[] };
      }
      if (e.name !== 'dma-mask-set' && e.name !== 'dma-mask-limited') return undefined;
      const { data } = ctx.device(e.dev);
      const [before] = sets.filter(([device, word]) => device === data.name && word === e.word);
      if (e.name === 'dma-mask-set') {
        const others = sets.filter((set) => set !== before);
        return { state: [...others, [data.name, e.word, e.bits]] as readonly Value[] };
      }
      if (before === undefined) return undefined;
      const [, , bits] = before;
      const limit = data.dmaLimit ?? 64;
      if (Math.min(bits, limit) === Math.min(e.bits, limit)) return undefined;
      return {
        state,
        report: {
          subject: data.name,
          because:
            `its driver has set DMA_BIT_MASK(${bits}), and ${e.thread} stores ` +
            `DMA_BIT_MASK(${e.bits}) in ${wordText(e.word)}`,
          facts: { thread: e.thread, word: e.word, set: bits, now: e.bits },
        },
      };
    },
  }),
};

const widened = { harm: maskStays.harm, means: maskStays.means };
const cut = {
  harm: 'dead',
  means:
    'the device is held to low addresses: buffers are bounced, and where that can not be, its ' +
    'DMA can not be mapped',
} as const;

function setsMask({ data }: WatchedDevice): boolean {
  return data.driver?.dmaMask !== undefined;
}

/** As C has it: dev->dma_mask is a pointer. */
function wordText(word: string): string {
  return word === 'dma_mask' ? '*dev->dma_mask' : `dev->${word}`;
}
