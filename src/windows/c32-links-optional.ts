// SPDX-License-Identifier: GPL-2.0-only
// C32: a client does not wait for the driver of its IOMMU, unless links to suppliers are strict.

import type { Window } from './window.ts';

export const c32: Window = {
  id: 'C32',
  name: 'fw-devlink-optional',
  title: 'IOMMU links are optional by default',
  text: 'Only fw_devlink.strict=1 makes a client wait for the driver of its IOMMU.',
  threads: [],
  precondition: 'fw_devlink.strict=0, which is the default',
  symptom: null,
  symptomOf: [],
  ways: [{ opened: null, closed: [] }],
  links: [],
  confidence: 1,
  kind: 'precondition',
  needs: ['a bind'],
  fact: 'a bind that does not wait for its IOMMU',
  worlds: [],
  signatures: {},
};
