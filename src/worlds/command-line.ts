// SPDX-License-Identifier: GPL-2.0-only
// What the command line of a kernel asks for, of what worlds know.

import type { WorldSwitches } from './world.ts';

/** What is asked of the model to avoid a window, as it is called everywhere. */
export const bootOptions = {
  strict: 'fw_devlink.strict=1',
  async: 'driver_async_probe=*',
  untimed: 'deferred_probe_timeout=-1',
  early: 'the driver of the IOMMU built in, and there first',
} as const;

/** The switches of worlds that a command line sets. */
export type LineSwitches = Pick<WorldSwitches, 'asyncProbe' | 'strictDevlink'>;

/** The switches that @line sets; of an option that stands there twice the last counts. */
export function switchesOfLine(line: string): LineSwitches {
  const words = line.split(/\s+/);
  const lastOf = (key: string): string => {
    const last = words.filter((word) => word.startsWith(`${key}=`)).pop() ?? '';
    return last.slice(key.length + 1).replaceAll('"', '');
  };
  return {
    asyncProbe: lastOf('driver_async_probe').split(',').includes('*'),
    strictDevlink: /^(?:1|y|on)/i.test(lastOf('fw_devlink.strict')),
  };
}
