// SPDX-License-Identifier: GPL-2.0-only
// The race windows, how to look one up, and the order in which their signatures claim a report.

import type { Signature } from '#checker/program/scene';
import type { Handle } from '#env/op';
import { commitSubject } from '#kernel/index';
import type { RuleContext } from '#properties/context';
import type { DerivedWorld } from '#worlds/derive';
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
import { c19 } from './c19-register-fails.ts';
import { c20 } from './c20-dangling-entry.ts';
import { c21 } from './c21-unregister-vs-probe.ts';
import { c22 } from './c22-timeout-then-late.ts';
import { c23 } from './c23-lost-wakeup.ts';
import { c24 } from './c24-ready-overtakes.ts';
import { c25 } from './c25-range-map.ts';
import { c26 } from './c26-flag-lost.ts';
import { c27 } from './c27-bind-before-notifier.ts';
import { c28 } from './c28-hot-remove.ts';
import { c29 } from './c29-managed-owner.ts';
import { c30 } from './c30-arch-lock.ts';
import { c31 } from './c31-partial-fwspec.ts';
import { c32 } from './c32-links-optional.ts';
import { c33 } from './c33-mock-device.ts';
import { c34 } from './c34-finalize-unlocked.ts';
import { c35 } from './c35-instance-not-bound.ts';
import { c36 } from './c36-walk-counts-as-user.ts';
import { c37 } from './c37-bus-without-ops.ts';
import { c38 } from './c38-tested-before-lock.ts';
import { c39 } from './c39-second-not-awaited.ts';
import { c40 } from './c40-foreign-order.ts';
import { c41 } from './c41-acs-order.ts';
import { c42 } from './c42-first-walks-only.ts';
import { c43 } from './c43-unnamed-late.ts';
import { c44 } from './c44-mask-undone.ts';
import { isNamedBy } from './likely.ts';
import type { PreconditionId } from './preconditions.ts';
import { assertSound, claimOf } from './registry.ts';
import { isOfRule, type WindowSignature } from './signature.ts';
import type { SignatureStage, Window } from './window.ts';

export { isNamedBy } from './likely.ts';
export {
  canReach,
  eventsOf,
  flagOf,
  type PreconditionId,
  preconditionsFor,
} from './preconditions.ts';
export { commitsFor, expectedIn, has, openWays, turnsExpected } from './ways.ts';
export type { LikelyWorld, Way, Window } from './window.ts';

/** All windows in the order of their numbers. */
export const windows: readonly Window[] = [
  c01,
  c02,
  c03,
  c04,
  c05,
  c06,
  c07,
  c08,
  c09,
  c10,
  c11,
  c12,
  c13,
  c14,
  c15,
  c16,
  c17,
  c18,
  c19,
  c20,
  c21,
  c22,
  c23,
  c24,
  c25,
  c26,
  c27,
  c28,
  c29,
  c30,
  c31,
  c32,
  c33,
  c34,
  c35,
  c36,
  c37,
  c38,
  c39,
  c40,
  c41,
  c42,
  c43,
  c44,
];

/**
 * Look-alikes are told apart by who comes first. C08, C13 and C14 each rest on one telling event,
 * so they go before C10 ("the walk had been here, and went on") and C09 ("it had not, or was just
 * about to"). C07 goes before them: without firmware parsing in the probe, the same overlap is only
 * wrong order. C22 goes before C10, too: a client that has given up waiting is bound when the walk
 * comes.
 */
const precedence: readonly string[] = [
  // In worlds with store buffers: who sees stores out of order is explained by that.
  'C24',
  // P15 is of no other window, and this one of no other rule.
  'C44',
  // Something goes away or fails, in worlds made for that: what it frees explains the rest.
  ...['C33', 'C41', 'C34', 'C28', 'C21', 'C20', 'C19'],
  ...['C04', 'C31', 'C16', 'C25', 'C30', 'C02', 'C18', 'C35', 'C26', 'C27', 'C37', 'C39'],
  ...['C08', 'C36', 'C13', 'C14', 'C15', 'C07', 'C42'],
  ...['C22', 'C10', 'C09', 'C11', 'C40', 'C05', 'C06', 'C12'],
  // What is left to explain: these go by the report and the world, and claim nothing else.
  ...['C19 rest', 'C28 rest', 'C43', 'C17', 'C01', 'C27 again', 'C38', 'C03', 'C27 rest', 'C29'],
  ...['C35 rest', 'C23'],
];

assertSound(windows, precedence, (sha) => commitSubject(sha) !== undefined);

/** The window with this id; undefined if there is none. */
export function windowById(id: string): Window | undefined {
  return windows.find((window) => window.id === id);
}

/** One of these has to come about before the window with this id can be called absent. */
export function needsOf(id: string): readonly PreconditionId[] {
  return windowById(id)?.needs ?? [];
}

/** What comes about where a window is that breaks no rule by itself; undefined for all others. */
export function factOf(id: string): PreconditionId | undefined {
  return windowById(id)?.fact;
}

/** All that the windows @ids need, and the facts that some of them are. */
export function preconditionsOf(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.flatMap((id) => [...needsOf(id), factOf(id) ?? []].flat()))];
}

/** True where a signature can tell the window with this id. */
export function isJudged(id: string): boolean {
  return signatures.some(({ window }) => window === id);
}

/** True where @derived is known to show the window with this id under some kernel. */
export function tells(derived: DerivedWorld, id: string): boolean {
  return (windowById(id)?.worlds ?? []).some(({ world }) => isNamedBy(derived, world));
}

/** A signature and the window that it recognises. */
export interface Claim extends WindowSignature {
  readonly window: string;
}

/** The signatures of all windows, in the order in which they may claim a report. */
export const signatures: readonly Claim[] = windows
  .flatMap(({ id, signatures }) =>
    Object.entries(signatures).map(([stage, signature]) => ({
      at: precedence.indexOf(claimOf(id, stage as SignatureStage)),
      claim: { ...signature, window: id },
    })),
  )
  .sort((a, b) => a.at - b.at)
  .map(({ claim }) => claim);

/** The signatures as they run in one world. */
export function signaturesFor(ctx: RuleContext): Signature[] {
  return signatures.map((s) => ({ ...within(s, ctx), subjects: subjectsOf(s, ctx) }));
}

/** The devices that a signature hears of. */
export function subjectsOf({ all }: Claim, ctx: RuleContext): readonly Handle[] {
  return all ? ctx.devices.map((d) => d.handle) : ctx.subjects;
}

/** A signature explains no report of a rule that it does not name, if it names any. */
function within({ rules, window, make }: Claim, ctx: RuleContext): Signature {
  const made = { ...make(ctx), window };
  if (rules === undefined) return made;
  return {
    ...made,
    explains: (state, report, peek) =>
      (!isOfRule(report) || rules.includes(report.property)) && made.explains(state, report, peek),
  };
}
