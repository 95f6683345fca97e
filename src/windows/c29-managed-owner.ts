// SPDX-License-Identifier: GPL-2.0-only
// C29: a driver that manages DMA itself is let in before the walk has finished its group.

import type { World } from '#worlds/world';
import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

/**
 * Let in: its driver, which manages DMA itself, probes while its group has no default domain.
 * Owner: such a driver has claimed the group, which had none.
 */
type State = 'outside' | 'let in' | { readonly kind: 'owner'; readonly group: string };

export const c29: Window = {
  id: 'C29',
  name: 'driver-managed-owner-vs-walk',
  title: 'A VFIO-like owner loses its domain to the walk',
  text:
    'A driver that manages DMA itself claims a group that has no default domain yet; the ' +
    'second loop of the walk then switches the group to a default domain under the owner.',
  threads: ['walk', 'bind with driver_managed_dma'],
  precondition: 'such a driver binds during a late registration',
  symptom: 'DMA of the owner hits the wrong domain',
  symptomOf: ['P3', 'P6'],
  ways: [{ opened: '1ea2a07a532b', closed: [] }],
  links: [],
  confidence: 0.65,
  kind: 'race',
  needs: ['a claim of DMA ownership'],
  worlds: [
    { world: 'hand:walk+bind managed', found: ['7.2'], absent: ['6.14'] },
    { world: 'hand:walk+bind managed intel', found: ['6.0'] },
  ],
  signatures: {
    /** Nothing makes such a driver wait for a default domain, as others do. */
    main: perDevice<State>(
      ({ world }) => {
        const isManaged = (d: World['devices'][number]) => d.driver?.managedDma === true;
        return {
          events: world.devices.some(isManaged) ? ['driver-probe', 'dma-owner'] : [],
          reads: world.devices.some(isManaged)
            ? ['device.iommu_group', 'iommu_group.default_domain']
            : [],
          initial: 'outside',
          step(state, e, d, peek) {
            if (!isManaged(d.data)) return state;
            const group = peek.get(d.handle, 'iommu_group');
            if (!group || peek.get(group, 'default_domain')) return 'outside';
            if (e.name === 'driver-probe') return 'let in';
            return e.name === 'dma-owner' && e.errno === 0
              ? { kind: 'owner', group: group.name }
              : state;
          },
          explains(devices, report) {
            if (report.property === 'P3') return devices.of(report.subject) === 'let in';
            if (report.property !== 'P6') return false;
            return devices.some((x) => typeof x === 'object' && x.group === report.subject);
          },
        };
      },
      { rules: ['P3', 'P6'] },
    ),
  },
};
