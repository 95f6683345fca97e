// SPDX-License-Identifier: GPL-2.0-only
// C18: an IOMMU driver is called back by its own registration before it is prepared for that.

import { isSmmu, perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c18: Window = {
  id: 'C18',
  name: 'register-before-driver-state',
  title: 'An IOMMU driver registers before it is ready for callbacks',
  text:
    'The walk inside iommu_device_register() calls of_xlate and probe_device at once; a ' +
    'driver that sets its own data up after the call is not prepared.',
  threads: ['walk'],
  precondition: 'an IOMMU driver that registers early',
  symptom: 'NULL dereference in of_xlate(), probe_device() or device_group() of the driver',
  log: [
    {
      seen: {
        kind: 'crash',
        at: [
          'rk_iommu_of_xlate',
          'rk_iommu_probe_device',
          'mtk_iommu_device_group',
          'mtk_iommu_probe_device',
          'ipmmu_of_xlate',
          'ipmmu_find_group',
          'viommu_probe_device',
          'devm_kmalloc',
        ],
        through: ['iommu_device_register', 'rk_iommu_of_xlate', 'of_iommu_xlate'],
        what: 'null',
      },
    },
    {
      // The walk finds no data of the IPMMU, and so no IOMMU; the replay of each bind does.
      seen: { kind: 'late', by: ['replay'] },
      firmware: 'dt',
      opened: 'bcb81ac6ae3c',
      closed: 'd9d3cede4167',
      always: true,
      needs: ['its IOMMU is an IPMMU'],
      unless: ['an IOMMU was unbound'],
    },
  ],
  symptomOf: ['P5'],
  ways: [
    { what: 'mtk_iommu', where: { driver: 'mediatek' }, opened: null, closed: ['38e8844005e6'] },
    { what: 'virtio-iommu', where: { driver: 'virtio' }, opened: null, closed: ['72b6f7cd89ce'] },
    {
      what: 'ipmmu-vmsa',
      opened: null,
      closed: ['d9d3cede4167'],
      untold: 'the model does not have its probe',
    },
    {
      what: 'quirk_huawei_pcie_sva()',
      opened: 'bcb81ac6ae3c',
      closed: ['c8ba3f8aff67'],
      untold: 'the model has no PCI quirks',
    },
  ],
  links: ['https://lore.kernel.org/r/bf2adf5d-1432-4bb7-846c-e1bcfa84858b@samsung.com'],
  confidence: 1,
  kind: 'sequential',
  needs: ['a registration of a driver that is not prepared'],
  worlds: [
    { world: 'hand:walk+bind mediatek', found: ['6.15-rc1'], absent: ['6.15.0'] },
    { world: 'hand:walk+bind acpi virtio', found: ['6.16'], absent: ['6.17'] },
  ],
  signatures: {
    /** Not found: the driver has not found its instance, which is not bound. Its oops tells. */
    main: perDevice<'as it was' | 'not found'>((ctx) => ({
      events: ['instance-not-found'],
      initial: 'as it was',
      step: (state, e) =>
        e.name !== 'instance-not-found' || isSmmu(ctx, e.instance) ? state : 'not found',
      explains(devices, report) {
        if (report.property === 'oops') {
          return /^mtk_iommu_device_group\(/.test(String(report.facts['error']));
        }
        const known = ['P1', 'P2', 'P3', 'P7', 'P8', 'P10', 'P11'].includes(report.property);
        return known && devices.of(report.subject) === 'not found';
      },
    })),
  },
};
