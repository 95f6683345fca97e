// SPDX-License-Identifier: GPL-2.0-only
// The page as it is used: what keys, clicks and links do, and what is drawn anew then.

import { render } from 'lit-html';
import { incoherence } from '#finding/coherent';
import type { Finding } from '#finding/finding';
import { decidingSteps } from '#report/select';
import { traceDat } from '#report/trace-dat';
import { fileStem } from '#report/words';
import type { PageData } from '#view/model/data';
import { linkTo, type PagePlace, readLink } from '#view/model/link';
import { unpacked } from '#view/model/packed';
import type { PaneRow } from '#view/model/rows';
import { type ViewName, viewNames } from '#view/model/views';
import { drawPair } from './arrow.ts';
import { Asker } from './asker.ts';
import { type Command, commandsOf } from './commands.ts';
import { showFault } from './fault.ts';
import { findingTemplate } from './finding-view.ts';
import { indexTemplate } from './index-view.ts';
import { type Pane, paneRows } from './pane.ts';
import { saveFile } from './save.ts';
import { OpenFinding } from './state.ts';
import { moveStop, viewTemplate } from './views.ts';

/** Runs a page in @root. */
export class App {
  private readonly data: PageData;
  private readonly findings: readonly Finding[];
  private readonly root: HTMLElement;
  private readonly worker: string;
  private asker: Asker | null = null;
  /** Counts odds, which takes longer, so that no branch has to wait for it. */
  private counter: Asker | null = null;
  private shown: OpenFinding | null = null;
  private rows: readonly (readonly PaneRow[])[] = [];
  private filter = '';
  private view: ViewName | null = null;
  /** Ends with the last of the places that were asked for; @asked counts them. */
  private going: Promise<void> = Promise.resolve();
  private asked = 0;

  constructor(data: PageData, root: HTMLElement, worker: string) {
    this.data = data;
    this.findings = data.findings.map(unpacked);
    this.root = root;
    this.worker = worker;
    addEventListener('hashchange', () => void this.go(readLink(location.hash)));
    addEventListener('resize', () => this.drawPairs());
    addEventListener('keydown', (event) => this.key(event));
  }

  /** Show @place. */
  async go(place: PagePlace): Promise<void> {
    const { data } = this;
    const at = data.shown === null ? place.finding : 0;
    const finding = at === null ? undefined : this.findings[at];
    if (finding === undefined) {
      this.shown = null;
      this.close();
      // Where there are no findings, what else there is comes first.
      const first = viewNames.find((name) => data.views[name] !== null) ?? null;
      const asked = place.view === null || data.views[place.view] === null ? null : place.view;
      this.view = asked ?? (data.cards.length === 0 ? first : null);
      return this.draw();
    }
    const wrong = incoherence(finding);
    if (wrong !== null) {
      this.shown = null;
      this.close();
      return showFault(this.root, `its finding makes no sense: ${wrong}`);
    }
    if (this.shown?.finding !== finding) {
      this.shown = new OpenFinding(finding, data.shown === null ? at : null, data.findings[at!]!);
      this.close();
      this.asker = new Asker(this.worker);
      this.counter = new Asker(this.worker);
      const opening = this.open(this.shown, this.asker, this.counter);
      // What the file tells is drawn at once; a branch needs the checker.
      this.draw();
      await opening;
    }
    await this.branch(place);
  }

  private close(): void {
    this.asker?.end();
    this.counter?.end();
    this.asker = null;
    this.counter = null;
    // What an ended checker was asked is never answered.
    this.going = Promise.resolve();
  }

  private async open(shown: OpenFinding, asker: Asker, counter: Asker): Promise<void> {
    const { why } = shown.finding;
    const refused = await asker.open(shown.finding);
    shown.engine = refused === null ? 'ready' : { refused };
    if (refused !== null || shown !== this.shown) return this.draw();
    const story = await asker.story([]);
    if (story !== null) {
      shown.stories = [{ ...story, trace: shown.finding.trace }];
      if (why && !sameData(why.alternatives, story.alternatives)) shown.doubt('alternatives');
    }
    shown.kernels = await asker.kernels();
    this.draw();
    void this.explain(shown, counter);
  }

  /** Explain the finding anew: what decides and the odds are as its file says until then. */
  private async explain(shown: OpenFinding, counter: Asker): Promise<void> {
    const { why: stored } = shown.finding;
    if ((await counter.open(shown.finding)) !== null) return;
    const reasons = await counter.reasons([]);
    if (shown !== this.shown || reasons === null) return;
    const { why } = reasons;
    if (stored && why) {
      for (const what of ['odds', 'window', 'pair'] as const) {
        if (!sameData(withoutTrace(stored[what]), withoutTrace(why[what]))) shown.doubt(what);
      }
    }
    shown.reasons = [reasons, ...shown.reasons.slice(1)];
    this.draw();
  }

  /**
   * Go to @place within the finding. One place after the other: the checker answers late, and a
   * place that was asked for before must not be drawn over one that was asked for after it.
   */
  private async branch(place: PagePlace): Promise<void> {
    const { shown, asker, counter } = this;
    if (shown === null || asker === null || counter === null) return;
    const nth = ++this.asked;
    const lead = (): Promise<void> | undefined =>
      nth === this.asked && shown === this.shown ? this.lead(shown, asker, place) : undefined;
    this.going = this.going.then(lead, lead);
    await this.going;
    if (nth === this.asked && shown === this.shown) await this.argue(shown, counter);
  }

  /** Follow the branch of @place, and look at its step. */
  private async lead(shown: OpenFinding, asker: Asker, place: PagePlace): Promise<void> {
    const before = shown.forks.length;
    const there = shown.engine === 'ready' || place.branch.length === 0;
    const done = there && (await shown.follow(asker, place.branch));
    shown.notice = done ? null : 'The link names a branch that this finding does not have.';
    const isThere = await this.compare(shown, asker, place.kernel ?? null);
    if (!isThere) shown.notice = 'The link names a kernel that this finding is not held against.';
    const swapped = await this.swap(shown, asker, place.swapped === true);
    if (!swapped) shown.notice = 'The link names a run that this finding does not have.';
    if (done && place.branch.length !== before) shown.active = place.branch.length > 0 ? 1 : 0;
    const { length } = shown.story.trace;
    if (place.step !== null && place.step >= length) {
      shown.notice = `The link names step ${place.step + 1}, and the run has ${length}.`;
    }
    const parted = shown.compared?.parts ?? shown.swapped?.from;
    const best = place.branch.at(-1)?.step ?? parted ?? firstLook(shown.finding);
    shown.step = Math.min(place.step ?? best, length - 1);
    this.draw();
    this.reveal();
  }

  /** Ask what decides in the run that @shown shows beside its own. */
  private async argue(shown: OpenFinding, counter: Asker): Promise<void> {
    const { forks } = shown;
    if (forks.length > 0 && shown.reasons.at(-1) === null) {
      const reasons = await counter.reasons(forks);
      if (shown.forks !== forks) return;
      shown.reasons = [...shown.reasons.slice(0, -1), reasons];
      this.draw();
    }
    const { compared } = shown;
    if (compared !== null && shown.comparedReasons === null) {
      const reasons = await counter.reasonsUnder(compared.kernel.id);
      if (shown.compared !== compared) return;
      shown.comparedReasons = reasons;
      this.draw();
    }
  }

  /** Hold the finding against the kernel @id, or against none; false: there is no such kernel. */
  private async compare(shown: OpenFinding, asker: Asker, id: string | null): Promise<boolean> {
    if ((shown.compared?.kernel.id ?? null) === id) return true;
    shown.explored = 'not asked';
    shown.comparedReasons = null;
    shown.compared = id === null || shown.engine !== 'ready' ? null : await asker.compare(id);
    shown.active = shown.compared === null ? 0 : 1;
    return id === null || shown.compared !== null;
  }

  /** Show the run with the two that decide the other way round; false: there is none. */
  private async swap(shown: OpenFinding, asker: Asker, isWanted: boolean): Promise<boolean> {
    if ((shown.swapped !== null) === isWanted) return true;
    const passing = shown.reasons[0]?.why?.pair?.passing;
    const able = isWanted && passing !== undefined && shown.engine === 'ready';
    shown.swapped = able ? await asker.scheduled(passing) : null;
    shown.active = shown.beside === null ? 0 : 1;
    return !isWanted || shown.swapped !== null;
  }

  private openSwapped(): void {
    const { shown } = this;
    if (shown === null) return;
    const place = { finding: shown.at, branch: [], step: null, view: null, swapped: true };
    this.address(place, true);
    void this.branch(place);
  }

  private choose(kernel: string): void {
    const { shown } = this;
    if (shown === null || kernel === '') return;
    shown.choosing = false;
    const place = { finding: shown.at, branch: [], step: null, view: null, kernel };
    this.address(place, true);
    void this.branch(place);
  }

  private async explore(): Promise<void> {
    const { shown, counter } = this;
    const { compared } = shown ?? {};
    if (!shown || !compared || !counter || shown.explored !== 'not asked') return;
    shown.explored = 'asked';
    this.draw();
    const explored = await counter.explore(compared.kernel.id);
    if (shown.compared !== compared) return;
    shown.explored = explored;
    this.draw();
  }

  /** Note where the page is in its address; back and forward lead through branches, not steps. */
  private address(place: PagePlace, push: boolean): void {
    const link = linkTo(place) || '#';
    if (link === location.hash) return;
    if (push) history.pushState(null, '', link);
    else history.replaceState(null, '', link);
  }

  private look(step: number): void {
    const { shown } = this;
    if (shown === null) return;
    shown.step = Math.max(0, Math.min(step, shown.story.trace.length - 1));
    const { at, forks } = shown;
    const place = { finding: at, branch: forks, step: shown.step, view: null };
    const kernel = shown.compared?.kernel.id ?? null;
    this.address({ ...place, kernel, swapped: shown.swapped !== null }, false);
    this.draw(false);
    this.reveal();
  }

  private fork(id: number, step: number, nth: number): void {
    const { shown } = this;
    if (shown === null || shown.engine !== 'ready') return;
    const story =
      id === 0 && shown.forks.length > 0 ? shown.stories.at(-2)! : shown.stories.at(-1)!;
    const chosen = story.alternatives.filter((a) => a.step === step)[nth];
    if (chosen === undefined) return;
    const { thread, choice } = chosen;
    const branch = [...shown.forksOf(id), { step, thread, choice }];
    const place = { finding: shown.at, branch, step, view: null };
    this.address(place, true);
    shown.active = 1;
    void this.branch(place);
  }

  /** Back out of the newest branch. */
  private back(): void {
    const { shown } = this;
    if (shown === null) return;
    if (shown.help || shown.choosing || shown.mail) {
      shown.help = false;
      shown.mail = false;
      shown.choosing = false;
      this.draw();
      return;
    }
    const last = shown.beside === null ? shown.forks.at(-1) : { step: shown.step };
    if (last === undefined) return;
    const branch = shown.forks.slice(0, -1);
    const place = { finding: shown.at, branch, step: last.step, view: null };
    this.address(place, true);
    void this.branch(place);
  }

  private commands(shown: OpenFinding): readonly Command[] {
    return commandsOf(shown, this.panes, this.rows, {
      look: (step) => this.look(step),
      draw: () => this.draw(),
      reveal: () => this.reveal(),
      back: () => this.back(),
      explore: () => void this.explore(),
      swap: () => this.openSwapped(),
      save: () => saveFile(`${fileStem(shown.finding)}.dat`, traceDat(shown.finding)),
    });
  }

  private key(event: KeyboardEvent): void {
    const { shown } = this;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target instanceof HTMLInputElement) return;
    if (event.target instanceof HTMLSelectElement && event.key !== 'Escape') return;
    if (shown === null) {
      if (this.view !== null && moveStop(this.root, event.key)) event.preventDefault();
      return;
    }
    const key = event.key === 'Escape' ? 'Esc' : event.key;
    if (key === 'Esc') this.back();
    else if (/^[1-9]$/.test(key)) {
      const branched = shown.forks.length > 0 && shown.beside === null;
      this.fork(branched ? shown.active : 0, shown.step, Number(key) - 1);
    } else {
      const found = this.commands(shown).find((c) => c.keys.includes(key));
      if (found === undefined) return;
      found.does();
    }
    event.preventDefault();
  }

  private drawnRows = '';
  private panes: readonly Pane[] = [];

  /** Draw the page; @rows: whether the rows may have changed, too. */
  private draw(rows = true): void {
    const { shown, data } = this;
    if (shown === null) {
      const filter = (text: string): void => {
        this.filter = text;
        this.draw();
      };
      const { view } = this;
      const page =
        view === null ? indexTemplate(data, this.filter, filter) : viewTemplate(data, view);
      render(page, this.root);
      return;
    }
    const { active, forks, compared } = shown;
    const key = `${active} ${forks.length} ${compared?.kernel.id} ${shown.swapped !== null}`;
    if (rows || key !== this.drawnRows) {
      this.panes = shown.panes({
        onStep: (step) => this.look(step),
        onFork: (id, step, nth) => this.fork(id, step, nth),
      });
      this.rows = this.panes.map(paneRows);
      this.drawnRows = key;
    }
    const on = {
      choose: (id: string) => this.choose(id),
      explore: () => void this.explore(),
    };
    const view = findingTemplate(data, shown, this.panes, this.rows, this.commands(shown), on);
    render(view, this.root);
    this.markStep();
    if (rows) this.drawPairs();
  }

  private marked: Element | null = null;

  /** Mark the row of the step that is looked at: in the page itself, as each key changes it. */
  private markStep(): void {
    const { shown } = this;
    this.marked?.removeAttribute('aria-current');
    this.marked = shown && this.rowOfStep(shown);
    this.marked?.setAttribute('aria-current', 'step');
  }

  private rowOfStep(shown: OpenFinding): Element | null {
    const id = Math.min(shown.active, this.rows.length - 1);
    const row = this.rows[id]?.find((r) => r.from <= shown.step && shown.step <= r.to);
    return row === undefined ? null : document.getElementById(`p${id}-${row.from}`);
  }

  private reveal(): void {
    const { shown } = this;
    if (shown !== null) this.rowOfStep(shown)?.scrollIntoView({ block: 'nearest' });
  }

  private drawPairs(): void {
    for (const pane of this.root.querySelectorAll('.pane')) drawPair(pane);
  }
}

/** The pair of a page has no trace of its passing run, which the page runs again. */
function withoutTrace<T>(part: T): T {
  return part && { ...part, trace: undefined };
}

function sameData(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The step to look at first: the earlier one of those that decide, or where the rule is broken. */
function firstLook(finding: Finding): number {
  const [first] = decidingSteps(finding);
  return first ?? finding.failure?.step ?? finding.trace.length - 1;
}
