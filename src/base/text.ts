// SPDX-License-Identifier: GPL-2.0-only
// Plain 7-bit text for mails and terminals: widths, wrapping, and making foreign text harmless.

/** The width of every report: what survives being quoted twice in a mail of 80 columns. */
export const reportColumns = 75;

/** Layout of a wrapped paragraph. */
interface WrapOptions {
  /** Columns a line may have, indentation included; 75 unless told. */
  readonly width?: number;
  /** Put before the first line. */
  readonly first?: string;
  /** Put before each further line; as wide as `first` with blanks unless told. */
  readonly rest?: string;
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
  const width = options.width ?? reportColumns;
  const first = options.first ?? '';
  const rest = options.rest ?? ' '.repeat(first.length);
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter((w) => w !== '')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
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

/** `1 client`, `2 clients`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
