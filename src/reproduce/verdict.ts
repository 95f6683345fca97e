// SPDX-License-Identifier: GPL-2.0-only
// What the log of a booted machine says, and what that comes to.

import type { BootSeen, Reproduction, ReproductionWord } from '#finding/reproduction';
import { type LogEvent, readLog } from '#log/index';

/** What a rule looks like in a log: the line that shows it broken, null where none does. */
type Sign = (log: string, device: string) => string | null;

/** What @log tells of the kernel. */
function eventsOf(log: string): readonly LogEvent[] {
  const read = readLog(new TextEncoder().encode(log), 'the log');
  return read.ok ? read.value.events : [];
}

/** What the module said of its @device: driver, group, DMA ops, and whether its group is in use. */
function said(log: string, device: string, when: 'probe' | 'end' | 'left'): RegExpExecArray | null {
  const words = 'driver (\\S+) group (-?\\d+) dma (\\S+) used (\\S+)';
  return new RegExp(`racewindow: ${when} ${escaped(device)} ${words}`).exec(log);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The rules that a machine shows by itself. */
const signs: Readonly<Record<string, Sign>> = {
  P1: (log, device) => {
    const isLate = eventsOf(log).some((e) => e.kind === 'late' && e.device === device);
    return isLate ? `${device}: late IOMMU probe at driver bind` : null;
  },
  P2: (log, device) => {
    const rows = [...log.matchAll(/racewindow: order (\S+) group (\d+)/g)];
    const listed = rows.map(([, name, group]) => ({ name, group: Number(group) }));
    const place = listed.findIndex(({ name }) => name === device);
    const own = listed[place]?.group;
    if (own === undefined) return null;
    // A group counts where the first of its devices stands.
    const ahead = listed.find(
      ({ group }, i) =>
        i > place && group < own && listed.findIndex((d) => d.group === group) === i,
    );
    if (ahead === undefined) return null;
    const { name, group } = ahead;
    return `${device} has group ${own}; ${name}, later on the bus list, has group ${group}`;
  },
  P3: (log, device) => {
    const match = said(log, device, 'probe');
    return match !== null && match[2] === '-1' ? match[0] : null;
  },
  P8: (log, device) => {
    const match = said(log, device, 'end');
    return match !== null && match[1] !== 'none' && match[2] === '-1' ? match[0] : null;
  },
  // Of memory that was freed and is used again a machine shows nothing by itself.
  P5: (log) => {
    const crash = eventsOf(log).find((e) => e.kind === 'crash');
    return crash?.kind === 'crash' && /_dma_configure$/.test(crash.trace.pc ?? '')
      ? crash.text
      : null;
  },
  // The device is alone in its group, which is in use as long as it has a driver.
  P10: (log, device) => {
    const [end, left] = [said(log, device, 'end'), said(log, device, 'left')];
    const wrong = (match: RegExpExecArray | null): boolean =>
      match !== null && match[2] !== '-1' && (match[1] === 'none') === (match[4] === 'yes');
    return [end, left].find(wrong)?.[0] ?? null;
  },
  P11: (log, device) =>
    new RegExp(`racewindow: probe map ${escaped(device)} direct domain translates`).exec(
      log,
    )?.[0] ?? null,
};

/** Rules of which a machine shows those breaks alone that are told as one of these windows. */
const seenAs: Readonly<Record<string, readonly string[]>> = { P5: ['C16'] };

/** True if a machine shows by itself that the rule is broken as the window. */
export function isSeen({ property, window }: Pick<Reproduction, 'property' | 'window'>): boolean {
  return Object.hasOwn(signs, property) && (seenAs[property]?.includes(window ?? '') ?? true);
}

/** What @log, the serial console of one boot, says of @property on @device. */
export function seenIn(log: string, property: string, device: string): BootSeen {
  const lines = log.split(/\r?\n/);
  const all = (of: RegExp): string[] => lines.flatMap((line) => of.exec(line)?.[1] ?? []);
  return {
    reached: all(/racewindow: reached (\S+[+-])$/),
    // A thread that comes to a point again waits there again, or not at all any more.
    met: new Set(all(/racewindow: met at (.+)$/)).size,
    timedOut: all(/racewindow: timed out at (.+)$/),
    unhooked: all(/racewindow: no hook (\S+):/),
    isDone: /racewindow: done/.test(log),
    maps: all(new RegExp(`racewindow: (\\S+ map ${escaped(device)} .+)$`)).map((line) =>
      line.replace(` map ${device}`, ''),
    ),
    broken: signs[property]?.(log, device) ?? null,
    release: all(/machine: version Linux version (\S+)/)[0] ?? '',
    buildId:
      /machine: notes [0-9a-f]*?04000000140{7}3000000474e5500([0-9a-f]{40})/.exec(log)?.[1] ?? '',
  };
}

/** A word, and why. */
export interface Judgement {
  readonly word: ReproductionWord;
  readonly because: string;
}

const inconclusive = (because: string): Judgement => ({ word: 'inconclusive', because });

/**
 * What it comes to, in a word, and why. @before: what came of the tree without the patches of the
 * kernel; it decides where nobody has said what they are in the model.
 */
export function judge(
  plan: Pick<Reproduction, 'property' | 'window' | 'waits' | 'expected'>,
  control: BootSeen,
  forced: BootSeen,
  before: Judgement | null = null,
): Judgement {
  if (!isSeen(plan)) return inconclusive(`no log shows ${plan.property}`);
  if (forced.unhooked.length > 0) {
    return inconclusive(`this build has no place to hook ${forced.unhooked.join(', ')}`);
  }
  if (!control.isDone) return inconclusive('the machine without an order did not come to its end');
  if (control.broken !== null) return inconclusive('it is broken without an order, too');
  const ats = new Set(plan.waits.map((wait) => wait.split('<')[1]!));
  const [idle] = [...ats].filter((point) => !forced.reached.includes(point));
  const out = forced.timedOut[0];
  const unmet =
    out !== undefined
      ? `timed out at ${out}`
      : idle !== undefined
        ? `nobody came to ${idle}`
        : null;
  if (forced.broken === null && !forced.isDone) {
    return inconclusive('the machine did not come to its end');
  }
  if (plan.expected === 'no model') return beside(before, unmet, forced.broken);
  if (unmet !== null) return outOfOrder(plan.expected, unmet, forced.broken);
  return forced.broken === null ? kept(plan.expected) : broken(plan.expected, forced.broken);
}

/** What the same waits did to the tree without the patches stands in for a model of them. */
function beside(before: Judgement | null, unmet: string | null, broken: string | null): Judgement {
  if (before?.word !== 'reproduced') {
    const without = before === null ? '' : `, and it is ${before.word} without them`;
    return inconclusive(`there is no model of these patches${without}: --with names one`);
  }
  const met = unmet ?? 'all waits were met';
  if (broken === null) {
    const because = `${met} and the rule was kept, which this order breaks without the patches`;
    return { word: 'infeasible', because };
  }
  if (unmet !== null) return inconclusive(`broken, but not in this order: ${unmet}`);
  return { word: 'reproduced', because: broken };
}

/** Whether the model of the kernel has no order under the waits that breaks the rule so. */
function hasNone(expected: Reproduction['expected']): boolean {
  return expected === 'keeps' || expected === 'another window';
}

/** Some wait was not met: one boot alone does not show that it can not be. */
function outOfOrder(
  expected: Reproduction['expected'],
  unmet: string,
  broken: string | null,
): Judgement {
  if (broken !== null) return inconclusive(`broken, but not in this order: ${unmet}`);
  if (expected === 'not decided') return inconclusive(unmet);
  if (!hasNone(expected)) return inconclusive(`${unmet}, though its model has that order`);
  return { word: 'infeasible', because: `${unmet}, and its model has no such order` };
}

/** All waits were met, and the rule was kept. */
function kept(expected: Reproduction['expected']): Judgement {
  if (expected === 'breaks') {
    return {
      word: 'not reproduced',
      because: 'ALL WAITS WERE MET AND THE RULE WAS KEPT: the model is wrong',
    };
  }
  const met = 'all waits were met and the rule was kept';
  if (!hasNone(expected)) return inconclusive(`${met}, which its model leaves open`);
  return {
    word: 'infeasible',
    because: `${met}; its model has no order under them that breaks it so`,
  };
}

/** All waits were met, and the rule was broken as the line @shown tells. */
function broken(expected: Reproduction['expected'], shown: string): Judgement {
  switch (expected) {
    case 'breaks':
    case 'may break':
      return { word: 'reproduced', because: shown };
    case 'keeps':
      return inconclusive(`BROKEN WHERE ITS MODEL KEEPS THE RULE: the model is wrong; ${shown}`);
    default:
      return inconclusive(`broken, but its model does not prove it to be this window: ${shown}`);
  }
}
