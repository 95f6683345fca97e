// SPDX-License-Identifier: GPL-2.0-only
// The windows that are seen as a finding is seen, and why it is none of them: what the kernel does
// not have, what its run does not come to, and whose signature does not know the run.

import { assert } from '#base/assert';
import { listed } from '#base/text';
import { Machine, type Replayed, replay } from '#checker/index';
import type { Memory } from '#finding/finding';
import { type Broken, breaksTheSame } from '#finding/key';
import type { Alike } from '#finding/why';
import type { Revision } from '#kernel/index';
import { propertyOf, ruleBroken } from '#properties/index';
import { needsOf, type Window, windows } from '#windows/index';
import { whyNotOpen } from '#windows/ways';
import type { World } from '#worlds/world';
import { openWorld } from './watched-scene.ts';

/** A run that breaks a rule. */
interface BrokenRun extends Broken {
  readonly schedule: string;
  readonly subject: string;
}

/** The other windows of which a breach of this rule is what is seen, the nearest ones first. */
export function alikeOf(
  world: World,
  revision: Revision,
  run: BrokenRun,
  memory?: Memory,
): readonly Alike[] {
  const others = windows.filter(
    ({ id, symptomOf }) => id !== run.window && symptomOf.includes(run.property),
  );
  if (others.length === 0) return [];
  const watched = new WatchedRun(world, revision, run, memory);
  const closed = others.map((window) => whyNotOpen(window, revision.commits, world));
  const absent = others.map((window) => watched.whyNotReached(window));
  const told = others.map((window, i): Alike & { readonly far: number } => {
    const [shut, lacks] = [closed[i] ?? null, absent[i] ?? null];
    const far = shut !== null ? 2 : lacks !== null ? 1 : 0;
    return { window: window.id, because: shut ?? lacks ?? watched.whyNotTold(window), far };
  });
  return told.sort((a, b) => a.far - b.far).map(({ window, because }) => ({ window, because }));
}

/** One run with all that watches it. */
class WatchedRun {
  private readonly scene: ReturnType<typeof openWorld>['scene'];
  private readonly run: BrokenRun;
  private readonly reached: ReadonlySet<string>;
  /** Which of the reports of the run is the finding. */
  private readonly at: number;

  constructor(world: World, revision: Revision, run: BrokenRun, memory: Memory | undefined) {
    this.scene = openWorld(world, revision, { by: 'windows', ids: null }, memory).scene;
    this.run = run;
    const machine = new Machine(this.scene);
    const { reports } = this.replayed(machine);
    this.reached = machine.rules.hits;
    this.at = reports.findIndex(
      ({ report }) => report.subject === run.subject && breaksTheSame(ruleBroken(report), run),
    );
    assert(this.at >= 0, `${run.property} does not show when it is held against other windows`);
  }

  private replayed(machine: Machine): Replayed {
    const done = replay(machine, this.run.schedule);
    assert(done.ok, 'what a search has found does not replay');
    return done.value;
  }

  /** Null where something that @window needs has come about in the run. */
  whyNotReached({ id }: Window): string | null {
    const needs = needsOf(id);
    if (needs.length === 0 || needs.some((need) => this.reached.has(need))) return null;
    return `it takes ${listed(needs)}, which this run does not have`;
  }

  /** Whether the run would be told as @window were no other one known, and what that is. */
  whyNotTold({ id, title }: Window): string {
    const signatures = this.scene.signatures.filter((s) => s.window === id);
    const { reports } = this.replayed(new Machine({ ...this.scene, signatures }));
    const report = reports[this.at]?.report;
    assert(report && propertyOf(report.property) === this.run.property, 'a watcher changes a run');
    assert(report.window !== id || this.run.window !== null, `${id} explains what fits none`);
    if (report.window === id) return `it fits as well, and ${this.run.window} is the closer fit`;
    return `another order: ${/^[A-Z][a-z]* /.test(title) ? lowered(title) : title}`;
  }
}

function lowered(title: string): string {
  return `${title[0]!.toLowerCase()}${title.slice(1)}`;
}
