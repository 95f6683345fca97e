// SPDX-License-Identifier: GPL-2.0-only
// What the page of a finding shows: the finding, branches of it, and the step that is looked at.

import type { Finding } from '#finding/finding';
import type {
  Chance,
  Comparison,
  ExploredAgain,
  Fork,
  OtherKernel,
  RunStory,
} from '#view/model/data';
import type { Asker } from './asker.ts';
import { asFinding, type Pane } from './pane.ts';

/** Whether alternatives can be run: the worker is busy with it, it can, or why it can not. */
type Engine = 'starting' | 'ready' | { readonly refused: string };

/** A finding and where one is in it. */
export class OpenFinding {
  readonly finding: Finding;
  /** Its place in the page's link; null where the page has no other. */
  readonly at: number | null;
  forks: readonly Fork[] = [];
  /** The run of the finding, and that of each fork after it. */
  stories: readonly RunStory[];
  chances: readonly (Chance | null)[];
  /** The pane that keys speak to, and the step looked at in it. */
  active = 0;
  step: number;
  all = false;
  help = false;
  /** Kernels it can be held against, whether one is being chosen, and what has come of it. */
  kernels: readonly OtherKernel[] = [];
  choosing = false;
  compared: Comparison | null = null;
  explored: ExploredAgain | null | 'asked' | 'not asked' = 'not asked';
  engine: Engine = 'starting';
  /** What is said in a line for a while: a link that leads nowhere. */
  notice: string | null = null;

  /** What is remarked of the file it came from. */
  remarks: readonly string[];

  constructor(finding: Finding, at: number | null, remarks: readonly string[]) {
    this.finding = finding;
    this.remarks = remarks;
    this.at = at;
    const story = storedStory(finding);
    this.stories = [story];
    this.chances = [storedChance(finding)];
    this.step = story.trace.length - 1;
  }

  /** Remark that what the file says of @what is not what the checker has found here. */
  doubt(what: string): void {
    const text = `the file says otherwise of the ${what}; shown is what was counted here`;
    this.remarks = [...this.remarks, text];
  }

  /** Why nothing can be run here; null where it can. */
  get refused(): string | null {
    return typeof this.engine === 'string' ? null : this.engine.refused;
  }

  /** The run that is looked at. */
  get story(): RunStory {
    if (this.compared !== null) return this.active === 0 ? this.stories[0]! : this.compared.story;
    return this.active === 0 && this.forks.length > 0
      ? this.stories[this.stories.length - 2]!
      : this.stories.at(-1)!;
  }

  /** The forks that lead to the run of pane @id. */
  forksOf(id: number): readonly Fork[] {
    return id === 0 && this.forks.length > 0 ? this.forks.slice(0, -1) : this.forks;
  }

  /** Follow @forks from the finding on; false, and nothing changes, where there is no such run. */
  async follow(asker: Asker, forks: readonly Fork[]): Promise<boolean> {
    const stories = [this.stories[0]!];
    const chances: (Chance | null)[] = [this.chances[0] ?? null];
    for (let n = 1; n <= forks.length; n++) {
      const known = sameForks(this.forks.slice(0, n), forks.slice(0, n));
      const story = known ? this.stories[n]! : await asker.story(forks.slice(0, n));
      if (story == null) return false;
      stories.push(story);
      chances.push(known ? (this.chances[n] ?? null) : null);
    }
    this.forks = forks;
    this.stories = stories;
    this.chances = chances;
    return true;
  }

  /** What the panes show; @on: what clicks do. */
  panes(on: Pick<Pane, 'onStep'> & { onFork: (id: number, step: number, nth: number) => void }) {
    const { forks, stories, finding, all, compared } = this;
    const shown = forks.length === 0 ? [0] : [stories.length - 2, stories.length - 1];
    const told = compared ? [stories[0]!, compared.story] : shown.map((n) => stories[n]!);
    const trace = told.flatMap((story) => story.trace);
    const started = new Set(trace.map((s) => s.thread));
    const known = finding.threads.filter((t) => started.has(t));
    const threads = [...known, ...[...started].filter((t) => !known.includes(t))];
    const common = compared ? compared.story.from : (forks.at(-1)?.step ?? 0);
    return told.map((story, id): Pane => {
      const n = compared ? id : shown[id]!;
      const other = compared !== null && id === 1;
      return {
        ...{ id, story, threads, all, common, parts: compared?.parts ?? null },
        chance: other ? null : (this.chances[n] ?? null),
        title: other ? `Under ${compared.kernel.name}` : n === 0 ? 'The finding' : `Branch ${n}`,
        finding: asFinding(finding, story),
        onFork: this.engine === 'ready' && !other ? (step, nth) => on.onFork(id, step, nth) : null,
        onStep: (step) => {
          this.active = id;
          on.onStep(step);
        },
      };
    });
  }
}

function sameForks(a: readonly Fork[], b: readonly Fork[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The run of @finding as the file tells it. */
function storedStory({ trace, preemptions, why, window, property, witness }: Finding): RunStory {
  return {
    ...{ trace, preemptions, from: 0 },
    outcome: { verdict: 'fails', window, property, because: witness.because },
    alternatives: why?.alternatives ?? [],
    blocked: why?.blocked ?? [],
  };
}

function storedChance({ why }: Finding): Chance | null {
  if (!why?.odds.exact) return null;
  const { after, noReturn, states } = why.odds;
  return { after, noReturn, states };
}
