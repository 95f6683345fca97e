// SPDX-License-Identifier: GPL-2.0-only
// How much a check has looked at, and what it has left out, in numbers and sentences.

import { listed, plural } from '#base/text';
import { chanceText, exploredText, strategyText } from '#checker/index';
import type { CheckOptions, Coverage, HitLimit, Noticed } from '#finding/report';
import { INTERRUPTED, isInterrupted, type WorldOutcome } from '#run/check-world';
import { actorsOf, apartIn } from '#worlds/actors';
import type { DerivedWorld } from '#worlds/derive';

/** A world that was explored. */
interface Run {
  readonly derived: DerivedWorld;
  readonly outcome: WorldOutcome;
}

/** Over @all runs, each world once. */
export function coverageOf(all: readonly Run[], options: CheckOptions): Coverage {
  // A world that nobody has looked at covers nothing.
  const runs = all.filter(({ outcome }) => outcome.states > 0 || !isInterrupted(outcome));
  const clients = (d: DerivedWorld) => d.world.devices.filter((x) => x.iommus.length > 0).length;
  const sum = (pick: (o: WorldOutcome) => number) =>
    runs.reduce((total, { outcome }) => total + pick(outcome), 0);
  const notes = notesOf(runs, options);
  return {
    worlds: runs.length,
    clientsMax: Math.max(0, ...runs.map((r) => clients(r.derived))),
    instancesMax: Math.max(0, ...runs.map((r) => r.derived.world.instances.length)),
    actors: actorsOf(runs.map((r) => r.derived.world)),
    states: sum((o) => o.states),
    transitions: sum((o) => o.transitions),
    strategy: strategyText(options.strategy),
    ...(options.memory === undefined ? {} : { memory: options.memory }),
    ...(notes.length === 0 ? {} : { notes }),
    bounded: limitsOf(all),
  };
}

/** The limits that were hit in @runs, each once. */
export function limitsOf(
  runs: readonly { derived: DerivedWorld; outcome: Pick<WorldOutcome, 'bounded'> }[],
): HitLimit[] {
  const limits = new Map<string, { limit: HitLimit; worlds: Set<string> }>();
  for (const { derived, outcome } of runs) {
    for (const { limit, value, flag } of outcome.bounded) {
      const known = limits.get(limit) ?? {
        limit: { limit: limit === INTERRUPTED ? limit : `${limit}-max`, value, flag, worlds: [] },
        worlds: new Set<string>(),
      };
      known.worlds.add(derived.world.name);
      limits.set(limit, known);
    }
  }
  return [...limits.values()].map(({ limit, worlds }) => ({
    ...limit,
    worlds: [...worlds].sort(),
  }));
}

/** What was noticed in @runs; the same in several worlds but for the name of the device, once. */
export function noticedIn(runs: readonly Run[]): Noticed[] {
  const all = new Map<string, Noticed>();
  for (const { outcome } of runs) {
    const here = new Map<string, Noticed>();
    for (const { kind, subject, because } of outcome.detected) {
      const field = subject.slice(subject.lastIndexOf('.') + 1);
      here.set(`${kind} ${field} ${because}`, { kind, subject, because, worlds: 1 });
    }
    for (const [key, n] of here) {
      all.set(key, { ...n, ...all.get(key), worlds: (all.get(key)?.worlds ?? 0) + 1 });
    }
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, n]) => n);
}

/** What the numbers mean where the search is not the usual one. */
function notesOf(runs: readonly Run[], { strategy, memory, auditCache }: CheckOptions): string[] {
  const notes: string[] = [];
  const apart = apartIn(runs.map((r) => r.derived.world));
  if (apart.length > 1) {
    notes.push(
      `${apart.join(', ')}: each in a small world of its own, so no two of them together, nor` +
        ' with a second walk',
    );
  }
  const strange = strangersOf(runs);
  if (strange !== null) notes.push(strange);
  if (auditCache !== undefined) notes.push(auditNote(runs));
  const explored = exploredText(strategy);
  if (explored !== null) notes.push(explored);
  if (runs.some(({ outcome }) => outcome.missed.length > 0)) notes.push(missedNote(runs));
  if (memory === undefined) return notes;
  const named = memory.fields.join(', ');
  notes.push(
    `memory ${memory.model}: store reordering only, of ${named}; loads are never reordered, and` +
      ' other stores are seen at once',
  );
  const never = memory.fields.filter((f) => !runs.some((r) => r.outcome.buffered?.includes(f)));
  if (never.length > 0) {
    notes.push(
      `nothing was stored to ${never.join(', ')} in any run: no such field, or no use of it`,
    );
  }
  return notes;
}

/** IOMMUs whose driver the model does not know, as a sentence; null for none. */
function strangersOf(runs: readonly Run[]): string | null {
  const instances = runs.flatMap((r) => r.derived.world.instances);
  const names = new Set(instances.filter((i) => i.driver === 'unknown').map((i) => i.name));
  if (names.size === 0) return null;
  return (
    `${listed([...names].sort(), 'and')}: no driver that the model knows; taken for one that` +
    ' comes, and that puts devices with one id into one group'
  );
}

/** Runs that were audited without a difference; one with a difference ends the check. */
function auditNote(runs: readonly Run[]): string {
  const audited = runs.flatMap(({ outcome }) => outcome.audited ?? []);
  const hits = audited.reduce((sum, a) => sum + a.hits, 0);
  const walks = audited.reduce((sum, a) => sum + a.walks, 0);
  const left = runs.length - audited.length;
  const rest = left === 0 ? '' : `; ${plural(left, 'world')} not audited: a limit was hit`;
  return `audited: ${walks} walks from ${plural(hits, 'cache hit')} found nothing new${rest}`;
}

/** The chance to have missed something, in the world in which it is largest. */
function missedNote(runs: readonly Run[]): string {
  const worst = [1, 2, 3].map((depth) => {
    const chances = runs.map(({ outcome }) => outcome.missed[depth - 1] ?? 1);
    return `${depth}: ${chanceText(Math.max(0, ...chances))}`;
  });
  return (
    `chance to have missed a bug of depth ${worst.join(', ')}; in the world where it is largest,` +
    ' if no run is longer than the longest one drawn'
  );
}
