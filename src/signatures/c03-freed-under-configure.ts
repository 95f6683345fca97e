// SPDX-License-Identifier: GPL-2.0-only
// C03: a probe that fails frees dev->iommu while a bind is building its fwspec.

import { type Explained, perDevice } from './common.ts';
import { functionOf, isMemory } from './stateless.ts';

/** Functions that build a fwspec, or look for one to build on. */
const BUILDING = /^(fwspec_|iommu_fwspec_|of_iommu_|acpi_iommu_|iort_|dev_iommu_fwspec_get)/;

/** The object that is gone and the function that wanted it tell the window. */
function isCrash(report: Explained): boolean {
  const { subject, because } = report;
  return (
    isMemory(report) &&
    (/\.(iommu|fwspec)#/.test(subject) || /dev->iommu is NULL/.test(because)) &&
    (BUILDING.test(functionOf(report)) || /iommu_fwspec_/.test(because))
  );
}

/**
 * `inside|parser`: threads that probe the device, and the one that parses its firmware. `!` once
 * they overlap: each may have allocated dev->iommu over that of the other, or freed it.
 */
export const c03 = perDevice('C03', () => ({
  events: ['init-unguarded', 'fwspec-unguarded', 'init-end'],
  initial: () => '|',
  step(cell, e) {
    if (cell === '!') return cell;
    const [inside = '', parser = ''] = cell.split('|');
    const others = inside.split(';').filter((t) => t !== '' && t !== e.thread);
    if (e.name === 'init-end') return `${others.join(';')}|${parser}`;
    if (e.name === 'init-unguarded') {
      if (parser !== '' && parser !== e.thread) return '!';
      return `${[...others, e.thread].sort().join(';')}|${parser}`;
    }
    if (e.args[1] === 'end') return `${inside}|`;
    return others.length > 0 ? '!' : `${inside}|${e.thread}`;
  },
  explains(cells, report) {
    if (isCrash(report)) return true;
    if (!isMemory(report)) {
      const known = ['P3', 'P8', 'P10', 'P11'].includes(report.property);
      return known && cells.about.includes('!');
    }
    const text = `${report.subject} ${report.because}`;
    return cells.some((cell, d) => cell === '!' && text.includes(d.data.name));
  },
}));
