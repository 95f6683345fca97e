// SPDX-License-Identifier: GPL-2.0-only
// The properties P1-P15 of the catalogue, in order.

import type { Rule, Sometimes } from '#checker/program/scene';
import type { Handle } from '#env/op';
import type { Broken } from '#finding/key';
import { heard, type Property, type RuleContext } from './context.ts';
import { lateWarn } from './p1-late-warn.ts';
import { groupOrder } from './p2-group-order.ts';
import { readyBeforeProbe } from './p3-ready-before-probe.ts';
import { probedOnce } from './p4-probed-once.ts';
import { noUseAfterFree, P5_REPORTS } from './p5-no-use-after-free.ts';
import { stableDomain } from './p6-stable-domain.ts';
import { nonePending, P7_REPORTS } from './p7-none-pending.ts';
import { grouped } from './p8-grouped.ts';
import { lockOrder, P9_REPORTS } from './p9-lock-order.ts';
import { ownerBalance } from './p10-owner-balance.ts';
import { noDirectDma } from './p11-no-direct-dma.ts';
import { allIds } from './p12-all-ids.ts';
import { isolation } from './p13-isolation.ts';
import { nothingLeft } from './p14-nothing-left.ts';
import { maskStays } from './p15-mask-stays.ts';

export type { HeardEvent, Property, WorldHandles } from './context.ts';
export { heard, RuleContext } from './context.ts';

/** All of them, in the order of their numbers. */
export const properties: readonly Property[] = [
  lateWarn,
  groupOrder,
  readyBeforeProbe,
  probedOnce,
  noUseAfterFree,
  stableDomain,
  nonePending,
  grouped,
  lockOrder,
  ownerBalance,
  noDirectDma,
  allIds,
  isolation,
  nothingLeft,
  maskStays,
];

/** The rules to watch in one world; @wanted: ids, null for all. */
export function rulesFor(ctx: RuleContext, wanted: readonly string[] | null): Rule[] {
  return watchedIn(ctx, wanted).flatMap((p) => {
    const rule = p.make(ctx);
    return rule === null ? [] : [{ ...rule, subjects: subjectsFor(p, ctx) }];
  });
}

function subjectsFor({ subjects }: Property, ctx: RuleContext): readonly Handle[] {
  return subjects?.(ctx) ?? ctx.subjects;
}

function watchedIn({ world }: RuleContext, wanted: readonly string[] | null): readonly Property[] {
  return properties
    .filter((p) => wanted === null || wanted.includes(p.id))
    .filter((p) => p.concerns?.(world) ?? true);
}

/** What says, among the things that happen in some run, that the rule with this @id was asked. */
export function askedId(id: string): string {
  return `${id} is asked`;
}

/** That the rules of rulesFor() are asked, as things that happen in some run. */
export function askedFor(ctx: RuleContext, wanted: readonly string[] | null): Sometimes[] {
  return watchedIn(ctx, wanted).flatMap((property) => {
    const { id, asked } = property;
    if (asked === null) return [];
    const { events = [], reads = [], readsAtEnd = [], holds, atEnd } = asked;
    return {
      id: askedId(id),
      events,
      reads,
      readsAtEnd,
      subjects: subjectsFor(property, ctx),
      holds: (e, peek) => holds?.(heard(e), peek, ctx) ?? false,
      ...(atEnd && { atEnd: (peek) => atEnd(peek, ctx) }),
    };
  });
}

/** The property that a report belongs to: the machine's own detectors have names of their own. */
export function propertyOf(report: string): string {
  if (P5_REPORTS.includes(report)) return 'P5';
  if (P7_REPORTS.includes(report)) return 'P7';
  if (P9_REPORTS.includes(report)) return 'P9';
  return report;
}

/** What @report breaks, by the id of the rule in the catalogue. */
export function ruleBroken({ property, window }: Broken): Broken {
  return { property: propertyOf(property), window };
}

/** The property with this id; undefined if there is none. */
export function propertyNamed(id: string): Property | undefined {
  return properties.find((p) => p.id === id);
}
