// SPDX-License-Identifier: GPL-2.0-only
// C23: a client still waits although nothing that it waits for is to come.

import type { GroupHandle } from '#properties/context';
import type { WindowSignature } from './signature.ts';
import type { Window } from './window.ts';

/** No state: its group, if it has one, is complete, so a retry would bind the driver. */
const signature: WindowSignature = {
  make: (ctx) => ({
    events: [],
    reads: ['device.iommu_group', 'iommu_group.default_domain'],
    initial: null,
    step: (state) => state,
    explains(_state, report, peek) {
      if (report.property !== 'P7') return false;
      const d = ctx.clients.find((x) => x.data.name === report.subject);
      const group = d && (peek.get(d.handle, 'iommu_group') as GroupHandle | null);
      return d !== undefined && (!group || peek.get(group, 'default_domain') !== null);
    },
  }),
};

export const c23: Window = {
  id: 'C23',
  name: 'lost-deferral-wakeup',
  title: 'A deferred client is not retried',
  text:
    'The event that a client waits for comes before it is on the pending list. The trigger ' +
    'count makes up for that; what defers for ever is a client whose event never comes.',
  threads: ['bind', 'any bind that succeeds'],
  precondition: 'a client defers while another device binds',
  symptom: 'a device that stays in devices_deferred',
  symptomOf: ['P7'],
  ways: [],
  links: ['https://lore.kernel.org/r/0eec5f84-6b39-43ba-ab2f-914688a5cf45@nvidia.com'],
  confidence: 0.1,
  kind: 'race',
  needs: ['a deferred bind'],
  worlds: [],
  signatures: { main: signature },
};
