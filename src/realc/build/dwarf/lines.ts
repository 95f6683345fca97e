// SPDX-License-Identifier: GPL-2.0-only
// Runs the DWARF 4 line programs: code address -> file and line.

import { Cursor } from '../wasm/binary.ts';
import { cstring, fixed } from './dies.ts';

interface LineRow {
  readonly address: number;
  readonly file: number;
  readonly line: number;
  /** The row only marks the end of a sequence. */
  readonly end: boolean;
}

export interface LineProgram {
  /** File names by number, counted from 1. */
  readonly files: readonly string[];
  readonly rows: readonly LineRow[];
}

interface Header {
  readonly minLength: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly lengths: readonly number[];
  readonly files: string[];
}

function header(c: Cursor): Header {
  const programStart = fixed(c, 4) + c.at;
  const minLength = c.byte();
  c.at += 2;
  const lineBase = (c.byte() << 24) >> 24;
  const lineRange = c.byte();
  const opcodeBase = c.byte();
  const lengths = Array.from({ length: opcodeBase - 1 }, () => c.byte());
  const dirs = [''];
  const text = (): string => {
    const t = cstring(c.bytes, c.at);
    c.at += t.length + 1;
    return t;
  };
  for (let d = text(); d !== ''; d = text()) dirs.push(d);
  const files = [''];
  for (let f = text(); f !== ''; f = text()) {
    const dir = dirs[c.u()] ?? '';
    c.u();
    c.u();
    files.push(dir === '' ? f : `${dir}/${f}`);
  }
  c.at = programStart;
  return { minLength, lineBase, lineRange, opcodeBase, lengths, files };
}

/** The line program at an offset of .debug_line. */
export function readLines(section: Uint8Array, offset: number): LineProgram {
  const c = new Cursor(section, offset);
  const end = fixed(c, 4) + c.at;
  c.at += 2;
  const h = header(c);
  const rows: LineRow[] = [];
  let address = 0;
  let file = 1;
  let line = 1;
  const emit = (last = false): void => {
    rows.push({ address, file, line, end: last });
  };
  while (c.at < end) {
    const op = c.byte();
    if (op >= h.opcodeBase) {
      const adjusted = op - h.opcodeBase;
      address += Math.floor(adjusted / h.lineRange) * h.minLength;
      line += h.lineBase + (adjusted % h.lineRange);
      emit();
    } else if (op === 0) {
      const next = c.u() + c.at;
      const sub = c.byte();
      if (sub === 1) {
        emit(true);
        address = 0;
        file = 1;
        line = 1;
      } else if (sub === 2) address = fixed(c, 4);
      c.at = next;
    } else if (op === 1) emit();
    else if (op === 2) address += c.u() * h.minLength;
    else if (op === 3) line += c.s();
    else if (op === 4) file = c.u();
    else if (op === 8) address += Math.floor((255 - h.opcodeBase) / h.lineRange) * h.minLength;
    else if (op === 9) address += fixed(c, 2);
    else for (let n = h.lengths[op - 1]!; n > 0; n--) c.u();
  }
  return { files: h.files, rows };
}
