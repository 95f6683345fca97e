// SPDX-License-Identifier: GPL-2.0-only
// C12: a walk replaces the default domain that a group got early, under a bound driver.

import type { WindowSignature } from './common.ts';

/** State: names of the groups that have, or had, a default domain; `!` where it was replaced. */
export const c12: WindowSignature = {
  window: 'C12',
  rules: ['P6'],
  make: () => ({
    window: 'C12',
    events: ['default-domain-set'],
    reads: [],
    initial: '',
    step(state, e) {
      const group = String(e.args[0]);
      const seen = (state as string).split(';').filter(Boolean);
      if (seen.includes(`${group}!`)) return state;
      if (!seen.includes(group)) return [...seen, group].sort().join(';');
      return seen.map((name) => (name === group ? `${group}!` : name)).join(';');
    },
    explains: (state, report) =>
      (report.property === 'P6' || /\.domain#/.test(report.subject)) &&
      (state as string).split(';').includes(`${report.subject.replace(/\.domain#.*/, '')}!`),
  }),
};
