// SPDX-License-Identifier: GPL-2.0-only
// C17: cdx_dma_configure() returns 0 whatever happened, so that a driver binds without its IOMMU.

import type { EventName } from '#env/events';
import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** A bind whose dma_configure has yet to count it as a user, and whether it was told to defer. */
interface Configured {
  readonly kind: 'configured';
  readonly by: string;
  readonly deferred: boolean;
}

/**
 * Swallowed: the probe body of such a bind runs. dma_configure ends with that count, so that it has
 * ended earlier, with an error that the bind was not told.
 */
type State = Configured | 'idle' | 'swallowed';

export const c17: Window = {
  id: 'C17',
  name: 'cdx-swallows-deferral',
  title: 'CDX devices bind without their IOMMU',
  text: 'cdx_dma_configure() returns 0 whatever happened, so a deferral is lost.',
  threads: ['bind'],
  precondition: 'a CDX device whose IOMMU is absent or not ready',
  symptom: 'a CDX device that does direct DMA',
  symptomOf: ['P3', 'P11'],
  ways: [{ where: { bus: 'cdx' }, opened: '2959ab247061', closed: [] }],
  links: [],
  confidence: 0.9,
  kind: 'sequential',
  reachedSince: '2959ab247061',
  needs: ['a bind on CDX during a registration'],
  worlds: [{ world: 'hand:walk+bind cdx', found: ['7.2'] }],
  signatures: {
    main: perDevice<State>(({ world }) => ({
      // Heard only where there is such a bus: what is heard costs interleavings.
      events: world.devices.some((d) => d.bus === 'cdx') ? EVENTS : [],
      initial: 'idle',
      step(state, e, d) {
        if (state === 'swallowed' || d.data.bus !== 'cdx') return state;
        if (e.name === 'driver-set') return { kind: 'configured', by: e.thread, deferred: false };
        if (state === 'idle' || state.by !== e.thread) return state;
        switch (e.name) {
          case 'not-ready-deferred':
            return { ...state, deferred: true };
          case 'use-default-domain':
            return e.errno === 0 ? 'idle' : { ...state, deferred: true };
          case 'driver-probe':
            // One that manages its DMA counts itself nowhere.
            return state.deferred || !d.data.driver?.managedDma ? 'swallowed' : 'idle';
          default:
            return 'idle';
        }
      },
      explains: (devices, report) =>
        ['P3', 'P8', 'P10', 'P11'].includes(report.property) && devices.about.includes('swallowed'),
    })),
  },
};

const EVENTS: readonly EventName[] = [
  'driver-set',
  'driver-clear',
  'not-ready-deferred',
  'use-default-domain',
  'driver-probe',
];
