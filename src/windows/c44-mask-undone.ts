// SPDX-License-Identifier: GPL-2.0-only
// C44: a probe that has dma_configure run for a device undoes the DMA mask that its driver sets.

import type { WatchedDevice } from '#properties/context';
import { excluding, including, perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** Threads in which a probe has dma_configure run, having seen no driver. */
type Configuring = readonly string[];

const hasMask = ({ data }: WatchedDevice): boolean => data.driver?.dmaMask !== undefined;

export const c44: Window = {
  id: 'C44',
  name: 'dma-mask-undone',
  title: 'dma_configure of a walk undoes the mask that a driver has set',
  text:
    'A walk, or the notifier, has seen no driver and has dma_configure run for the device, ' +
    'without the device lock. It reads the DMA masks, limits them and stores them, while a ' +
    'driver binds and sets them. A wider mask is cut back to 32 bits; of a narrower one the ' +
    '32 bits come back that the device can not reach. It concerns any device on a bus that is ' +
    'walked, behind an IOMMU or not.',
  threads: ['walk or device_add', 'bind'],
  precondition: 'a driver that sets a DMA mask binds while any IOMMU registers',
  symptom: null,
  symptomOf: [],
  ways: [{ opened: 'bcb81ac6ae3c', closed: [] }],
  links: [],
  confidence: 0.9,
  kind: 'race',
  needs: ['a driver that sets its DMA mask during a registration'],
  worlds: [
    { world: 'hand:masks wide', found: ['7.2', '6.15-rc1'], absent: ['6.14', '6.12.y'] },
    { world: 'hand:masks narrow', found: ['7.2'], absent: ['6.14'] },
    { world: 'hand:masks wide bare', found: ['7.2'], absent: ['6.14'] },
    { world: 'hand:masks narrow acpi', found: ['7.2'], absent: ['6.14'] },
  ],
  signatures: {
    /** Who stores what the driver has not set is in dma_configure for a probe of that device. */
    main: perDevice<Configuring>(
      (ctx) => ({
        events: ctx.devices.some(hasMask) ? ['configure-begin', 'init-end'] : [],
        initial: [],
        step(state, e) {
          if (e.name === 'configure-begin') return including(state, e.thread);
          return e.name === 'init-end' ? excluding(state, e.thread) : state;
        },
        explains: (devices, { property, subject, facts }) =>
          property === 'P15' && (devices.of(subject)?.includes(String(facts['thread'])) ?? false),
      }),
      { rules: ['P15'], all: true },
    ),
  },
};
