// SPDX-License-Identifier: GPL-2.0-only
// C09: a client binds while its IOMMU registers, before the walk has come to it.

import { type Explained, isOrder, perDevice, unvisited } from './signature.ts';
import type { Window } from './window.ts';

/** Instances of the device whose walk has not visited it; the latest visit was a walk's first. */
interface Waiting {
  readonly kind: 'waiting';
  readonly left: readonly string[];
  readonly justVisited: boolean;
}

/**
 * Late: the device was probed on behalf of such a bind, by the replay, or by a first visit that
 * found the fwspec which the bind had just built. Groupless: on ACPI, where nothing replays, such a
 * bind went on without a group.
 */
type State = Waiting | 'late' | 'groupless';

const waiting = (left: readonly string[], justVisited = false): State => {
  return { kind: 'waiting', left, justVisited };
};

export const c09: Window = {
  id: 'C09',
  name: 'replay-during-register',
  title: 'A client replays the probe that the walk has not reached',
  text:
    'The instance is listed, the walk is on its way. A client that binds finds it, builds ' +
    'its fwspec and replays the probe: its group is allocated out of order, with a driver ' +
    'set.',
  threads: ['walk', 'bind'],
  precondition: 'a client binds while its IOMMU registers: an ordinary deferral is enough',
  symptom: 'late IOMMU probe at driver bind, something fishy here!',
  symptomOf: ['P1'],
  ways: [{ opened: 'bcb81ac6ae3c', closed: ['da33e87bd2bf'] }],
  links: ['https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/'],
  confidence: 1,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [
    {
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus: walk+bind+retry/1 client/bystanders 0+0',
      found: ['6.15-rc1'],
      absent: ['6.15.1'],
    },
  ],
  signatures: {
    main: perDevice<State>((ctx) => {
      const acpi = ctx.world.firmware === 'acpi';
      return {
        events: [
          'walk-visit',
          'configure-begin',
          'group-set',
          'use-default-domain',
          'fwspec-unguarded',
        ],
        initial: (d) => waiting(unvisited(ctx, d)),
        step(state, e) {
          if (typeof state === 'string') return state;
          // Before v6.7 the fwspec may be lost on the way, which is C03.
          if (e.name === 'fwspec-unguarded') return waiting([]);
          const { left, justVisited } = state;
          if (e.name === 'walk-visit') {
            const rest = left.filter((name) => name !== ctx.instance(e.instance));
            return waiting(rest, rest.length < left.length);
          }
          if (e.name === 'configure-begin') return waiting(left);
          if (e.name === 'use-default-domain') {
            const settled = e.errno === 0 && e.group === null;
            return acpi && settled && (left.length > 0 || justVisited) ? 'groupless' : state;
          }
          if (e.name !== 'group-set') return state;
          const early = e.by === 'replay' ? left.length > 0 : justVisited;
          return early ? 'late' : state;
        },
        explains(devices, report) {
          const state = devices.of(report.subject);
          if (report.property === 'P1') return state !== undefined && isLate(state, report);
          if (isOrder(report)) return devices.named.includes('late');
          return ['P3', 'P10', 'P11'].includes(report.property) && state === 'groupless';
        },
      };
    }),
  },
};

/** Where the warning came before the group (up to 73d2f10957f5), what the group would tell. */
function isLate(state: State, report: Explained): boolean {
  if (typeof state === 'string') return true;
  return report.facts['by'] === 'replay' ? state.left.length > 0 : state.justVisited;
}
