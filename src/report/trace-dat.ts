// SPDX-License-Identifier: GPL-2.0-only
// A finding as trace.dat, version 6, which trace-cmd reads and KernelShark opens.
//
// The file describes its own events, as each trace.dat does: one for each kind of Op, `racewindow/
// load` and so on, with the number of the step, its function, what it does and the locks held; one
// for what the run reports; and sched_switch, so that tasks can be plotted. A thread is a task with
// a CPU of its own. Steps stand STEP_NS apart: there is no other time in a run.
//
// Data stands in pages as in the ring buffer: a time stamp, the number of bytes, then events, each
// with the time since the one before in 27 bits.

import { printable } from '#base/text';
import type { Finding, TraceStep } from '#finding/finding';
import { ByteWriter } from './byte-writer.ts';
import { placeOf } from './frames.ts';
import { accessText, eventText, parseEvent } from './phrases.ts';

const STEP_NS = 10_000;
const PAGE = 4096;
const PAGE_HEAD = 16;
const SWITCH = 1;
const REPORT = 2;
const FIRST_OP = 3;
const COMM_BYTES = 16;
/** Of what a step does at most: an event has to fit into a page. */
const TEXT_MAX = 400;

/** An event of a CPU. */
interface Event {
  readonly ns: number;
  readonly data: Uint8Array;
}

/** The whole file. */
export function traceDat(finding: Finding): Uint8Array {
  const { trace } = finding;
  const tasks = [...new Set(trace.map((step) => step.thread))];
  const ops = [...new Set(trace.map((step) => step.op))].sort();
  const cpus = tasks.map((task) => pagesOf(eventsOf(trace, task, tasks, ops)));
  const head = headOf(tasks, ops);
  // Each CPU's data begins at a page; where that is stands before, in 16 bytes for each.
  const out = new ByteWriter().bytes(head).text('flyrecord');
  let at = pageAfter(head.length + 10 + 16 * cpus.length);
  for (const pages of cpus) {
    out.u64(at).u64(pages.length);
    at += pages.length;
  }
  for (const pages of cpus) out.zeros(pageAfter(out.length) - out.length).bytes(pages);
  return out.done();
}

function pageAfter(at: number): number {
  return Math.ceil(at / PAGE) * PAGE;
}

function headOf(tasks: readonly string[], ops: readonly string[]): Uint8Array {
  const own = ops.map((op, i) => formatOf(op, FIRST_OP + i, stepFields, stepPrint));
  own.unshift(formatOf('report', REPORT, stepFields.slice(0, 2), reportPrint));
  const sched = [formatOf('sched_switch', SWITCH, switchFields, switchPrint)];
  const out = new ByteWriter()
    .bytes(Uint8Array.of(0x17, 0x08, 0x44))
    .raw('tracing')
    .text('6');
  // Little-endian, longs of 8 bytes.
  out.u8(0).u8(8).u32(PAGE);
  out.text('header_page').long(headerPage).text('header_event').long(headerEvent);
  // No formats of ftrace's own; two systems of events.
  out.u32(0).u32(2);
  for (const [system, formats] of [
    ['racewindow', own],
    ['sched', sched],
  ] as const) {
    out.text(system).u32(formats.length);
    for (const format of formats) out.long(format);
  }
  // No kallsyms, no formats of printk.
  out.u32(0).u32(0);
  out.long(tasks.map((task, i) => `${i + 1} ${commOf(task)}\n`).join(''));
  // No options: the number 0 ends them.
  return out.u32(tasks.length).text('options  ').u16(0).done();
}

/** As ps shows it: no blanks, at most 15 characters. */
function commOf(task: string): string {
  return printable(task)
    .replace(/\s/g, '_')
    .slice(0, COMM_BYTES - 1);
}

const headerPage = `\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;
\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
\tfield: char data;\toffset:16;\tsize:${PAGE - PAGE_HEAD};\tsigned:1;
`;

const headerEvent = `# compressed entry header
\ttype_len    :    5 bits
\ttime_delta  :   27 bits
\tarray       :   32 bits

\tpadding     : type == 29
\ttime_extend : type == 30
\ttime_stamp : type == 31
\tdata max type_len  == 28
`;

/** A field of an event: its type and name as in C, and its bytes. */
type Field = readonly [string, number];

const stepFields: readonly Field[] = [
  ['int step', 4],
  ['__data_loc char[] what', 4],
  ['__data_loc char[] place', 4],
  ['__data_loc char[] locks', 4],
];
const stepPrint = '"%d %s(): %s%s", REC->step, __get_str(place), __get_str(what), __get_str(locks)';
const reportPrint = '"%d %s", REC->step, __get_str(what)';

const switchFields: readonly Field[] = [
  ['char prev_comm[16]', COMM_BYTES],
  ['pid_t prev_pid', 4],
  ['int prev_prio', 4],
  ['long prev_state', 8],
  ['char next_comm[16]', COMM_BYTES],
  ['pid_t next_pid', 4],
  ['int next_prio', 4],
];
const switchPrint =
  '"%s:%d [%d] %s ==> %s:%d [%d]", REC->prev_comm, REC->prev_pid, REC->prev_prio, ' +
  'REC->prev_state ? "D" : "R", REC->next_comm, REC->next_pid, REC->next_prio';

const commonFields: readonly Field[] = [
  ['unsigned short common_type', 2],
  ['unsigned char common_flags', 1],
  ['unsigned char common_preempt_count', 1],
  ['int common_pid', 4],
];

/** What describes an event, as the files `format` of tracefs do. */
function formatOf(name: string, id: number, fields: readonly Field[], print: string): string {
  let offset = 0;
  const lines = (some: readonly Field[]): string[] =>
    some.map(([declared, size]) => {
      const signed = /^(int|pid_t|long)/.test(declared) ? 1 : 0;
      const line = `\tfield:${declared};\toffset:${offset};\tsize:${size};\tsigned:${signed};`;
      offset += size;
      return line;
    });
  const text = [...lines(commonFields), '', ...lines(fields)].join('\n');
  return `name: ${name}\nID: ${id}\nformat:\n${text}\n\nprint fmt: ${print}\n`;
}

/** The events of @task: its steps, what they report, and when it goes on and stops. */
function eventsOf(
  trace: readonly TraceStep[],
  task: string,
  tasks: readonly string[],
  ops: readonly string[],
): Event[] {
  const pid = tasks.indexOf(task) + 1;
  const events: Event[] = [];
  trace.forEach((step, i) => {
    if (step.thread !== task) return;
    const ns = (i + 1) * STEP_NS;
    if (trace[i - 1]?.thread !== task)
      events.push({ ns: ns - 2000, data: switchData(pid, task, true) });
    events.push({ ns, data: stepData(FIRST_OP + ops.indexOf(step.op), pid, i, step) });
    step.events.forEach((event, n) => {
      const what = eventText(parseEvent(event)) ?? event;
      const at = ns + Math.min(n + 1, 5) * 1000;
      events.push({ ns: at, data: textsData(REPORT, pid, i + 1, [what]) });
    });
    if (trace[i + 1]?.thread !== task) {
      events.push({ ns: ns + 6000, data: switchData(pid, task, false) });
    }
  });
  return events;
}

function stepData(type: number, pid: number, index: number, step: TraceStep): Uint8Array {
  const locks = step.locks.length === 0 ? '' : `, holds ${step.locks.join(' ')}`;
  return textsData(type, pid, index + 1, [accessText(step), placeOf(step), locks]);
}

/** An event with the number of a step and texts; where each text stands is told before them. */
function textsData(type: number, pid: number, step: number, texts: readonly string[]): Uint8Array {
  const cut = texts.map((text) => printable(text).slice(0, TEXT_MAX));
  const out = new ByteWriter().u16(type).u8(0).u8(0).u32(pid).u32(step);
  let at = out.length + 4 * cut.length;
  for (const text of cut) {
    out.u32((text.length + 1) * 65536 + at);
    at += text.length + 1;
  }
  for (const text of cut) out.text(text);
  return out.done();
}

function switchData(pid: number, task: string, comes: boolean): Uint8Array {
  const idle = { comm: `swapper/${pid - 1}`, pid: 0 };
  const own = { comm: commOf(task), pid };
  const [prev, next] = comes ? [idle, own] : [own, idle];
  const out = new ByteWriter().u16(SWITCH).u8(0).u8(0).u32(prev.pid);
  out.fixed(prev.comm, COMM_BYTES).u32(prev.pid).u32(120).u64(0);
  return out.fixed(next.comm, COMM_BYTES).u32(next.pid).u32(120).done();
}

/** @events in pages of the ring buffer. */
function pagesOf(events: readonly Event[]): Uint8Array {
  const out = new ByteWriter();
  let page = new ByteWriter();
  let first = 0;
  let last = 0;
  const close = (): void => {
    out.u64(first).u64(page.length).bytes(page.done());
    out.zeros(PAGE - PAGE_HEAD - page.length);
    page = new ByteWriter();
  };
  for (const { ns, data } of events) {
    const words = Math.ceil(data.length / 4);
    const bytes = words * 4 + (words <= 28 ? 4 : 8);
    const late = ns - last >= 2 ** 27;
    if (page.length > 0 && (late || page.length + bytes > PAGE - PAGE_HEAD)) close();
    if (page.length === 0) {
      first = ns;
      last = ns;
    }
    const delta = (ns - last) * 32;
    if (words <= 28) page.u32(delta + words);
    else page.u32(delta).u32(words * 4 + 4);
    page.bytes(data).zeros(words * 4 - data.length);
    last = ns;
  }
  if (page.length > 0) close();
  return out.done();
}
