// SPDX-License-Identifier: GPL-2.0-only
// C41: groups are chosen, or functions are enumerated, before ACS is on.

import { byReport } from './stateless.ts';

export const c41 = byReport(
  'C41',
  (report) => report.property === 'P13' && report.facts['kind'] === 'acs',
);
