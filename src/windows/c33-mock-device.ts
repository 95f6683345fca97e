// SPDX-License-Identifier: GPL-2.0-only
// C33: a mock device that cannot be added leaves its dev->iommu behind.

import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

type State = 'new' | { readonly kind: 'built'; readonly by: string } | 'left';

export const c33: Window = {
  id: 'C33',
  name: 'mock-device-error-path',
  title: 'The iommufd mock device keeps a stale dev->iommu',
  text:
    'iommu_mock_device_add() builds a fwspec and then adds the device. Where ' +
    'device_add() fails, ' +
    'only the fwspec is freed; dev->iommu is left to nobody.',
  threads: ['device_add'],
  precondition: 'the iommufd selftest, and a failing device_add()',
  symptom: 'kmemleak: unreferenced object, from iommu_fwspec_init()',
  log: [{ seen: { kind: 'leak', from: ['iommu_mock_device_add', 'iommu_fwspec_init'] } }],
  symptomOf: ['P14'],
  ways: [{ opened: '2a918911ed3d', closed: ['b7b0b3851474'] }],
  links: [
    'https://lore.kernel.org/r/' +
      '76AC62D46B998556+20260711055119.1003477-1-peiyang_he@smail.nju.edu.cn',
  ],
  confidence: 1,
  kind: 'sequential',
  needs: ['a mock device that cannot be added'],
  worlds: [{ world: 'hand:mock add', found: ['6.18', '7.2'], absent: ['6.17', '7.2.y'] }],
  signatures: {
    /** Left: who built the fwspec drops the device, and that has dev->iommu without it. */
    main: perDevice<State>(({ world }) => {
      const isMock = world.instances.some((i) => i.driver === 'mock');
      return {
        events: isMock ? ['fwspec-built', 'device-released'] : [],
        reads: isMock ? ['device.iommu', 'dev_iommu.fwspec'] : [],
        initial: 'new',
        step(state, e, d, peek) {
          if (state === 'left') return state;
          if (e.name === 'fwspec-built') return { kind: 'built', by: e.thread };
          if (state === 'new' || state.by !== e.thread) return state;
          const param = peek.get(d.handle, 'iommu');
          return param && !peek.get(param, 'fwspec') ? 'left' : state;
        },
        explains: (devices, report) =>
          report.property === 'P14' && devices.of(report.subject) === 'left',
      };
    }),
  },
};
