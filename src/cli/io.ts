// SPDX-License-Identifier: GPL-2.0-only
// Where a command writes to and what it may know of its surroundings; tests put their own here.

import { styleText } from 'node:util';
import { type Paint, plain } from '#report/text';

/** The surroundings of one run of the command line. */
export interface Io {
  readonly out: (text: string | Uint8Array) => void;
  readonly err: (text: string) => void;
  /** Colour only where a person looks: a terminal, without NO_COLOR. */
  readonly outIsTerminal: boolean;
  /** Width of that terminal; absent where it is not known. */
  readonly outColumns?: number | undefined;
  /** Progress is shown only where standard error is a terminal. */
  readonly errIsTerminal: boolean;
  /** Width of that terminal; absent where it is not known. */
  readonly errColumns?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since any fixed point. */
  readonly now: () => number;
}

/** The streams and the environment of this process. */
export function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    outColumns: process.stdout.columns,
    // Asked each time: windows are made wider and narrower.
    get errColumns() {
      return process.stderr.columns;
    },
    env: process.env,
    now: () => performance.now(),
  };
}

/** How words are painted on standard output. */
export function paintFor(io: Io): Paint {
  const wanted = io.outIsTerminal && (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb';
  if (!wanted) return plain;
  return {
    bad: painted('red'),
    warn: painted('yellow'),
    good: painted('green'),
    dim: painted('dim'),
    strong: painted('bold'),
  };
}

/** Newer versions of Node look at the stream and the environment, too; that is done above. */
function painted(style: 'red' | 'yellow' | 'green' | 'dim' | 'bold'): (text: string) => string {
  return (text) => styleText(style, text, { validateStream: false });
}
