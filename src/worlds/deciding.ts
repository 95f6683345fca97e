// SPDX-License-Identifier: GPL-2.0-only
// Which step of a trace decides: where one thread first reads what another has just changed.

import type { TraceStep } from '#report/finding';

const WRITES: ReadonlySet<string> = new Set(['store', 'add', 'cas', 'xchg']);
const READS: ReadonlySet<string> = new Set(['load', 'add', 'cas', 'xchg']);

/** Bookkeeping of the driver core, through which threads meet without deciding anything. */
const BOOKKEEPING = /^(deferred_probe|deferred_probe_work|device_links_lock|[a-z]+\.klist_)/;

/**
 * The first step of a thread, after the run first left one that could have gone on, that reads a
 * field of the IOMMU's state as another thread last wrote it. Null where nothing was raced for.
 *
 *   0 W: list = [I]   1 C: driver = drv   2 C: reads list     -> 2
 */
export function decidingStep(
  trace: readonly TraceStep[],
  firstPreemption: number | null,
): number | null {
  if (firstPreemption === null) return null;
  const writers = new Map<string, string>();
  for (const [i, step] of trace.entries()) {
    const cell = `${step.object} ${step.field}`;
    const writer = writers.get(cell);
    const foreign = writer !== undefined && writer !== step.thread;
    if (foreign && i >= firstPreemption && READS.has(step.op) && !BOOKKEEPING.test(step.object)) {
      return i;
    }
    if (WRITES.has(step.op)) writers.set(cell, step.thread);
  }
  return null;
}
