// SPDX-License-Identifier: GPL-2.0-only
// Which threads have dropped the probe lock inside iommu_init_device() of one device.
//
// The text is a list of `thread=flag`, where flag is `-` (nothing happened meanwhile), `g`
// (another thread gave the device a group) or `t` (another thread tore dev->iommu down):
//
//   configure-begin by modprobe     modprobe=-
//   init-end, -ENODEV, by kworker   modprobe=t
//   init-end by modprobe            (empty)

import type { RunEvent } from '#checker/program/scene';

export const INFLIGHT_EVENTS = ['configure-begin', 'group-set', 'init-end'] as const;

/** The first entry of such a list: a probe drops the lock; what waits for one begins with it. */
export const LOCK_DROPPED = {
  event: 'configure-begin',
  when: (e: RunEvent) => e.args[1] !== 'replay',
} as const;

export type Flag = '-' | 'g' | 't';

type Entry = readonly [thread: string, flag: Flag];

function parse(text: string): readonly Entry[] {
  if (!text.includes('=')) return [];
  return text.split(';').map((part) => {
    const at = part.lastIndexOf('=');
    return [part.slice(0, at), part.slice(at + 1) as Flag];
  });
}

function print(entries: readonly Entry[]): string {
  return entries.map(([thread, flag]) => `${thread}=${flag}`).join(';');
}

/** The list after the event. */
export function stepInflight(text: string, e: RunEvent): string {
  switch (e.name) {
    case 'configure-begin':
      if (e.args[1] === 'replay') return text;
      return print([...parse(text), [e.thread, '-'] as const].sort(byThread));
    case 'group-set':
      // A replay that a probe runs inside its own dma_configure finishes the device as well.
      return print(flagOthers(parse(text), e.args[3] === 'replay' ? '' : e.thread, 'g'));
    case 'init-end': {
      if (text === '') return text;
      // A replay inside dma_configure ends; the probe that called dma_configure goes on.
      const nested = e.args[1] === 'replay';
      const rest = parse(text).filter(([thread]) => nested || thread !== e.thread);
      return print(Number(e.args[2]) === 0 ? rest : flagOthers(rest, e.thread, 't'));
    }
    default:
      return text;
  }
}

/** What happened behind the thread's back since it dropped the lock; null if it has not. */
export function flagOf(text: string, thread: string): Flag | null {
  return parse(text).find(([name]) => name === thread)?.[1] ?? null;
}

/** True when a thread other than this one has dropped the lock for the device. */
export function othersInflight(text: string, thread: string): boolean {
  return parse(text).some(([name]) => name !== thread);
}

function byThread(a: Entry, b: Entry): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

function flagOthers(entries: readonly Entry[], thread: string, flag: Flag): readonly Entry[] {
  return entries.map(([name, old]) =>
    name === thread || old !== '-' ? ([name, old] as const) : ([name, flag] as const),
  );
}
