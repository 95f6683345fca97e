// SPDX-License-Identifier: GPL-2.0-only
// What the log of a booted machine says, and what that comes to.

import type { BootSeen, Reproduction, ReproductionWord } from '#finding/reproduction';
import { readLog } from '#log/index';

/** What a rule looks like in a log: the line that shows it broken, null where none does. */
type Sign = (log: string, device: string) => string | null;

const said = (log: string, device: string, when: 'probe' | 'end'): RegExpExecArray | null =>
  new RegExp(`racewindow: ${when} ${escaped(device)} driver (\\S+) group (-?\\d+) dma (\\S+)`).exec(
    log,
  );

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The rules that a machine shows by itself. */
const signs: Readonly<Record<string, Sign>> = {
  P1: (log, device) => {
    const read = readLog(new TextEncoder().encode(log), 'the log');
    const events = read.ok ? read.value.events : [];
    const isLate = events.some((e) => e.kind === 'late' && e.device === device);
    return isLate ? `${device}: late IOMMU probe at driver bind` : null;
  },
  P3: (log, device) => {
    const match = said(log, device, 'probe');
    return match !== null && match[2] === '-1' ? match[0] : null;
  },
  P8: (log, device) => {
    const match = said(log, device, 'end');
    return match !== null && match[1] !== 'none' && match[2] === '-1' ? match[0] : null;
  },
  P10: (log) =>
    /WARNING: \S*iommu\.c:\d+ at iommu_device_unuse_default_domain\S*/.exec(log)?.[0] ?? null,
  P11: (log, device) => {
    const [probe, end] = [said(log, device, 'probe'), said(log, device, 'end')];
    return probe?.[3] === 'direct' && end?.[3] === 'iommu' ? probe[0] : null;
  },
};

/** True if a machine shows by itself that @property is broken. */
export function isSeen(property: string): boolean {
  return Object.hasOwn(signs, property);
}

/** What @log, the serial console of one boot, says of @property on @device. */
export function seenIn(log: string, property: string, device: string): BootSeen {
  const lines = log.split(/\r?\n/);
  const all = (of: RegExp): string[] => lines.flatMap((line) => of.exec(line)?.[1] ?? []);
  return {
    reached: all(/racewindow: reached (\S+[+-])$/),
    met: all(/racewindow: (met) at /).length,
    timedOut: all(/racewindow: timed out at (.+)$/),
    unhooked: all(/racewindow: no hook (\S+):/),
    isDone: /racewindow: done/.test(log),
    broken: signs[property]?.(log, device) ?? null,
    release: all(/machine: version Linux version (\S+)/)[0] ?? '',
    buildId:
      /machine: notes [0-9a-f]*?04000000140{7}3000000474e5500([0-9a-f]{40})/.exec(log)?.[1] ?? '',
  };
}

/** What it comes to, in a word, and why. */
export function judge(
  plan: Pick<Reproduction, 'property' | 'waits' | 'expected'>,
  control: BootSeen,
  forced: BootSeen,
): { readonly word: ReproductionWord; readonly because: string } {
  const inconclusive = (because: string) => ({ word: 'inconclusive' as const, because });
  if (!isSeen(plan.property)) return inconclusive(`no log shows ${plan.property}`);
  if (forced.unhooked.length > 0) {
    return inconclusive(`this build has no place to hook ${forced.unhooked.join(', ')}`);
  }
  if (!control.isDone) return inconclusive('the machine without an order did not come to its end');
  if (control.broken !== null) return inconclusive('it is broken without an order, too');
  const ats = new Set(plan.waits.map((wait) => wait.split('<')[1]!));
  const idle = [...ats].filter((point) => !forced.reached.includes(point));
  const isMet = forced.timedOut.length === 0 && idle.length === 0;
  if (!isMet && forced.broken !== null) return inconclusive('broken, but not in this order');
  if (forced.timedOut.length > 0) {
    return { word: 'infeasible', because: `timed out at ${forced.timedOut[0]}` };
  }
  if (!forced.isDone && forced.broken === null) {
    return inconclusive('the machine did not come to its end');
  }
  if (idle.length > 0) return { word: 'infeasible', because: `nobody came to ${idle[0]}` };
  if (forced.broken !== null && plan.expected === 'keeps') {
    return inconclusive('broken; the model of this kernel has that as another window at most');
  }
  if (forced.broken !== null) return { word: 'reproduced', because: forced.broken };
  if (plan.expected === 'breaks') {
    return {
      word: 'not reproduced',
      because: 'ALL WAITS WERE MET AND THE RULE WAS KEPT: the model is wrong',
    };
  }
  if (plan.expected === 'keeps') {
    const because = 'all waits were met; the model of this kernel has no such order under them';
    return { word: 'infeasible', because };
  }
  return inconclusive('all waits were met; the model of this kernel does not say what follows');
}
