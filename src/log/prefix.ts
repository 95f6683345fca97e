// SPDX-License-Identifier: GPL-2.0-only
// What stands before a message of the kernel: stamps of printk, of loggers and of test labs.

/** A line without what stands before its message. */
interface Prefixed {
  readonly seconds: number | null;
  readonly caller: string | null;
  /** The level of printk, 0 the gravest; null where no prefix has it. */
  readonly level: number | null;
  /** True where anything was taken off: it is a line of a log. */
  readonly stamped: boolean;
  readonly body: string;
}

interface Taken {
  readonly seconds?: number;
  readonly caller?: string;
  readonly level?: number;
}

type Taker = readonly [pattern: RegExp, take: (m: RegExpExecArray) => Taken];

const nothing = (): Taken => ({});
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'];
const levelOf = (name: string): Taken => ({
  level: LEVELS.indexOf(name.replace('warning', 'warn')),
});
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const CLOCK = '\\d{1,2}:\\d{2}:\\d{2}(?:[.,]\\d+)?';

const takers: readonly Taker[] = [
  // [    3.805282] and [    3.805282@0] and [    2.308076][    T1]
  [/^\[\s*(\d{1,9}\.\d{1,9})(?:@\d+)?\]\s?/, (m) => ({ seconds: Number(m[1]) })],
  [/^\[\s*([TC]\d+)(?:@[^\]]*)?\]\s?/, (m) => ({ caller: m[1]! })],
  // dmesg -H and -d: since the line before, or beside the stamp
  [/^\[\s*\+\d+\.\d+\]\s?/, nothing],
  [/^\[\s*(\d{1,9}\.\d{1,9})\s+<\s*\d+\.\d+>\]\s?/, (m) => ({ seconds: Number(m[1]) })],
  [/^\[<\s*\d+\.\d+>\]\s?/, nothing],
  [new RegExp(`^\\[${MONTH}\\s?\\d{1,2} \\d{1,2}:\\d{2}\\]\\s?`), nothing],
  // numbered lines of a test lab, labels of a test, a debugger's addresses
  [new RegExp(`^\\d{1,7}\\s+(?=${CLOCK}\\s)`), nothing],
  [new RegExp(`^[\\w.-]{1,24}: (?=${MONTH}\\s+\\d{1,2} ${CLOCK} )`), nothing],
  [/^0x[0-9A-Fa-f]{8,16} \|\s+(\d+\.\d+):\s+/, (m) => ({ seconds: Number(m[1]) })],
  // [    3.805282,1] of some vendors, and (2)[123:kworker/u8:1]
  [/^\[\s*(\d{1,9}\.\d{1,9}),\d+\]\s?/, (m) => ({ seconds: Number(m[1]) })],
  [/^-?\(\d+\)\[(\d+):([^\]]{1,32})\]\s?/, (m) => ({ caller: m[2]! })],
  [/^\[\d+:\s*([^\]:]{1,32}):\s*\d+\]\s?/, (m) => ({ caller: m[1]! })],
  [/^c\d+\s+\d+\s+\(([^)]{1,32})\)\s+/, (m) => ({ caller: m[1]! })],
  // logcat -b kernel, with the letter of a level
  [new RegExp(`^\\d\\d-\\d\\d ${CLOCK}\\s+\\d+\\s+\\d+ [VDIWEF] [^:]{0,24}: `), nothing],
  // cat /dev/kmsg: level and facility, number, microseconds
  [
    /^(\d{1,3}),\d+,(\d{1,15}),[^;]{1,60};/,
    (m) => ({ level: Number(m[1]) % 8, seconds: Number(m[2]) / 1e6 }),
  ],
  // syslog of RFC 5424, behind its level
  [/^1 \d{4}-\d\d-\d\dT\S+ \S{1,64} kernel \S+ \S+ (?:-|\[[^\]]*\]) /, nothing],
  // dmesg -T, and test labs
  [new RegExp(`^\\[${DAY} ${MONTH}\\s+\\d+ ${CLOCK} \\d{4}\\]\\s?`), nothing],
  [new RegExp(`^\\[?\\d{4}-\\d\\d-\\d\\d[T ]${CLOCK}(?:Z|[+-]\\d\\d:?\\d\\d)?\\]?\\s+`), nothing],
  [new RegExp(`^\\[?${CLOCK}\\]?\\s+(?=[<\\[]|kernel:)`), nothing],
  // syslog: the name of the machine follows
  [new RegExp(`^${MONTH}\\s+\\d{1,2} ${CLOCK} \\S{1,64} kernel(?:\\[\\d+\\])?: `), nothing],
  // journalctl -o short-full, and -o short-unix
  [new RegExp(`^${DAY} \\d{4}-\\d\\d-\\d\\d ${CLOCK} \\S{1,6} (?=\\S{1,64} kernel)`), nothing],
  [/^\d{9,11}\.\d{6} (?=\S{1,64} kernel)/, nothing],
  [/^[\w.-]{1,64} kernel(?:\[\d+\])?: /, nothing],
  [/^kernel(?:\[\d+\])?: /, nothing],
  [
    /^(?:kern|user|daemon)\s*[.:]\s*(emerg|alert|crit|err|warn|warning|notice|info|debug)\s*:\s*/,
    (m) => levelOf(m[1]!),
  ],
  // printk levels, with a facility above them
  [/^<(\d{1,3})>\s?/, (m) => ({ level: Number(m[1]) % 8 })],
  // ftrace: comm-pid [cpu] flags stamp:
  [
    /^\s*(.{1,20}-\d+)\s+(?:\(\s*[\d-]+\)\s+)?\[\d+\]\s+(?:\S{4,6}\s+)?(\d+\.\d+):\s+(?=[a-z_]+:)/,
    (m) => ({ caller: m[1]!.trim(), seconds: Number(m[2]) }),
  ],
];

/** Prefixes that one line may have. */
const PREFIXES_MAX = 8;

/** @line without its prefixes. */
export function withoutPrefix(line: string): Prefixed {
  let body = line.trimStart();
  let seconds: number | null = null;
  let caller: string | null = null;
  let level: number | null = null;
  let stamped = false;
  for (let i = 0; i < PREFIXES_MAX; i++) {
    const hit = firstTaken(body);
    if (hit === null) break;
    body = hit.rest;
    stamped = true;
    seconds ??= hit.taken.seconds ?? null;
    caller ??= hit.taken.caller ?? null;
    level ??= hit.taken.level ?? null;
  }
  if (seconds === null) {
    const at = stampIn(body);
    if (at > 0) {
      const rest = withoutPrefix(body.slice(at));
      return { ...rest, caller: caller ?? rest.caller, level: level ?? rest.level };
    }
  }
  return { seconds, caller, level, stamped, body: stamped ? body : line.trim() };
}

/** Characters in which a stamp of the kernel may stand behind what nobody here knows. */
const BEFORE_MAX = 80;

/**
 * Where the stamp of printk begins in @body, behind a prefix of whatever kind; -1 where there is
 * none. Firmware leaves text of its own of any length before the first message of the kernel.
 */
function stampIn(body: string): number {
  const at = body.slice(0, BEFORE_MAX).search(/\[\s{0,4}\d+\.\d{6}\]/);
  return at >= 0 ? at : body.search(/\[\s{0,4}\d+\.\d{6}\](?:\[\s*[TC]\d+\])? Linux version /);
}

function firstTaken(text: string): { taken: Taken; rest: string } | null {
  for (const [pattern, take] of takers) {
    const m = pattern.exec(text);
    if (m !== null && m[0].length > 0) return { taken: take(m), rest: text.slice(m[0].length) };
  }
  return null;
}
