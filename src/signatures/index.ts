// SPDX-License-Identifier: GPL-2.0-only
// The signatures of the windows, in the order in which they may claim a report.

import type { Signature } from '#checker/program/scene';
import type { RuleContext } from '#properties/context';
import { c01 } from './c01-parallel-walk.ts';
import { c02 } from './c02-group-entry.ts';
import { c03 } from './c03-freed-under-configure.ts';
import { c04 } from './c04-half-built-fwspec.ts';
import { c05 } from './c05-default-domain-not-ready.ts';
import { c06 } from './c06-ops-too-early.ts';
import { c07 } from './c07-bind-order.ts';
import { c08 } from './c08-finished-by-other.ts';
import { c09 } from './c09-replay-during-register.ts';
import { c10 } from './c10-driver-set-skips.ts';
import { c11 } from './c11-notifier-during-walk.ts';
import { c12 } from './c12-early-default-replaced.ts';
import { c13 } from './c13-two-iommu-bypass.ts';
import { c14 } from './c14-groupless-bind.ts';
import { c15 } from './c15-freed-by-other-walk.ts';
import { c16 } from './c16-driver-read-twice.ts';
import { c17 } from './c17-cdx-swallows.ts';
import { c18 } from './c18-driver-state.ts';
import { c19, c19Rest } from './c19-register-fails.ts';
import { c20 } from './c20-dangling-entry.ts';
import { c21 } from './c21-unregister-vs-probe.ts';
import { c22 } from './c22-timeout-then-late.ts';
import { c23 } from './c23-lost-wakeup.ts';
import { c24 } from './c24-ready-overtakes.ts';
import { c25 } from './c25-range-map.ts';
import { c26 } from './c26-flag-lost.ts';
import { c27, c27Again, c27Rest } from './c27-bind-before-notifier.ts';
import { c28, c28Rest } from './c28-hot-remove.ts';
import { c29 } from './c29-managed-owner.ts';
import { c30 } from './c30-arch-lock.ts';
import { c31 } from './c31-partial-fwspec.ts';
import { c33 } from './c33-mock-device.ts';
import { c34 } from './c34-finalize-unlocked.ts';
import { c35 } from './c35-instance-not-bound.ts';
import { c36 } from './c36-walk-counts-as-user.ts';
import { c37 } from './c37-bus-without-ops.ts';
import { c38 } from './c38-tested-before-lock.ts';
import { c39 } from './c39-second-not-awaited.ts';
import { c40 } from './c40-foreign-order.ts';
import { c41 } from './c41-acs-order.ts';
import { isOfRule, type WindowSignature } from './common.ts';

/**
 * Look-alikes are told apart by who comes first. C08, C13 and C14 each rest on one telling event,
 * so they go before C10 ("the walk had been here, and went on") and C09 ("it had not, or was just
 * about to"). C07 goes before them: without firmware parsing in the probe, the same overlap is only
 * wrong order.
 */
export const signatures: readonly WindowSignature[] = [
  // In worlds with store buffers: who sees stores out of order is explained by that.
  c24,
  // Something goes away or fails, in worlds made for that: what it frees explains the rest.
  c33,
  c41,
  c34,
  c28,
  c21,
  c20,
  c19,
  c04,
  c31,
  c16,
  c25,
  c30,
  c02,
  c18,
  c35,
  c26,
  c27,
  c37,
  c39,
  c08,
  c36,
  c13,
  c14,
  c15,
  c07,
  c10,
  c09,
  c11,
  c40,
  c05,
  c06,
  c12,
  // What is left to explain: these go by the report and the world, and claim nothing else.
  c19Rest,
  c28Rest,
  c22,
  c17,
  c01,
  c27Again,
  c38,
  c03,
  c27Rest,
  c29,
  c23,
];

/** The signatures as they run in one world. */
export function signaturesFor(ctx: RuleContext): Signature[] {
  return signatures.map((s) => ({ ...within(s, s.make(ctx)), subjects: ctx.subjects }));
}

/** A signature explains no report of a rule that it does not name, if it names any. */
function within({ rules }: WindowSignature, made: Signature): Signature {
  if (rules === undefined) return made;
  return {
    ...made,
    explains: (state, report, peek) =>
      (!isOfRule(report) || rules.includes(report.property)) && made.explains(state, report, peek),
  };
}
