// SPDX-License-Identifier: GPL-2.0-only
// What is said of a finding that no run has shown: the words of its rule and its window, which
// commits open and close it, what its world assumes. A file may say otherwise; it is not believed.

import type { Prevention } from '#finding/diagnosis';
import type { Finding } from '#finding/finding';
import { commitLine, landedOf, placesOf, revisionOfTree } from '#kernel/index';
import { propertyNamed } from '#properties/index';
import { commitsFor, type Window, windowById } from '#windows/index';
import { assumptionsOf } from '#worlds/assumed';
import type { World } from '#worlds/world';
import { producer } from './producer.ts';

/** What of a finding follows from the rest of it and from what this version knows. */
const toldKeys = [
  ...(['rule', 'symptom', 'harm', 'consequence', 'since', 'fixes', 'closers', 'links'] as const),
  ...(['assumed', 'threads', 'roles', 'places'] as const),
];

/** These parts of a finding. */
export type OurWords = Pick<Finding, (typeof toldKeys)[number]> & {
  readonly closers: readonly string[];
};

/** What it follows from. */
type Shown = Pick<Finding, 'property' | 'window' | 'trace' | 'source' | 'revision'> & {
  readonly world: World;
};

/** What this version says of @shown. */
export function toldOf(shown: Shown): OurWords {
  const { property, trace, world } = shown;
  const window = shown.window === null ? undefined : windowById(shown.window);
  const told = window && commitsFor(window, stackOf(shown), world);
  const threads = [...new Set(trace.map((step) => step.thread))];
  return {
    rule: propertyNamed(property)?.rule ?? property,
    symptom: symptomOf(window, property),
    ...harmOf(window, property, world),
    ...(told === undefined ? {} : { since: sinceOf(told.openers) }),
    fixes: (told?.openers ?? []).map(commitLine),
    closers: (told?.closers ?? []).map((sha) => `${commitLine(sha)}, ${landedOf(sha)}`),
    links: window?.links ?? [],
    assumed: assumptionsOf(world),
    threads,
    roles: threads.map((thread) => ({ thread, role: roleOf(thread, shown) })),
    ...placesFor(shown),
  };
}

/** A finding in the words of this version. */
export interface InOurWords {
  readonly finding: Finding;
  /** In a sentence each: what the file says otherwise, or what is only the file's word. */
  readonly remarks: readonly string[];
  /** What its file says of boot options, where it does: nobody here has asked its board. */
  readonly filed?: readonly Prevention[];
}

/** A finding of a check that was made here: all it says is what this version says. */
export function asFound(finding: Finding): InOurWords {
  return { finding, remarks: [] };
}

/**
 * @given, of a file, as this version tells it: nothing of it is shown as ours that its file has
 * made up. What windows it is not, only a run of it tells; which options avoid it, only its board.
 */
export function retold({ avoided, ...given }: Finding): InOurWords {
  const told = inOurWords(given);
  return avoided === undefined ? told : { ...told, filed: avoided };
}

function inOurWords({ alike: _, ...finding }: Finding): InOurWords {
  const { property, window } = finding;
  const { version } = producer();
  const noRule = propertyNamed(property) === undefined;
  if (noRule || (window !== null && windowById(window) === undefined)) {
    const what = noRule ? `${property} is no rule` : `${window} is no window`;
    const text = `${what} that version ${version} knows: what is said of it is the file's word`;
    return { finding, remarks: [text] };
  }
  const told = toldOf({ ...finding, world: finding.world as World });
  const differ = toldKeys.filter((key) => {
    // Older files do not say all of it; that is no word against ours.
    const silent = finding[key] === undefined || (key === 'roles' && finding.roles.length === 0);
    return !silent && JSON.stringify(finding[key]) !== JSON.stringify(told[key]);
  });
  const rest = Object.entries(finding).filter(([key]) => !toldKeys.some((k) => k === key));
  const ours = { ...(Object.fromEntries(rest) as Omit<Finding, keyof OurWords>), ...told };
  const said = `shown is what version ${version} says`;
  const text = `the file says otherwise of: ${differ.join(', ')}; ${said}`;
  return { finding: ours, remarks: differ.length === 0 ? [] : [text] };
}

/**
 * What is seen of a breach of @property: as its window has it, if that is about this rule alone;
 * else as the rule does, since one order breaks one rule.
 */
function symptomOf(window: Window | undefined, property: string): string | null {
  const [only, second] = window?.symptomOf ?? [];
  if (only === property && second === undefined) return window?.symptom ?? null;
  return propertyNamed(property)?.seen ?? null;
}

/** Where the functions of the trace stand; of the kernel's own C, each step says it itself. */
function placesFor({ trace, revision, source }: Shown): Pick<Finding, 'places'> {
  const known = source || revision.userFixes.length > 0 ? null : placesOf(revision.name);
  if (known === null) return {};
  const names = [...new Set(trace.flatMap((step) => step.stack))].sort();
  const functions = Object.fromEntries(
    names.flatMap((name) => {
      const at = known.functions.get(name);
      return at === undefined ? [] : [[name, at] as const];
    }),
  );
  return { places: { release: known.release, functions } };
}

/** What a breach of @property does in @world, and what that means. */
function harmOf(
  window: Window | undefined,
  property: string,
  world: World,
): Pick<Finding, 'harm' | 'consequence'> {
  const rule = propertyNamed(property);
  if (rule === undefined) return {};
  const { harm, means } = rule.gravityIn?.(world) ?? rule;
  return { harm: window?.harmOf?.[property] ?? harm, consequence: means };
}

/** The release with the first of @openers; null where none of them is known. */
function sinceOf(openers: readonly string[]): string | null {
  return openers.map((sha) => landedOf(sha)).find((landed) => landed !== undefined) ?? null;
}

/** The kind that the world gives a thread; of one that was started, the function it begins in. */
function roleOf(thread: string, { trace, world }: Shown): string {
  const given = world.threads.find((t) => t.name === thread)?.kind;
  if (given !== undefined) return given;
  if (/:buffer(:|$)/.test(thread)) return 'store-buffer';
  return trace.find((step) => step.thread === thread)?.stack.at(-1) ?? 'worker';
}

/** The commits of the kernel; of a tree of its C, those of the revision that stands for it. */
function stackOf({ revision, source }: Shown): readonly { readonly sha: string }[] {
  const shas = revision.commits.map((text) => ({ sha: text.split(' ')[0]! }));
  if (source === undefined) return shas;
  return revisionOfTree(revision.name.replace(/^linux-/, ''))?.commits ?? shas;
}
