// SPDX-License-Identifier: GPL-2.0-only
// C09: a client binds while its IOMMU registers, before the walk has come to it.

import { type Explained, isOrder, perDevice, unvisited } from './common.ts';

/**
 * `a,b` lists the device's instances whose walk has not visited it; `+` in front while the latest
 * visit was the first one of its walk. `!` once the device was probed on behalf of such a bind:
 * by the replay, or by a first visit that found the fwspec which the bind had just built; on ACPI,
 * where nothing replays, `!!` once such a bind went on without a group.
 */
export const c09 = perDevice('C09', (ctx) => {
  const acpi = ctx.world.firmware === 'acpi';
  return {
    events: [
      'walk-visit',
      'configure-begin',
      'group-set',
      'use-default-domain',
      'fwspec-unguarded',
    ],
    initial: (d) => unvisited(ctx, d).join(),
    step(cell, e) {
      if (cell.startsWith('!')) return cell;
      // Before v6.7 the fwspec may be lost on the way, which is C03.
      if (e.name === 'fwspec-unguarded') return '';
      const first = cell.startsWith('+');
      const rest = (first ? cell.slice(1) : cell).split(',').filter(Boolean);
      if (e.name === 'walk-visit') {
        const left = rest.filter((name) => name !== ctx.instance(e.args[1]));
        return `${left.length < rest.length ? '+' : ''}${left.join()}`;
      }
      if (e.name === 'configure-begin') return rest.join();
      if (e.name === 'use-default-domain') {
        const settled = Number(e.args[1]) === 0 && e.args[2] === null;
        return acpi && settled && (rest.length > 0 || first) ? '!!' : cell;
      }
      return e.args[3] === 'replay' ? (rest.length > 0 ? '!' : cell) : first ? '!' : cell;
    },
    explains: (cells, report) =>
      (report.property === 'P1' && isLate(cells.of(report.subject), report)) ||
      (['P3', 'P10', 'P11'].includes(report.property) && cells.of(report.subject) === '!!') ||
      (isOrder(report) && cells.named.includes('!')),
  };
});

/** Where the warning came before the group (up to 73d2f10957f5), what the group would tell. */
function isLate(cell: string, report: Explained): boolean {
  if (cell.startsWith('!')) return true;
  return report.facts['by'] === 'replay' ? /[^+]/.test(cell) : cell.startsWith('+');
}
