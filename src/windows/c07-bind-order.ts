// SPDX-License-Identifier: GPL-2.0-only
// C07: the walk cannot parse firmware, so devices are probed in the order their drivers bind.

import { isOrder, perDevice, unvisited } from './signature.ts';
import type { Window } from './window.ts';

const ENODEV = 19;

/**
 * Passed over: a walk, or the notifier, came to it, and for want of firmware data gave it up
 * without having it parsed. From then on it waits for a bind. Passed before: so it was by the walks
 * of all its IOMMUs, before the run. Parsed: it has, or had, a fwspec. With fwspec: it has one from
 * before the run, which since v6.15 the first walk that does not find its IOMMU takes away.
 */
type State = 'new' | 'with fwspec' | 'losing fwspec' | 'passed before' | 'passed over' | 'parsed';

/** Up to v6.14 a probe that finds no ops ends there, and leaves the fwspec as it is. */
function isPassedOver(state: State | undefined): boolean {
  return state === 'passed over' || state === 'losing fwspec';
}

export const c07: Window = {
  id: 'C07',
  name: 'bind-order-probing',
  title: 'Devices are probed in the order in which drivers bind',
  text:
    'The fwspec exists only once a driver binds, so the walk finds nothing to probe: groups ' +
    'come in bind order, and a device without a driver gets none.',
  threads: ['walk', 'bind'],
  precondition: 'none: a device behind an IOMMU is enough',
  symptom: 'group ids change from boot to boot; devices without a driver are in no group',
  log: [{ seen: { kind: 'out of order', withDriver: true }, firmware: 'dt' }],
  symptomOf: ['P2', 'P8'],
  ways: [{ opened: null, closed: ['bcb81ac6ae3c'] }],
  links: ['https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com'],
  confidence: 1,
  kind: 'sequential',
  needs: ['a bind'],
  worlds: [{ world: 'hand:walk+bind exynos', found: ['6.8'], absent: ['6.15-rc1'] }],
  signatures: {
    /** Needs no race: a driver bound late, or none, is enough. */
    main: perDevice<State>((ctx) => ({
      events: ['configure-begin', 'configure-skipped', 'ops-missing', 'init-end', 'fwspec-built'],
      initial: (d) => {
        if (d.data.parsed) return 'with fwspec';
        return d.data.present && unvisited(ctx, d).length === 0 ? 'passed before' : 'new';
      },
      step(state, e) {
        if (state === 'passed over' || state === 'parsed') return state;
        if (state === 'with fwspec' && e.name === 'ops-missing') return 'losing fwspec';
        if (state === 'losing fwspec' && e.name === 'init-end') return 'new';
        if (e.name !== 'ops-missing' && e.name !== 'init-end') return 'parsed';
        const failed = e.name === 'ops-missing' || e.errno === -ENODEV;
        return failed && e.by !== 'replay' ? 'passed over' : 'new';
      },
      explains(devices, report) {
        if (isOrder(report)) return devices.named.some(isPassedOver);
        const state = devices.of(report.subject);
        return report.property === 'P8' && (isPassedOver(state) || state === 'passed before');
      },
    })),
  },
};
