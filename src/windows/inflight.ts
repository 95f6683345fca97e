// SPDX-License-Identifier: GPL-2.0-only
// Which threads have dropped the probe lock inside iommu_init_device() of one device, and what the
// others have done to the device since.
//
//   configure-begin by modprobe     [{ thread: 'modprobe', since: 'nothing' }]
//   init-end, -ENODEV, by kworker   [{ thread: 'modprobe', since: 'torn' }]
//   init-end by modprobe            []

import type { HeardEvent } from '#properties/context';

export const INFLIGHT_EVENTS = ['configure-begin', 'group-set', 'init-end'] as const;

/** The first entry of such a list: a probe drops the lock; what waits for one begins with it. */
export const LOCK_DROPPED = {
  event: 'configure-begin',
  when: (e: HeardEvent) => e.name === 'configure-begin' && e.by !== 'replay',
} as const;

/** Another thread gave the device a group, or took its dev->iommu away. */
type Since = 'nothing' | 'grouped' | 'torn';

/** A thread that has dropped the lock. */
export type Inflight = readonly { readonly thread: string; readonly since: Since }[];

/** The list after the event. */
export function stepInflight(list: Inflight, e: HeardEvent): Inflight {
  switch (e.name) {
    case 'configure-begin':
      if (e.by === 'replay') return list;
      return [...list, { thread: e.thread, since: 'nothing' as const }].sort(byThread);
    case 'group-set':
      // A replay that a probe runs inside its own dma_configure finishes the device as well.
      return mark(list, e.by === 'replay' ? '' : e.thread, 'grouped');
    case 'init-end': {
      // A replay inside dma_configure ends; the probe that called dma_configure goes on.
      const nested = e.by === 'replay';
      const rest = list.filter(({ thread }) => nested || thread !== e.thread);
      return e.errno === 0 ? rest : mark(rest, e.thread, 'torn');
    }
    default:
      return list;
  }
}

/** What happened behind the thread's back since it dropped the lock; null if it has not. */
export function sinceOf(list: Inflight, thread: string): Since | null {
  return list.find((entry) => entry.thread === thread)?.since ?? null;
}

/** True when a thread other than this one has dropped the lock for the device. */
export function othersInflight(list: Inflight, thread: string): boolean {
  return list.some((entry) => entry.thread !== thread);
}

function byThread(a: Inflight[number], b: Inflight[number]): number {
  return a.thread < b.thread ? -1 : a.thread > b.thread ? 1 : 0;
}

/** What happened first to those other than @thread stands. */
function mark(list: Inflight, thread: string, since: Since): Inflight {
  return list.map((entry) =>
    entry.thread === thread || entry.since !== 'nothing' ? entry : { thread: entry.thread, since },
  );
}
