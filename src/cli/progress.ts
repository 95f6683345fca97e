// SPDX-License-Identifier: GPL-2.0-only
// One line on a terminal that says how far a check has come; nothing anywhere else.

import type { CheckProgress } from '#finding/report';
import type { SweepProgress } from '#questions/sweep';
import { cutWords, grouped } from '#report/words';
import type { Io } from './io.ts';

const intervalMs = 100;
/** The rate is that of so many milliseconds past, and not shown before the first few. */
const rateMs = 4000;
const rateMinMs = 400;

const columnsMax = 75;
/** Less of a name says nothing. */
const nameMin = 8;

/** Shows progress on standard error, at most ten times a second. */
interface ProgressLine {
  readonly show: (progress: CheckProgress) => void;
  /** Clear the line; to be called before anything else is printed. */
  readonly end: () => void;
}

/** A progress line for @io; it does nothing where standard error is no terminal. */
export function progressLine(io: Io): ProgressLine {
  if (!io.errIsTerminal) return { show: () => {}, end: () => {} };
  let latest = Number.NEGATIVE_INFINITY;
  let shown = false;
  const rate = new Rate();
  return {
    show: (progress) => {
      const now = io.now();
      if (now - latest < intervalMs) return;
      latest = now;
      shown = true;
      const text = progressText(progress, rate.at(now, progress.states), columnsOf(io));
      io.err(`\r\u001b[K${text}`);
    },
    end: () => {
      if (shown) io.err('\r\u001b[K');
      shown = false;
    },
  };
}

/** One column is left free: some terminals wrap as soon as a line is full. */
function columnsOf({ errColumns = columnsMax + 1 }: Io): number {
  return Math.min(columnsMax, errColumns - 1);
}

/** Shows how far a sweep is, and when it will be done. */
interface SweepLine {
  readonly show: (progress: SweepProgress) => void;
  readonly end: () => void;
}

/** As progressLine(), for a sweep. */
export function sweepLine(io: Io): SweepLine {
  if (!io.errIsTerminal) return { show: () => {}, end: () => {} };
  let latest = Number.NEGATIVE_INFINITY;
  let began = { kernel: 0, at: 0 };
  return {
    show: (progress) => {
      const now = io.now();
      if (progress.kernel !== began.kernel) began = { kernel: progress.kernel, at: now };
      if (now - latest < intervalMs && progress.done < progress.total) return;
      latest = now;
      const text = sweepProgressText(progress, now - began.at);
      io.err(`\r\u001b[K${cutWords(text, columnsOf(io))}`);
    },
    end: () => io.err('\r\u001b[K'),
  };
}

/** Progress of a sweep that has explored worlds of this kernel for @ms. */
function sweepProgressText(progress: SweepProgress, ms: number): string {
  const { kernel, kernels, done, total, fresh } = progress;
  const so = `kernel ${kernel} of ${kernels}: ${done}/${total} shapes of world`;
  if (fresh === 0 || ms < rateMinMs || done === total) return so;
  // Those that take longest come first, so that this is rather too much.
  return `${so}, about ${timeText(((total - done) * ms) / fresh)} left`;
}

function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

/** States a second, over the last few seconds. */
export class Rate {
  private readonly seen: { readonly now: number; readonly states: number }[] = [];

  /** There are @states @now: the rate, or null where too little is known. */
  at(now: number, states: number): number | null {
    if (this.seen.every((past) => past.states === states)) this.seen.length = 0;
    this.seen.push({ now, states });
    while (this.seen.length > 2 && now - this.seen[1]!.now > rateMs) this.seen.shift();
    const first = this.seen[0]!;
    if (now - first.now < rateMinMs || states <= first.states) return null;
    return ((states - first.states) * 1000) / (now - first.now);
  }
}

/** Progress in one line of at most @columns. */
export function progressText(
  progress: CheckProgress,
  rate: number | null = null,
  columns = columnsMax,
): string {
  const { worldsDone, worldsTotal, states, findings, world, underWay } = progress;
  const speed = rate === null ? '' : `, ${short(rate)}/s`;
  const found = findings === 0 && underWay ? '' : `, ${findings} found`;
  const so = `${worldsDone}/${worldsTotal} worlds, ${short(states)} states${speed}${found}`;
  if (underWay === undefined) return named(so, world, columns);
  const { open, low, high } = underWay;
  return named(`${so}; ${short(open)} open, ${rangeText(low, high)} in all`, world, columns);
}

/** @text, and @world as far as there is room for it. */
function named(text: string, world: string, columns: number): string {
  const short = text.length + nameMin > columns || world === '';
  return short ? cutWords(text, columns) : cutWords(`${text}: ${world}`, columns);
}

function rangeText(low: number, high: number | null): string {
  if (high === null) return `at least ${short(low)}`;
  const [from, to] = [short(low), short(high)];
  return from === to ? from : `${from}-${to}`;
}

/** A number in at most five characters, or six with its comma: 999, 9,999, 99.9k, 1.23M. */
export function short(value: number): string {
  const rounded = Math.round(value);
  if (rounded < 10_000) return grouped(rounded);
  for (const [unit, size] of [
    ['k', 1e3],
    ['M', 1e6],
  ] as const) {
    if (rounded < size * 999.5) return `${inThree(rounded / size)}${unit}`;
  }
  return `${inThree(rounded / 1e9)}G`;
}

function inThree(value: number): string {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}
