// SPDX-License-Identifier: GPL-2.0-only
// C09: a client binds while its IOMMU registers, before the walk has come to it.

import { perDevice, unvisited } from './common.ts';

/**
 * `:a,b` lists the device's instances whose walk has not visited it. `b` in front: a bind has
 * built the fwspec before that visit. `!`: the device was probed on behalf of that bind.
 */
export const c09 = perDevice('C09', (ctx) => ({
  events: ['walk-visit', 'fwspec-built', 'configure-begin', 'configure-skipped', 'group-set'],
  initial: (d) => `:${unvisited(ctx, d).join()}`,
  step(cell, e) {
    if (cell === '!') return cell;
    const at = cell.indexOf(':');
    const built = at > 0;
    const rest = cell
      .slice(at + 1)
      .split(',')
      .filter(Boolean);
    switch (e.name) {
      case 'walk-visit': {
        const left = rest.filter((name) => name !== ctx.instance(e.args[1]));
        return `${built ? 'b' : ''}:${left.join()}`;
      }
      case 'fwspec-built':
        return e.args[2] === 'bind' && rest.length > 0 ? `b:${rest.join()}` : `:${rest.join()}`;
      case 'group-set':
        // The walk may find the fwspec of the bind and be the one to use it.
        return built || (e.args[3] === 'replay' && rest.length > 0) ? '!' : cell;
      default:
        return `:${rest.join()}`;
    }
  },
  explains: (cells, report) =>
    (report.property === 'P1' && cells.of(report.subject) === '!') ||
    (report.property === 'P2' && cells.named.includes('!')),
}));
