// SPDX-License-Identifier: GPL-2.0-only
// C24: what publishes an instance is seen before what was stored ahead of it.

import type { WindowSignature } from './common.ts';

/**
 * State: names of the devices whose group has been stored, in the order of the program; `!` once
 * someone has read READY as set while memory did not have one of these groups yet, or has found an
 * instance on the list without the fwnode that was stored first. Both take a store that overtakes
 * another one, so the signature listens in worlds with store buffers alone. Whoever has seen such a
 * thing works on what is not there, and what follows is explained by it.
 */
export const c24: WindowSignature = {
  window: 'C24',
  make: (ctx) => {
    const weak = ctx.world.switches.storeBuffers !== undefined;
    return {
      window: 'C24',
      events: weak ? ['group-set', 'ready-seen', 'instance-unfinished'] : [],
      reads: weak ? ['device.iommu_group'] : [],
      initial: '',
      step(state, e, peek) {
        if (state === '!' || e.name === 'instance-unfinished') return '!';
        const stored = (state as string).split(';').filter(Boolean);
        if (e.name === 'group-set') {
          const name = ctx.watched(e.args[0])?.data.name;
          if (name === undefined || stored.includes(name)) return state;
          return [...stored, name].sort().join(';');
        }
        const missing = ctx.devices.some(
          (d) => stored.includes(d.data.name) && peek.get(d.handle, 'iommu_group') === null,
        );
        return missing ? '!' : state;
      },
      explains: (state) => state === '!',
    };
  },
};
