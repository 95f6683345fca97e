// SPDX-License-Identifier: GPL-2.0-only
// The index: findings by rule and window, the gravest first.

import type { Finding } from '#finding/finding';
import { gravestFirst } from '#finding/harm';
import { findingKey } from '#finding/key';
import { kernelText } from '#report/words';
import type { Card, CardEntry } from './data.ts';

/** What the page has of the finding at @at: whether it holds it, and what to remark of it. */
interface Held {
  readonly isHeld: boolean;
  readonly remarks: readonly string[];
}

/** A card for each rule and window of @findings; @names: what windows are called. */
export function cardsOf(
  findings: readonly Finding[],
  names: ReadonlyMap<string, string>,
  heldOf: (at: number) => Held,
): Card[] {
  const place = new Map(findings.map((finding, at) => [finding, at]));
  const groups = new Map<string, Finding[]>();
  for (const finding of gravestFirst(findings)) {
    const key = findingKey(finding);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].map((group) => {
    const first = group[0]!;
    const entries = group.map((f) => entryOf(f, place.get(f)!, heldOf(place.get(f)!)));
    return {
      property: first.property,
      window: first.window,
      name: first.window === null ? 'fits no known window' : (names.get(first.window) ?? ''),
      rule: first.rule,
      harm: first.harm ?? null,
      consequence: first.consequence ?? null,
      symptom: first.symptom,
      since: first.since ?? null,
      closers: first.closers ?? [],
      devices: new Set(group.flatMap((f) => f.devices)).size,
      entries,
    };
  });
}

function entryOf(finding: Finding, at: number, { isHeld, remarks }: Held): CardEntry {
  const { id, devices, preemptions, minimal, witness, why } = finding;
  return {
    id,
    kernel: kernelText(finding),
    subject: witness.subject,
    devices: devices.length,
    preemptions,
    minimal,
    chance: why?.odds.exact ? why.odds.fails : null,
    remarks,
    at: isHeld ? at : null,
  };
}
