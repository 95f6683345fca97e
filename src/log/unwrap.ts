// SPDX-License-Identifier: GPL-2.0-only
// From the bytes of a log, or of a mail that holds one, to plain lines with their numbers.
//
// Terminals leave escape sequences and carriage returns, mails quote and encode. Each is undone
// here, so that all else sees lines as the kernel printed them.

import { logLimits } from './limits.ts';
import { rawLines, recordsIn } from './records.ts';
import type { BootLog } from './types.ts';

/** A line as it was printed, and the number that it has in the input. */
export interface PlainLine {
  readonly number: number;
  readonly text: string;
  /** It stood behind the quote marks of a mail. */
  readonly quoted: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminals are told with
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
const QUOTE = /^(?:[|>]\s?)+(?=\s*\S)|^(?:[|>]\s?)+$/;
const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
};

/** The lines of @text, and what their numbers count. */
export function plainLines(text: string): Pick<BootLog, 'countedBy'> & { lines: PlainLine[] } {
  const records = recordsIn(text);
  const encoded = records === null && isQuotedPrintable(text);
  const isWeb = /&(?:lt|gt|#39|quot);/.test(text);
  const out: PlainLine[] = [];
  let held: { number: number; text: string } | null = null;
  for (const { number, text: raw } of records?.lines ?? rawLines(text)) {
    let line = raw.length > logLimits.lineMax ? raw.slice(0, logLimits.lineMax) : raw;
    if (encoded) {
      const whole: string = (held?.text ?? '') + line.replace(/\r$/, '');
      const from: number = held?.number ?? number;
      if (/=$/.test(whole) && whole.length < logLimits.lineMax) {
        held = { number: from, text: whole.slice(0, -1) };
        continue;
      }
      held = null;
      out.push(cleaned(decoded(whole), from, isWeb));
      continue;
    }
    line = lastWritten(line);
    out.push(cleaned(line, number, isWeb));
  }
  if (held !== null) out.push(cleaned(decoded(held.text), held.number, isWeb));
  return { countedBy: records?.countedBy ?? 'line', lines: out };
}

/** A mail says so; without its head, soft breaks together with encoded signs do. */
function isQuotedPrintable(text: string): boolean {
  if (/^Content-Transfer-Encoding:\s*quoted-printable/im.test(text)) return true;
  return /=\r?\n/.test(text) && /=(?:3D|20|5B|5D|09)/.test(text);
}

function decoded(line: string): string {
  return line.replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** What a terminal shows in the end where a carriage return goes back to the first column. */
function lastWritten(line: string): string {
  if (!line.includes('\r')) return line;
  const parts = line.split('\r').filter((part) => part.trim() !== '');
  return parts[parts.length - 1] ?? '';
}

function cleaned(line: string, number: number, isWeb: boolean): PlainLine {
  let text = line.replace(ESCAPES, '').replace(CONTROLS, '').trimEnd();
  if (isWeb) text = text.replace(/&(?:lt|gt|amp|quot|#39);/g, (e) => ENTITIES[e] ?? e);
  // Kernel messages begin with "<4>", never with a bare ">".
  const quote = QUOTE.exec(text);
  if (quote === null) return { number, text, quoted: false };
  return { number, text: text.slice(quote[0].length), quoted: true };
}
