// SPDX-License-Identifier: GPL-2.0-only
// Logs in which each message of the kernel is a record: journalctl -o json, export and verbose,
// dmesg --json, and the YAML of a LAVA job. Each record becomes the line that printk would print.
//
// Sources: systemd.journal-fields(7) and "Journal Export Formats" of systemd, dmesg(1) of
// util-linux 2.38, and the log of a job of lava-dispatcher: one mapping in flow style a line.

import type { BootLog } from './types.ts';

/** A line of a log, and the number that it has in the input. */
interface RawLine {
  readonly number: number;
  readonly text: string;
}

/** What a record of the kernel has. */
interface KernelRecord {
  readonly message: string;
  /** Seconds since boot. */
  readonly seconds: number | null;
  readonly level: number | null;
}

/** Lines at the head of a log in which its form shows. */
const HEAD_LINES = 200;

/** The lines of @text as they stand. */
export function rawLines(text: string): RawLine[] {
  return text.split('\n').map((line, i) => ({ number: i + 1, text: line }));
}

/** What the kernel has printed, by records. */
interface Records extends Pick<BootLog, 'countedBy'> {
  readonly lines: readonly RawLine[];
}

/** What the kernel has printed, where @text has a record for each message; else null. */
export function recordsIn(text: string): Records | null {
  const lines = rawLines(text);
  const head = lines.slice(0, HEAD_LINES);
  if (head.some((l) => LAVA.test(l.text)))
    return { countedBy: 'line', lines: lines.flatMap(ofLava) };
  if (head.some((l) => isJournal(l.text)))
    return { countedBy: 'line', lines: lines.flatMap(ofJournal) };
  if (head.some((l) => /^\s*\{?\s*"dmesg"\s*:/.test(l.text))) return byMessage(ofDmesg(text));
  const isExport = head.some((l) =>
    /^\s*(?:__CURSOR|_TRANSPORT|__MONOTONIC_TIMESTAMP)=/.test(l.text),
  );
  return isExport ? byMessage(ofExport(lines)) : null;
}

function byMessage(texts: readonly string[]): Records {
  return { countedBy: 'message', lines: texts.map((text, i) => ({ number: i + 1, text })) };
}

/** True where @text is JSON of another kind, whose strings are nobody's messages. */
export function isOtherJson(text: string): boolean {
  if (!/^\s*[{[]\s*["{[\]}]/.test(text) || /"(?:MESSAGE|dmesg)"\s*:/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What printk puts before a message. */
function printed({ message, seconds, level }: KernelRecord): string[] {
  const stamp = seconds === null ? '' : `[${seconds.toFixed(6).padStart(12)}] `;
  return message.split('\n').map((line) => `${level === null ? '' : `<${level}>`}${stamp}${line}`);
}

const LAVA = /^\s*- ?\{"?dt"?: ?.{1,48}?, ?"?lvl"?: ?["']?(\w+)["']?, ?"?msg"?: ?(.*)\}\s*$/;

/** What the machine has printed; what the lab says of itself is left out. */
function ofLava({ number, text }: RawLine): RawLine[] {
  const m = LAVA.exec(text);
  if (m === null) return [{ number, text }];
  if (m[1] !== 'target' && m[1] !== 'feedback') return [];
  return scalar(m[2]!)
    .split('\n')
    .map((line) => ({ number, text: line }));
}

const ESCAPED: Readonly<Record<string, string>> = {
  ...{ '0': '\0', a: '\u0007', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' },
  ...{ e: '\u001b', N: '\u0085', _: '\u00a0', L: '\u2028', P: '\u2029' },
};

/** A scalar of YAML in flow style: "...", '...' or plain. */
function scalar(text: string): string {
  const [first] = text;
  if (first === "'") return text.slice(1).replace(/'$/, '').replace(/''/g, "'");
  if (first !== '"') return text;
  return text
    .slice(1)
    .replace(/"$/, '')
    .replace(
      /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/g,
      (_, x, u, wide, one) => {
        const code = Number.parseInt(x ?? u ?? wide ?? '', 16);
        if (Number.isNaN(code)) return ESCAPED[one] ?? one ?? '';
        return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
      },
    );
}

function isJournal(text: string): boolean {
  return text.startsWith('{') && /"(?:MESSAGE|_TRANSPORT|__CURSOR)"\s*:/.test(text);
}

function ofJournal({ number, text }: RawLine): RawLine[] {
  const fields = objectIn(text);
  if (fields === null) return [];
  const record = kernelRecord((name) => fieldText(fields[name]));
  return record === null ? [] : printed(record).map((line) => ({ number, text: line }));
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** A field of a journal: text, or numbers where it is not UTF-8; the last one where it has more. */
function fieldText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  if (value.every((b) => typeof b === 'number')) {
    return new TextDecoder().decode(Uint8Array.from(value));
  }
  return fieldText(value.at(-1));
}

/** What @field tells of a record of the journal; null where the kernel has not printed it. */
function kernelRecord(field: (name: string) => string | null): KernelRecord | null {
  const message = field('MESSAGE');
  if (message === null) return null;
  const transport = field('_TRANSPORT');
  const by = field('SYSLOG_IDENTIFIER');
  if (transport === null ? by !== null && by !== 'kernel' : transport !== 'kernel') return null;
  const since = field('_SOURCE_MONOTONIC_TIMESTAMP') ?? field('__MONOTONIC_TIMESTAMP');
  const level = field('PRIORITY');
  return {
    message,
    seconds: since !== null && /^\d{1,18}$/.test(since) ? Number(since) / 1e6 : null,
    level: level !== null && /^[0-7]$/.test(level) ? Number(level) : null,
  };
}

/** KEY=value a line, records apart by an empty line, or by the stamp of journalctl -o verbose. */
function ofExport(lines: readonly RawLine[]): string[] {
  const out: string[] = [];
  const fields = new Map<string, string>();
  const flush = (): void => {
    const record = kernelRecord((name) => fields.get(name) ?? null);
    if (record !== null) out.push(...printed(record));
    fields.clear();
  };
  for (const { text } of lines) {
    const m = /^\s*([A-Z_][A-Z0-9_]*)=(.*)$/.exec(text);
    if (m !== null) fields.set(m[1]!, m[2]!);
    else if (text.trim() === '' || /\[s=[0-9a-f]+;/.test(text)) flush();
  }
  flush();
  return out;
}

/** The fields of dmesg --json stand one a line, or all in one; the message is the last. */
function ofDmesg(text: string): string[] {
  const out: string[] = [];
  let seconds: number | null = null;
  let level: number | null = null;
  for (const m of text.matchAll(/"(pri|time|msg)"\s*:\s*("(?:[^"\\\n]|\\.)*"|\d[\d.]*)/g)) {
    const [, name, value = ''] = m;
    if (name === 'time') seconds = Number(value);
    else if (name === 'pri') level = Number(value) % 8;
    else {
      const message = objectIn(`{"msg":${value}}`)?.['msg'];
      if (typeof message !== 'string') continue;
      out.push(...printed({ message, seconds, level }));
      seconds = null;
      level = null;
    }
  }
  return out;
}
