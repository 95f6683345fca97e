// SPDX-License-Identifier: GPL-2.0-only
// Plain 7-bit text for mails and terminals: widths, wrapping, and making foreign text harmless.

/** The width of a report at most: what survives being quoted twice in a mail of 80 columns. */
export const reportColumns = 75;
/** Less than this no report is made for. */
const columnsLeast = 40;

let columnsNow = reportColumns;

/** The width of what is being written: that of a mail, or of a terminal that has less. */
export function textColumns(): number {
  return columnsNow;
}

/** What @make writes, in lines of @width columns, within 40 and 75. */
export function inColumns<T>(width: number, make: () => T): T {
  const before = columnsNow;
  columnsNow = Math.max(columnsLeast, Math.min(reportColumns, width));
  const restore = (): void => {
    columnsNow = before;
  };
  let made: T | undefined;
  try {
    made = make();
    if (made instanceof Promise) return made.finally(restore) as T;
    return made;
  } finally {
    if (!(made instanceof Promise)) restore();
  }
}

/** Layout of a wrapped paragraph. */
interface WrapOptions {
  /** Columns a line may have, indentation included; textColumns() unless told. */
  readonly width?: number;
  /** Put before the first line. */
  readonly first?: string;
  /** Put before each further line; as wide as `first` with blanks unless told. */
  readonly rest?: string;
  /** The first word follows `first` on its line, however long it is. */
  readonly isJoined?: boolean;
}

/** True where @text has only printable 7-bit characters and line feeds. */
export function isSevenBit(text: string): boolean {
  return /^[\n\x20-\x7e]*$/.test(text);
}

/**
 * Make text that came from an input safe to print on one line: every character which is not
 * printable ASCII becomes \xNN or \u{N}, so that no name can move the cursor or end a line.
 */
export function printable(text: string): string {
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x20 && code <= 0x7e) out += character;
    else if (code <= 0xff) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += `\\u{${code.toString(16)}}`;
  }
  return out;
}

/** Shorten @text to @width columns; the end is kept, since names differ there. */
export function ellipsis(text: string, width: number): string {
  return text.length <= width ? text : `...${text.slice(text.length - Math.max(0, width - 3))}`;
}

/**
 * Break a paragraph into lines of at most `width` columns, at blanks only. A word that is wider
 * than a line stands alone on a line that is too long: names and hashes are never torn.
 */
export function wrap(text: string, options: WrapOptions = {}): string[] {
  const width = options.width ?? textColumns();
  const first = options.first ?? '';
  const rest = options.rest ?? ' '.repeat(first.length);
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter((w) => w !== '')) {
    const isFull = line.length + (empty ? 0 : 1) + word.length > width;
    // What stands before the first word stays alone where the word has more room below.
    const hasMore = !options.isJoined && line.trim() !== '' && rest.length < line.length;
    if (isFull && (!empty || hasMore)) {
      lines.push(line.trimEnd());
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line.trimEnd());
  return lines;
}

/** Set rows in columns, each as wide as its widest cell, two blanks apart; no trailing blanks. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** How a table may be set. */
interface FitOptions {
  /** Put before each line. */
  readonly indent?: string;
  /** The first row says what the cells are. */
  readonly isHeaded?: boolean;
  /** Columns of a line; textColumns() unless told. */
  readonly width?: number;
}

/** The room that a last cell has at least, if it is wrapped. */
const lastLeast = 16;

/**
 * Rows as columns() sets them, if they fit. Else the last cells are wrapped; where that leaves them
 * no room, the cells of a row stand one below another. Nothing is cut.
 */
export function fitted(
  rows: readonly (readonly string[])[],
  { indent = '', isHeaded = false, width: whole = textColumns() }: FitOptions = {},
): string[] {
  const width = whole - indent.length;
  const lines = columns(rows);
  const most = Math.max(0, ...rows.map((row) => row.length));
  const lasts = rows.map((row) => (row.length === most ? (row.at(-1) ?? '') : ''));
  const firsts = rows.map((row) => (row.length === most ? row.slice(0, -1) : row));
  const left = most < 2 ? 0 : Math.max(...columns(firsts).map((l) => l.length)) + 2;
  const word = Math.max(0, ...lasts.flatMap((text) => text.split(' ').map((w) => w.length)));
  if (lines.every((line) => line.length <= width)) return lines.map((line) => indent + line);
  if (width - left >= Math.max(lastLeast, word)) {
    const heads = columns(firsts);
    return rows.flatMap((_, i) =>
      wrap(lasts[i]!, {
        width: whole,
        first: indent + heads[i]!.padEnd(left),
        rest: indent + ' '.repeat(left),
      }),
    );
  }
  const [head] = isHeaded ? rows : [];
  const deeper = { width: whole, first: `${indent}  `, rest: `${indent}    ` };
  return rows.slice(isHeaded ? 1 : 0).flatMap(([first = '', ...cells]) => [
    ...wrap(head?.[0] ? `${head[0]}: ${first}` : first, {
      ...{ width: whole, first: indent, rest: `${indent}  ` },
    }),
    ...cells.flatMap((cell, i) => {
      if (cell === '') return [];
      return wrap(head?.[i + 1] ? `${head[i + 1]}: ${cell}` : cell, deeper);
    }),
  ]);
}

/** `1 client`, `2 clients`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

/** `a`, `a or b`, `a, b or c`; @word stands before the last. */
export function listed(names: readonly string[], word = 'or'): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${word} ${last}`;
}
