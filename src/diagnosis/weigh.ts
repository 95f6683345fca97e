// SPDX-License-Identifier: GPL-2.0-only
// Which windows explain the clues of a log, which do not, and by which line.
//
// A window is brought up by a clue that it names as its sign. It is out where the kernel does not
// have it, or where a fact that it needs is known to be otherwise. It is certain where all that
// proves it is known, and every other window that shows in the same way is out.

import type { Fit, WeighedWindow } from '#finding/diagnosis';
import { commitLine, landedOf, notAfter } from '#kernel/index';
import type { LogStory } from '#log/index';
import type { Platform } from '#platform/index';
import type { Evidence, LogSign } from '#windows/evidence';
import { openWays, type Window, windows } from '#windows/index';
import { type Clue, isTelling } from './clues.ts';
import { facts } from './facts.ts';
import type { KernelOfLog } from './kernel-of.ts';

/** What a window is to one clue. */
export interface Weighed {
  readonly window: string;
  readonly clue: Clue;
  readonly fits: Fit;
  readonly because: string;
  readonly lines: readonly number[];
  readonly missing: readonly string[];
  /** Nothing else is needed: certain, if nothing else shows in the same way. */
  readonly proved: boolean;
  readonly rare: boolean;
  /** Windows than which it is likelier. */
  readonly likelierThan: readonly string[];
  /** Where it fits, nothing else is needed to explain the clue. */
  readonly always: boolean;
  /** What it would be, but for the commits of the kernel; absent: they are not against it. */
  readonly butFor?: Fit;
}

/** True where the model has no run that shows @window on @device and keeps the order of the log. */
export type RulesOut = (window: string, device: string | null) => boolean;

/** What is weighed with. */
interface Scales {
  readonly story: LogStory;
  readonly kernel: KernelOfLog;
  readonly board: Platform | null;
  readonly rulesOut: RulesOut;
}

/** Each window that @clue brings up, with what it is to it; what is certain no model rules out. */
export function weighClue(clue: Clue, scales: Scales): Weighed[] {
  return byLog(clue, scales).map((w) => {
    const isOpen = w.fits === 'fits' || w.fits === 'can not tell';
    if (!isOpen || !scales.rulesOut(w.window, clue.device)) return w;
    const because = 'no run of the model on this board shows it and keeps the order of the log';
    return { ...w, fits: 'no', because, missing: [] };
  });
}

function byLog(clue: Clue, scales: Scales): Weighed[] {
  const weighed = windows.flatMap((window) => {
    const signs = (window.log ?? []).filter(({ seen }) => matches(seen, clue));
    const all = signs.map((sign) => weighSign(window, sign, clue, scales));
    return all.length === 0 ? [] : [all.reduce((a, b) => (order(a) <= order(b) ? a : b))];
  });
  const alive = weighed.filter((w) => w.fits !== 'no');
  if (alive.length === 0) return weighed.map(despiteHistory);
  const sure = alive.find((w) => w.always && w.fits === 'fits' && scales.kernel.exact);
  if (sure !== undefined) return weighed.map((w) => beside(sure, w));
  return weighed.map((w) => {
    const isCertain = w.proved && w.fits === 'fits' && alive.length === 1 && scales.kernel.exact;
    return isCertain ? { ...w, fits: 'certain' as const } : w;
  });
}

/** What @w is where @sure explains the clue in each order: no line says that it is this as well. */
function beside(sure: Weighed, w: Weighed): Weighed {
  if (w.window === sure.window || w.fits === 'no') return w;
  const because = `${sure.window} brings it about in each order, and no line tells of more`;
  return { ...w, fits: 'can not tell', because, missing: [], proved: false };
}

/** Where the log has what no window of that kernel shows, the log is right: both are told. */
function despiteHistory(w: Weighed): Weighed {
  if (w.butFor !== 'fits' || !isTelling(w.clue)) return w;
  return {
    ...w,
    fits: 'can not tell',
    because: `${w.clue.says}, as of this window; yet ${w.because}`,
    missing: ['which commits this kernel really has'],
  };
}

const ORDER: readonly Fit[] = ['certain', 'fits', 'can not tell', 'no'];

/** Smaller is likelier. */
export function order({ fits, rare }: Pick<Weighed, 'fits' | 'rare'>): number {
  return 2 * ORDER.indexOf(fits) + (rare ? 1 : 0);
}

function matches(seen: Evidence, clue: Clue): boolean {
  if (seen.kind !== clue.kind) return false;
  switch (seen.kind) {
    case 'late':
      return clue.by == null || seen.by.includes(clue.by);
    case 'crash':
      return crashMatches(seen, clue);
    case 'warning':
      return seen.at.includes(clue.what ?? '');
    case 'lock circle':
      return seen.locks.every((lock) => (clue.locks ?? []).some((l) => l.includes(lock)));
    case 'leak':
      return (clue.trace?.frames ?? []).some((f) => seen.from.includes(f));
    case 'out of order':
      return seen.withDriver === clue.withDriver;
    case 'duplicate link':
    case 'no group':
    case 'waits for ever':
    case 'timed out':
    case 'fault':
    case 'a device twice':
      return true;
  }
}

function crashMatches(seen: Evidence & { kind: 'crash' }, clue: Clue): boolean {
  if (seen.what !== undefined && seen.what !== clue.what) return false;
  const { pc, lr, frames } = clue.trace ?? { pc: null, lr: null, frames: [] };
  const inner = [pc ?? frames[0] ?? ''];
  if (!inner.some((f) => seen.at.includes(f))) return false;
  const { through } = seen;
  return through === undefined || [lr ?? '', ...frames].some((f) => through.includes(f));
}

function weighSign(window: Window, sign: LogSign, clue: Clue, scales: Scales): Weighed {
  const { story, kernel } = scales;
  const result: MakeResult = (fits, because, lines = [], missing = [], proved = false) => ({
    ...{ window: window.id, clue, fits, because, missing, proved },
    lines: [...new Set([clue.line, ...lines])],
    rare: sign.rare ?? false,
    likelierThan: sign.likelierThan ?? [],
    always: sign.always ?? false,
  });
  const absent = notIn(window, kernel) ?? notShownIn(sign, kernel);
  const judged = bySign(sign, clue, scales, result);
  if (absent === null || judged.fits === 'no') return judged;
  // What a kernel of somebody's own has is not known for sure.
  if (!kernel.exact && judged.fits === 'fits') {
    const missing = [...judged.missing, `whether this kernel really is ${kernel.revision?.name}`];
    return {
      ...judged,
      fits: 'can not tell',
      missing,
      because: `${judged.because}; yet ${absent}`,
    };
  }
  return { ...result('no', absent, lineOfVersion(story)), butFor: judged.fits };
}

type MakeResult = (
  fits: Fit,
  because: string,
  lines?: readonly number[],
  missing?: readonly string[],
  proved?: boolean,
) => Weighed;

/** What the sign is by the facts alone. */
function bySign(sign: LogSign, clue: Clue, scales: Scales, result: MakeResult): Weighed {
  const { story, kernel, board } = scales;
  const firmware = board?.firmware ?? story.firmware;
  if (sign.firmware !== undefined && firmware !== null && sign.firmware !== firmware) {
    return result('no', `it shows in this way under ${sign.firmware} alone`);
  }
  const missing: string[] = kernel.revision === null ? [whichKernel(story)] : [];
  const lines: number[] = [];
  const reasons: string[] = [clue.says];
  for (const id of sign.unless ?? []) {
    const fact = facts[id](clue, story, board);
    if (fact.is === true) return result('no', fact.because, fact.lines);
  }
  let isOpen = kernel.revision === null || (clue.kind === 'late' && clue.by == null);
  if (clue.kind === 'late' && clue.by == null)
    missing.push('who probed it: the call trace of the warning');
  for (const id of sign.needs ?? []) {
    const fact = facts[id](clue, story, board);
    if (fact.is === false) return result('no', fact.because, fact.lines);
    if (fact.is === null) {
      isOpen = true;
      missing.push(fact.because);
    } else {
      lines.push(...fact.lines);
      reasons.push(fact.because);
    }
  }
  let isProved = sign.proof !== undefined;
  for (const id of sign.proof ?? []) {
    const fact = facts[id](clue, story, board);
    if (fact.is === true) {
      lines.push(...fact.lines);
      reasons.push(fact.because);
    } else {
      isProved = false;
      if (fact.is === null) missing.push(fact.because);
    }
  }
  const because = reasons.join('; ');
  if (isOpen) return result('can not tell', because, lines, missing);
  return result('fits', because, lines, missing, isProved);
}

/** Why a kernel does not have the window; null where it may. */
function notIn(window: Window, { revision }: KernelOfLog): string | null {
  if (revision === null) return null;
  if (window.ways.length === 0) return 'it was argued for, and no kernel has it';
  if (openWays(window, revision.commits).length > 0) return null;
  const shas = revision.commits.map((c) => c.sha);
  const closer = window.ways.flatMap((w) => w.closed).find((sha) => shas.includes(sha));
  if (closer !== undefined) return `${revision.name} has what closes it, ${commitLine(closer)}`;
  const opener = window.ways.flatMap((w) => w.opened ?? [])[0];
  return opener === undefined
    ? `${revision.name} does not have it`
    : `${revision.name} does not have what opens it, ${commitLine(opener)}`;
}

/** Why the window does not show in this way in a kernel; null where it may. */
function notShownIn({ opened, closed }: LogSign, { revision }: KernelOfLog): string | null {
  if (revision === null) return null;
  // The model may have no row for the commit: what came with it, or later, tells.
  const since = closed === undefined ? undefined : landedOf(closed);
  if (since !== undefined && revision.commits.some(({ landed }) => notAfter(since, landed))) {
    return `${revision.name} has what closes it, ${commitLine(closed!)}`;
  }
  if (opened === undefined) return null;
  if (revision.commits.some((c) => c.sha === opened)) return null;
  return `it shows in this way since ${commitLine(opened)}, which ${revision.name} does not have`;
}

function lineOfVersion({ named }: LogStory): number[] {
  return named === null ? [] : [named.line];
}

/** What is asked where no kernel of the model stands for that of a log. */
export function whichKernel({ release, releases }: LogStory): string {
  if (releases.length > 1) return 'which of its kernels it was: the log of one alone, or --kernel';
  return release === null
    ? 'which kernel it was: its line "Linux version", or --kernel'
    : `which kernel of the model is like ${release.text}: --kernel`;
}

/** Every window once: the best that it is to any clue, or why none brings it up. */
export function weighAll(
  weighed: readonly (readonly Weighed[])[],
  scales: Scales,
): WeighedWindow[] {
  const flat = weighed.flat();
  return windows.map((window) => {
    const own = flat.filter((w) => w.window === window.id);
    const [best] = [...own].sort((a, b) => order(a) - order(b));
    if (best === undefined) return notBroughtUp(window, scales);
    const same = own.filter((w) => w.fits === best.fits);
    const devices = [...new Set(same.flatMap((w) => w.clue.device ?? []))];
    return {
      ...{ window: window.id, fits: best.fits, because: best.because },
      lines: [...new Set(same.flatMap((w) => w.lines))].sort((a, b) => a - b),
      devices: best.fits === 'no' ? [] : devices,
      missing: best.fits === 'no' ? [] : best.missing,
    };
  });
}

function notBroughtUp(window: Window, { story, kernel }: Scales): WeighedWindow {
  const plain = { window: window.id, devices: [], missing: [] };
  const absent = notIn(window, kernel);
  if (absent !== null) {
    return { ...plain, fits: 'no', because: absent, lines: lineOfVersion(story) };
  }
  if (window.log === undefined) {
    const because = 'it leaves no line of its own in a log';
    return {
      ...plain,
      fits: 'can not tell',
      because,
      lines: [],
      missing: ['whether it happened: a trace of the boot'],
    };
  }
  if (!story.isWhole) {
    const missing = [`what else happened: ${story.lacks ?? 'the whole log'}`];
    const because = 'what is there of the log has nothing of it';
    return { ...plain, fits: 'can not tell', because, lines: [], missing };
  }
  return { ...plain, fits: 'no', because: 'the log has nothing of it', lines: [] };
}
