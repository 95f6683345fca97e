// SPDX-License-Identifier: GPL-2.0-only
// What the page of a finding shows: the finding, branches of it, and the step that is looked at.

import type { Prevention } from '#finding/diagnosis';
import type { Finding } from '#finding/finding';
import { avoidedTold } from '#report/alike';
import type {
  Comparison,
  ExploredAgain,
  Fork,
  OtherKernel,
  PackedFinding,
  Reasons,
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
  /** Why each breaks what it breaks; null: that is not known yet. */
  reasons: readonly (Reasons | null)[];
  /** The pane that keys speak to, and the step looked at in it. */
  active = 0;
  step: number;
  all = false;
  help = false;
  mail = false;
  /** Kernels it can be held against, whether one is being chosen, and what has come of it. */
  kernels: readonly OtherKernel[] = [];
  choosing = false;
  compared: Comparison | null = null;
  /** The run with the two that decide the other way round, if that is looked at. */
  swapped: RunStory | null = null;
  /** What decides under that kernel; null: that is not known yet. */
  comparedReasons: Reasons | null = null;
  explored: ExploredAgain | null | 'asked' | 'not asked' = 'not asked';
  engine: Engine = 'starting';
  /** What is said in a line for a while: a link that leads nowhere. */
  notice: string | null = null;

  /** What is remarked of the file it came from. */
  remarks: readonly string[];

  /** What that file says of boot options; undefined: it says nothing, or there is no file. */
  private readonly filed: readonly Prevention[] | undefined;

  constructor(
    finding: Finding,
    at: number | null,
    { remarks, filed }: Pick<PackedFinding, 'remarks' | 'filed'>,
  ) {
    this.finding = finding;
    this.remarks = remarks;
    this.filed = filed;
    this.at = at;
    const story = storedStory(finding);
    this.stories = [story];
    this.reasons = [storedReasons(finding)];
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

  /** A run that is no branch, beside the finding; null: there is none. */
  get beside(): RunStory | null {
    return this.compared?.story ?? this.swapped;
  }

  /** The run that is looked at. */
  get story(): RunStory {
    const { beside } = this;
    if (beside !== null) return this.active === 0 ? this.stories[0]! : beside;
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
    const reasons: (Reasons | null)[] = [this.reasons[0] ?? null];
    for (let n = 1; n <= forks.length; n++) {
      const known = sameForks(this.forks.slice(0, n), forks.slice(0, n));
      const story = known ? this.stories[n]! : await asker.story(forks.slice(0, n));
      if (story == null) return false;
      stories.push(story);
      reasons.push(known ? (this.reasons[n] ?? null) : null);
    }
    this.forks = forks;
    this.stories = stories;
    this.reasons = reasons;
    return true;
  }

  /** What the panes show; @on: what clicks do. */
  panes(on: Pick<Pane, 'onStep'> & { onFork: (id: number, step: number, nth: number) => void }) {
    const { forks, stories, finding, all, compared, beside } = this;
    const shown = forks.length === 0 ? [0] : [stories.length - 2, stories.length - 1];
    const told = beside ? [stories[0]!, beside] : shown.map((n) => stories[n]!);
    const trace = told.flatMap((story) => story.trace);
    const started = new Set(trace.map((s) => s.thread));
    const known = finding.threads.filter((t) => started.has(t));
    const threads = [...known, ...[...started].filter((t) => !known.includes(t))];
    const common = beside ? beside.from : (forks.at(-1)?.step ?? 0);
    const name = compared ? `Under ${compared.kernel.name}` : 'The other way round';
    return told.map((story, id): Pane => {
      const n = beside ? id : shown[id]!;
      const other = beside !== null && id === 1;
      const reasons = (other ? this.comparedReasons : this.reasons[n]) ?? null;
      // Options were asked about the window of the finding, under its kernel.
      const isAsked = story.outcome.window === finding.window && !(other && compared !== null);
      const own = this.filed === undefined ? finding : { ...finding, avoided: this.filed };
      return {
        ...{ id, story, threads, all, common, parts: compared?.parts ?? null },
        reasons,
        options: isAsked ? avoidedTold(own, this.filed !== undefined) : null,
        title: other ? name : n === 0 ? 'The finding' : `Branch ${n}`,
        finding: asFinding(finding, story, reasons),
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
    outcome: { verdict: 'fails', window, property, ...witness },
    alternatives: why?.alternatives ?? [],
    blocked: why?.blocked ?? [],
  };
}

/** What the finding says of it. Of other windows a page is given no word of a file. */
function storedReasons({ why, deciding, alike = [] }: Finding): Reasons | null {
  if (!why) return null;
  if (!why.odds.exact) return { chance: null, why, deciding, alike };
  const { after, noReturn, states } = why.odds;
  return { chance: { after, noReturn, states }, why, deciding, alike };
}
