// SPDX-License-Identifier: GPL-2.0-only
// From what one world has shown to a finding: everything that reports and replay need.

import { Machine, replay } from '#checker/index';
import type { Finding, FindingSource, FixCode, KernelSpec, Memory } from '#finding/finding';
import { breaksTheSame } from '#finding/key';
import { commitLine, findRevision, landedOf, placesOf } from '#kernel/index';
import { propertyNamed, ruleBroken } from '#properties/index';
import { commitsFor, type Window, windowById } from '#windows/index';
import { assumptionsOf } from '#worlds/assumed';
import { type Renaming, rename, renaming } from '#worlds/shape';
import type { World } from '#worlds/world';
import type { WorldFinding } from './check-world.ts';
import { revisionOf } from './kernel-spec.ts';
import { producer } from './producer.ts';
import { watchedScene } from './watched-scene.ts';

/** Where a finding of a world belongs. */
export interface Place {
  readonly world: World;
  /** Kind of the client. */
  readonly kind: string;
  /** All devices of that kind whose worlds show it. */
  readonly devices: readonly string[];
  readonly kernel: KernelSpec;
  readonly memory?: Memory | undefined;
  /** Of the kernel's own C only. */
  readonly source?: FindingSource;
}

/** The finding that @f is at @place, complete. */
export function toFinding(f: WorldFinding, place: Place): Finding {
  const window = f.window === null ? undefined : windowById(f.window);
  const told = window && commitsFor(window, stackOf(place), place.world);
  const slug = place.kind.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const threads = [...new Set(f.trace.map((step) => step.thread))];
  const { name, commits, userFixes } = place.kernel;
  return {
    format: 'racewindow/finding@2',
    producer: producer(),
    id: `${f.property}-${f.window ?? 'new'}-${slug}`,
    revision: { name, commits, userFixes: userFixes.map(withoutCode) },
    ...(place.source === undefined ? {} : { source: place.source }),
    world: place.world,
    ...(place.memory === undefined ? {} : { memory: place.memory }),
    property: f.property,
    window: f.window,
    class: place.kind,
    devices: place.devices,
    rule: propertyNamed(f.property)?.rule ?? f.property,
    symptom: symptomOf(window, f.property),
    ...harmOf(window, f.property),
    ...(told === undefined ? {} : { since: sinceOf(told.openers) }),
    fixes: (told?.openers ?? []).map(commitLine),
    closers: (told?.closers ?? []).map((sha) => `${commitLine(sha)}, ${landedOf(sha)}`),
    links: window?.links ?? [],
    assumed: assumptionsOf(place.world),
    threads,
    roles: threads.map((thread) => ({ thread, role: roleOf(thread, f, place.world) })),
    preemptions: f.preemptions,
    minimal: f.minimal,
    schedule: f.schedule,
    trace: f.trace,
    ...placesFor(f, place),
    deciding: f.deciding ?? null,
    ...(f.failure ? { failure: f.failure } : {}),
    ...(f.why ? { why: f.why } : {}),
    witness: f.witness,
    ...(userFixes.length === 0 ? {} : { code: userFixes }),
  };
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
function placesFor({ trace }: WorldFinding, { kernel, source }: Place): Pick<Finding, 'places'> {
  const known = source || kernel.userFixes.length > 0 ? null : placesOf(kernel.name);
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

/** What a breach of @property does, and what that means. */
function harmOf(
  window: Window | undefined,
  property: string,
): Pick<Finding, 'harm' | 'consequence'> {
  const rule = propertyNamed(property);
  if (rule === undefined) return {};
  return { harm: window?.harmOf?.[property] ?? rule.harm, consequence: rule.means };
}

/** The release with the first of @openers; null where none of them is known. */
function sinceOf(openers: readonly string[]): string | null {
  return openers.map((sha) => landedOf(sha)).find((landed) => landed !== undefined) ?? null;
}

/** The kind that the world gives a thread; of one that was started, the function it begins in. */
function roleOf(thread: string, { trace }: WorldFinding, { threads }: World): string {
  const given = threads.find((t) => t.name === thread)?.kind;
  if (given !== undefined) return given;
  if (/:buffer(:|$)/.test(thread)) return 'store-buffer';
  return trace.find((step) => step.thread === thread)?.stack.at(-1) ?? 'worker';
}

function withoutCode({ name, sha256 }: FixCode): Omit<FixCode, 'source'> {
  return { name, sha256 };
}

/** The commits of the kernel; of a tree of its C, those of the revision that models its series. */
function stackOf({ kernel, source }: Place): readonly { readonly sha: string }[] {
  const shas = kernel.commits.map((text) => ({ sha: text.split(' ')[0]! }));
  if (source === undefined) return shas;
  const [, series] = /^linux-(\d+\.\d+)/.exec(kernel.name) ?? [];
  const stable = findRevision(`${series}.y`);
  const found = stable.ok ? stable : findRevision(`${series}`);
  return found.ok ? found.value.commits : shas;
}

/**
 * What was found in @from as it shows in @to, a world of the same shape: the schedule with the
 * names changed is run there. Null if it does not show the same, which would be a fault.
 */
export function transfer(
  f: WorldFinding,
  from: World,
  to: World,
  kernel: KernelSpec,
  memory?: Memory,
): WorldFinding | null {
  const names: Renaming = renaming(from, to);
  const revision = revisionOf(kernel);
  if (!revision.ok) return null;
  const machine = new Machine(watchedScene(to, revision.value, null, { memory }));
  const schedule = rename(f.schedule, escapedNames(names));
  const run = replay(machine, schedule);
  if (!run.ok) return null;
  const subject = rename(f.witness.subject, names);
  const report = run.value.reports
    .map((r) => r.report)
    // One run may break a rule for several devices.
    .find((r) => r.subject === subject && breaksTheSame(ruleBroken(r), f));
  if (!report) return null;
  const { because, facts } = report;
  const trace = run.value.trace;
  return { ...f, schedule, trace, witness: { subject, because, facts } };
}

/** Names as schedules write them (checker/program/schedule.ts): `cb@3` is `cb%403`. */
function escapedNames(names: Renaming): Renaming {
  const escaped = (text: string): string =>
    text.replace(/[%>@#~\s]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return new Map([...names].map(([from, to]) => [escaped(from), escaped(to)]));
}
