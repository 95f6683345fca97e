// SPDX-License-Identifier: GPL-2.0-only
// What makes two findings the same, and the order in which findings stand.
//
// Two findings are the same if they break the same rule in the same window at the same place. What
// the place is goes by who compares: in one program the subject of the report, in a world nothing
// more, on a board the kind of client or its class. A key is never shown to people; only equal keys
// mean something, and that they sort the same everywhere. The content key alone leaves this
// program, as a digest: its form stays (test/report/sarif.test.ts).

/** What is broken: a rule, in a window, or in none that is known. */
export interface Broken {
  readonly property: string;
  readonly window: string | null;
}

/** The key of @broken at the place that @where names. */
export function findingKey({ property, window }: Broken, ...where: readonly string[]): string {
  return [property, window ?? '', ...where].map(escaped).join('|');
}

/** What tells a finding of a board from the others by its content alone. */
interface Content extends Broken {
  /** Key of the class of client. */
  readonly class: string;
  readonly schedule?: string;
}

/**
 * The key of @finding wherever it was found, under whatever kernel. What fits no window is only the
 * same where its whole schedule is: two unknown windows need not be one.
 */
export function contentKey({ property, window, class: kind, schedule = '' }: Content): string {
  return findingKey({ property, window }, kind, window === null ? schedule : '');
}

/** @part without a bar, so that the parts of a key can not be taken for each other. */
function escaped(part: string): string {
  return /[|\\]/.test(part) ? part.replace(/[|\\]/g, '\\$&') : part;
}

/** The key of @report among those of one program: the place is its subject. */
export function reportKey(report: Broken & { readonly subject: string }): string {
  return findingKey(report, report.subject);
}

/** True if @a and @b break the same rule in the same window. */
export function breaksTheSame(a: Broken, b: Broken): boolean {
  return a.property === b.property && a.window === b.window;
}

/**
 * For sort(): what fits no known window first, then by window and by the number of the rule; what
 * breaks the same, by the places @whereA and @whereB.
 */
export function byWindow(a: Broken, b: Broken, whereA = '', whereB = ''): number {
  const [first, second] = [sortText(a, whereA), sortText(b, whereB)];
  return first < second ? -1 : first > second ? 1 : 0;
}

function sortText({ property, window }: Broken, where: string): string {
  return `${window ?? ' '}|${property.padStart(4)}|${where}`;
}
