// SPDX-License-Identifier: GPL-2.0-only
// How bad a broken rule is to the user of the machine, and which of two findings is the graver.
//
// A crash ends everything. DMA that reaches memory untranslated can change any of it, and nothing
// tells. A device that does not work is missed at once. Isolation that is lost does harm only where
// somebody relies on it. A warning is noise that hides the next one, and an order is a surprise.

/** Gravest first. */
export const harms = ['crash', 'memory', 'dead', 'isolation', 'warning', 'order'] as const;

/** What a broken rule does to the user. */
export type Harm = (typeof harms)[number];

/** What of a finding says how grave it is. */
interface Graded {
  readonly window: string | null;
  readonly harm?: Harm;
  /** The release since which its window is open; null: it was so before v6.0, by design or not. */
  readonly since?: string | null;
  readonly preemptions: number;
  readonly devices: readonly string[];
}

/** Place in the order of gravity, 0 is gravest; what is not known comes last. */
export function gravityOf({ harm }: Pick<Graded, 'harm'>): number {
  return harm === undefined ? harms.length : harms.indexOf(harm);
}

/**
 * @findings, those that fit no known window first, as they may be anything; then the gravest. Of
 * equal ones those that a known commit has brought come before what was always so, since somebody
 * can act on them; then those that need fewer preemptions, and then those of more devices.
 */
export function gravestFirst<F extends Graded>(findings: readonly F[]): F[] {
  const rank = (f: F): number => (f.window === null ? -1 : gravityOf(f));
  const age = (f: F): number => (f.since === null ? 1 : 0);
  return [...findings].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      age(a) - age(b) ||
      a.preemptions - b.preemptions ||
      b.devices.length - a.devices.length,
  );
}
