// SPDX-License-Identifier: GPL-2.0-only
// C33: a mock device that cannot be added leaves its dev->iommu behind.

import { byReport } from './stateless.ts';

export const c33 = byReport('C33', (report) => report.property === 'P14');
