// SPDX-License-Identifier: GPL-2.0-only
// Small wordings that several reports share.

import { plural, printable } from '#base/text';
import type { Finding } from '#finding/finding';
import { deviceOf } from './cast.ts';

/** The name of the file that `--out` writes a finding to, without its extension. */
export function fileStem(finding: Pick<Finding, 'id'>): string {
  return finding.id.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'finding';
}

/** `C09`, or that the catalogue has nothing like it. */
export function windowText(finding: Pick<Finding, 'window'>): string {
  return finding.window ?? 'unknown window';
}

/** Digits in groups of three, the same in every locale. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The kernel of a finding in words: its name and the user's fixes on it. */
export function kernelText(finding: Pick<Finding, 'revision'>): string {
  const { name, userFixes } = finding.revision;
  return userFixes.length === 0 ? name : `${name} with ${userFixes.map((f) => f.name).join(', ')}`;
}

/** What a finding is called: its window, the device that it is about, and the kernel. */
export function findingTitle(
  finding: Pick<Finding, 'window' | 'revision' | 'witness' | 'world'>,
  device = deviceOf(finding) ?? finding.witness.subject,
): string {
  return `${windowText(finding)} on ${device}, ${kernelText(finding)}`;
}

/** How many preemptive switches, and whether fewer are known not to do. */
export function preemptionText(finding: Pick<Finding, 'preemptions' | 'minimal'>): string {
  if (finding.preemptions === 0) return 'no preemption';
  const count = plural(finding.preemptions, 'preemption');
  return finding.minimal
    ? `${count} (no order needs fewer)`
    : `${count} (fewer may do; see --minimise-max)`;
}

/** Whether the order takes stores that reach memory late; null where none can. */
export function storesText({ memory, trace }: Pick<Finding, 'memory' | 'trace'>): string | null {
  if (memory === undefined) return null;
  const late = trace.some((step) => step.events.some((e) => e.startsWith('store-waits ')));
  return late
    ? `stores reach memory late (${memory.model}; loads are not reordered)`
    : `no store reaches memory late, though it may (${memory.model})`;
}

/** End a sentence that may have an end of its own. */
export function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Cut @text to @width columns after a whole word, marked by three dots. */
export function cutWords(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = text.slice(0, width - 3);
  const blank = head.lastIndexOf(' ');
  return `${(blank > width / 2 ? head.slice(0, blank) : head).trimEnd()}...`;
}

/** The devices of a finding in short: the one it is about, and how many more. */
export function deviceText(finding: Pick<Finding, 'devices' | 'witness'>): string {
  const { devices } = finding;
  const { subject } = finding.witness;
  const first = devices.includes(subject) ? subject : (devices[0] ?? subject);
  const more = devices.length - 1;
  return printable(more > 0 ? `${first} and ${more} more` : first);
}
