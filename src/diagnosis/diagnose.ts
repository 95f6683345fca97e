// SPDX-License-Identifier: GPL-2.0-only
// From a boot log to a verdict: clues, what explains them, and the cause.

import { listed } from '#base/text';
import type { DiagnosedDevice, Diagnosis, ToldLine, WeighedWindow } from '#finding/diagnosis';
import type { Grouping, LogEvent, LogStory } from '#log/index';
import type { Platform } from '#platform/index';
import { windowById } from '#windows/index';
import { besidesOf } from './besides.ts';
import { type Clue, cluesOf, isTelling, type LookAlike } from './clues.ts';
import { complaintsOf, failureIn } from './complaints.ts';
import type { KernelOfLog } from './kernel-of.ts';
import { lookAlikes } from './lookalikes.ts';
import { order, type RulesOut, type Weighed, weighAll, weighClue, whichKernel } from './weigh.ts';

/** The board that came with the log. */
export interface BoardOfLog {
  readonly file: string;
  readonly platform: Platform;
}

/** What @story comes to under @kernel, and by what the model @rulesOut once it was asked. */
export function diagnose(
  story: LogStory,
  kernel: KernelOfLog,
  board: BoardOfLog | null,
  rulesOut: RulesOut = () => false,
): Diagnosis {
  const scales = { story, kernel, board: board?.platform ?? null, rulesOut };
  const clues = cluesOf(story);
  const alike = lookAlikes(story, clues);
  const falsely = new Set(
    alike.filter((a) => a.cause === 'false-warning').flatMap((a) => a.explains),
  );
  const real = clues.filter((c) => !falsely.has(c.line));
  const weighed = real.map((clue) => weighClue(clue, scales));
  const windows = weighAll(weighed, scales);
  const verdict = judge(real, weighed, alike, story);
  const told = alike.filter((a) => a.cause === verdict.cause).flatMap((a) => a.lines);
  const taken = new Set([...verdict.lines, ...told]);
  return {
    format: 'racewindow/diagnosis@1',
    ...verdict,
    kernel: {
      release: story.release?.text ?? null,
      model: kernel.revision?.name ?? null,
      because: kernel.because,
      line: story.named?.line ?? null,
    },
    board: board && { file: board.file, model: board.platform.model },
    devices: devicesOf(story),
    windows,
    model: [],
    besides: besidesOf(story, taken),
    missing: missingOf(story, windows),
  };
}

type Verdict = Pick<Diagnosis, 'verdict' | 'cause' | 'because' | 'lines' | 'do'>;

function judge(
  clues: readonly Clue[],
  weighed: readonly (readonly Weighed[])[],
  alike: readonly LookAlike[],
  story: LogStory,
): Verdict {
  const [best] = weighed
    .flat()
    .filter((w) => w.fits === 'certain' || w.fits === 'fits')
    .filter((w) => !isEveryDay(w, alike))
    .sort((a, b) => order(a) - order(b) || rank(a) - rank(b));
  const sure = alike.find((a) => a.fits === 'certain');
  if (
    sure !== undefined &&
    best?.fits !== 'certain' &&
    !isTelling(best?.clue ?? { kind: 'fault' })
  ) {
    return ofLookAlike(sure);
  }
  const rivals = best === undefined ? [] : rivalsOf(best, weighed.flat());
  if (best !== undefined && rivals.length > 0) return ofSeveral(best, rivals);
  if (best !== undefined) return ofWindow(best);
  const open = clues.filter(isTelling);
  const [unsure] = weighed
    .flat()
    .filter((w) => w.fits === 'can not tell' && (isTelling(w.clue) || w.clue.kind === 'warning'))
    .sort((a, b) => order(a) - order(b) || rank(a) - rank(b));
  if (unsure !== undefined) {
    const { clue, missing } = unsure;
    const left = weighed.flat().filter((w) => w.clue === clue && w.fits !== 'no');
    return unknown(clue, missing, left.length === 1 ? `whether it is ${unsure.window}` : several);
  }
  if (open[0] !== undefined && open[0].kind !== 'lock circle' && open[0].kind !== 'leak') {
    return unknown(open[0], [whichKernel(story)], 'what explains it');
  }
  const [other] = alike;
  if (other !== undefined && !leavesFault(other, clues, alike)) return ofLookAlike(other);
  return healthyOr(clues, story);
}

/** What a driver warns of is no reason for a fault that nothing accounts for; an oops may be. */
function leavesFault(
  { cause, lines }: LookAlike,
  clues: readonly Clue[],
  alike: readonly LookAlike[],
): boolean {
  const isCrash = clues.some((c) => c.kind === 'crash' && lines.includes(c.line));
  if (cause !== 'driver-bug' || isCrash) return false;
  const explained = new Set(alike.flatMap((a) => a.explains));
  return clues.some((c) => c.kind === 'fault' && !explained.has(c.line));
}

/** Windows that it may be as well: they fit, or what would rule them out is not known of @best. */
function rivalsOf(best: Weighed, all: readonly Weighed[]): Weighed[] {
  if (best.fits === 'certain') return [];
  const isOpen = ({ window, clue, fits, rare, missing }: Weighed): boolean => {
    if (window === best.window || clue !== best.clue || (rare && !best.rare)) return false;
    if (best.likelierThan.includes(window)) return false;
    if (fits === 'fits') return true;
    return fits === 'can not tell' && missing.some((m) => best.missing.includes(m));
  };
  return all.filter(isOpen).sort((a, b) => rank(a) - rank(b));
}

/** Which of several windows it is stays open; that it is a race does not, where each of them is. */
function ofSeveral(best: Weighed, rivals: readonly Weighed[]): Verdict {
  const all = [best, ...rivals];
  const names = all.map(({ window }) => window);
  const isRace = names.every((id) => windowById(id)?.kind === 'race');
  const missing = all.flatMap((w) => w.missing);
  return {
    ...unknown(best.clue, missing, several),
    verdict: isRace ? 'race' : 'can not tell',
    because: `${best.clue.says}: ${listed(names)}`,
    lines: best.lines,
  };
}

/** By-design outcomes, and what a look-alike explains as well, are no reason to cry race. */
function isEveryDay({ window, clue }: Weighed, alike: readonly LookAlike[]): boolean {
  if (window === 'C22') return true;
  if (isTelling(clue)) return false;
  if (clue.kind === 'crash' || clue.kind === 'warning') return false;
  return alike.some((a) => a.explains.includes(clue.line));
}

/** Windows that need an interleaving before those that a trace shows. */
function rank({ window }: Weighed): number {
  return windowById(window)?.kind === 'race' ? Number(window.slice(1)) : 100;
}

function ofWindow({ window, fits, because, lines, missing }: Weighed): Verdict {
  const entry = windowById(window);
  const isRace = entry?.kind === 'race';
  const wanted = [...new Set(missing)];
  return {
    verdict: isRace ? 'race' : 'no race',
    cause: window,
    because: `${fits === 'certain' ? '' : 'most likely: '}${entry?.title ?? window}: ${because}`,
    lines,
    do: [
      `racewindow windows ${window} tells which commits open and close it`,
      ...(wanted.length === 0 ? [] : [`to be surer, find out ${wanted.join('; ')}`]),
    ],
  };
}

function ofLookAlike({ cause, because, lines, todo }: LookAlike): Verdict {
  return { verdict: 'no race', cause, because, lines, do: [todo] };
}

const several = 'which of several it is';

/** @what: that which the log does not tell of @clue. */
function unknown(clue: Clue, missing: readonly string[], what: string): Verdict {
  return {
    verdict: 'can not tell',
    cause: 'unknown',
    because: `${clue.says}: ${what}, the log does not tell`,
    lines: [clue.line],
    do: [...new Set(missing)].map((m) => `find out ${m}`),
  };
}

function healthyOr(clues: readonly Clue[], story: LogStory): Verdict {
  const fault = clues.find((c) => c.kind === 'fault');
  const { groupings } = story;
  if (fault !== undefined) {
    const own = groupings.find((g) => g.device === fault.device && g.line < fault.line);
    if (own !== undefined) {
      return {
        ...{ verdict: 'can not tell', cause: 'unknown', lines: [own.line, fault.line] },
        because:
          `${fault.says}, and had its group (line ${own.line}): whether its driver was at work, ` +
          'the log does not tell',
        do: ['boot with initcall_debug, which tells when each driver is bound'],
      };
    }
    return {
      ...{ verdict: 'can not tell', cause: 'unknown', lines: [fault.line] },
      because: `${fault.says}: the log does not tell how the device came to its group`,
      do: ['bring the whole log, and the board'],
    };
  }
  const waiting = clues.find((c) => c.kind === 'waits for ever');
  if (waiting !== undefined && groupings.length === 0 && story.registrations.length === 0) {
    return {
      ...{ verdict: 'can not tell', cause: 'unknown', lines: [waiting.line] },
      because: `${waiting.says} for a reason that is not told, and no IOMMU registers`,
      do: ['look into devices_deferred of debugfs, and bring the whole log'],
    };
  }
  const [complaint] = complaintsOf(story);
  if (complaint !== undefined) {
    const { line, says, lost } = complaint;
    const goes = lost === null ? '' : '; devices behind it go without it';
    return {
      ...{ verdict: 'can not tell', cause: 'unknown', lines: [line] },
      because: says,
      do: [`read what its driver says before and after that${goes}`],
    };
  }
  // What did fail, and is no matter of an IOMMU, answers the question of a log that is cut.
  const failed = story.log.events.some((e) => failureIn(e) !== null);
  if (groupings.length + story.registrations.length === 0 && !story.isWhole && !failed) {
    return {
      ...{ verdict: 'can not tell', cause: 'unknown', lines: [] },
      because: 'no line is of an IOMMU or a group, and the log is not whole',
      do: ['bring the whole log: dmesg, or journalctl -k -b'],
    };
  }
  const n = new Set(groupings.map((g) => g.device)).size;
  const joins = n === 1 ? '1 device joins its group' : `${n} devices join their groups`;
  const because =
    n > 0
      ? `${joins}, and nothing warns, faults or waits because of an IOMMU`
      : 'nothing warns, faults or waits because of an IOMMU, and no device joins a group';
  return { verdict: 'no race', cause: 'healthy', because, lines: [], do: [] };
}

function devicesOf(story: LogStory): DiagnosedDevice[] {
  const order = new Map(story.groupings.map((g, i) => [g.device, i]));
  const told = [...story.devices.values()].filter((d) => d.events.some(isTold));
  return told
    .map(({ name, driver, groupings, events }) => ({
      name,
      driver,
      group: groupAtEnd(groupings, story),
      history: historyOf(
        events,
        groupings.map((g) => g.line),
      ),
    }))
    .sort((a, b) => (order.get(a.name) ?? 1e9) - (order.get(b.name) ?? 1e9));
}

/** The last group; none where its IOMMU has registered anew since, and let its devices go. */
function groupAtEnd(groupings: readonly Grouping[], { registrations }: LogStory): number | null {
  const last = groupings[groupings.length - 1];
  if (last === undefined) return null;
  const name = registrations[last.during]?.name;
  const isGone = registrations.some((r) => r.index > last.during && r.name === name);
  return isGone ? null : last.group;
}

const HISTORY_MAX = 40;

function isTold({ kind }: LogEvent): boolean {
  return (
    [
      'group',
      'late',
      'deferred',
      'timed-out',
      'pending',
      'group-failed',
      'group-removed',
      'attached',
    ].includes(kind) || kind === 'fault'
  );
}

/** What happened to a device, by line; the trace event of a grouping is told with its message. */
function historyOf(events: readonly LogEvent[], groupLines: readonly number[]): ToldLine[] {
  const told = events.flatMap((e): ToldLine[] => {
    if (e.kind === 'group' && !groupLines.includes(e.line)) return [];
    const what = toldAs(e);
    return what === null ? [] : [{ line: e.line, what }];
  });
  return told.slice(0, HISTORY_MAX);
}

function toldAs(e: LogEvent): string | null {
  switch (e.kind) {
    case 'group':
      return `joins group ${e.group}${e.prefix === null ? '' : ` (${e.prefix})`}`;
    case 'group-removed':
      return 'leaves its group';
    case 'group-failed':
      return `cannot join group ${e.group}: ${-e.errno}`;
    case 'attached':
      return 'is attached to a domain';
    case 'deferred':
      return `is deferred${e.driver === null ? '' : ` by ${e.driver}`}`;
    case 'retried':
      return 'is tried again';
    case 'timed-out':
      return 'waits no longer';
    case 'pending':
      return `still waits${e.supplier === null ? '' : ` for ${e.supplier}`}`;
    case 'failed':
      return `its probe fails with ${-e.errno}`;
    case 'probing':
      return `${e.driver} begins to probe it`;
    case 'bound':
      return `is bound to ${e.driver}`;
    case 'probed':
      return `its probe returns ${e.errno === 0 ? 0 : -e.errno}`;
    case 'async':
      return 'is probed asynchronously';
    case 'late':
      return 'is probed late by its IOMMU: warning';
    case 'fault':
      return `faults${e.address === null ? '' : ` at 0x${e.address}`}`;
    case 'spoke':
      return `its driver ${e.driver} speaks`;
    case 'not-behind':
      return 'is behind no IOMMU';
    default:
      return null;
  }
}

function missingOf(story: LogStory, windows: readonly WeighedWindow[]): string[] {
  const near = windows.filter((w) => w.fits === 'fits').flatMap((w) => w.missing);
  const own = [
    ...(story.lacks === null ? [] : [story.lacks]),
    ...(story.log.hasStamps ? [] : ['time stamps']),
  ];
  return [...new Set([...own, ...near])];
}
