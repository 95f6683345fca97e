// SPDX-License-Identifier: GPL-2.0-only
// One line on a terminal that says how far a check has come; nothing anywhere else.

import type { CheckProgress } from '#report/report';
import { grouped } from '#report/text';
import { cutWords } from '#report/words';
import type { Io } from './io.ts';

const intervalMs = 100;

/** Shows progress on standard error, at most ten times a second. */
export interface ProgressLine {
  readonly show: (progress: CheckProgress) => void;
  /** Clear the line; to be called before anything else is printed. */
  readonly end: () => void;
}

/** A progress line for @io; it does nothing where standard error is no terminal. */
export function progressLine(io: Io): ProgressLine {
  if (!io.errIsTerminal) return { show: () => {}, end: () => {} };
  let latest = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    show: (progress) => {
      const now = io.now();
      if (now - latest < intervalMs) return;
      latest = now;
      shown = true;
      io.err(`\r\u001b[K${progressText(progress)}`);
    },
    end: () => {
      if (shown) io.err('\r\u001b[K');
      shown = false;
    },
  };
}

/** Progress in one line of at most 75 columns. */
export function progressText(progress: CheckProgress): string {
  const { worldsDone, worldsTotal, states, findings, world } = progress;
  return cutWords(
    `${worldsDone}/${worldsTotal} worlds, ${grouped(states)} states,` +
      ` ${findings} found: ${world}`,
    75,
  );
}
