// SPDX-License-Identifier: GPL-2.0-only
// Reads a boot log: dmesg, journal, serial console, a test lab's, a mail's, or ftrace's text.
//
// Each line loses its prefixes; what then is a message that is known becomes an event. A message
// that a mail has wrapped is put together where its first line alone says nothing. Warnings and
// oopses take the lines that follow them as their call trace.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { complaintIn, troubleIn } from './complaints.ts';
import { logLimits } from './limits.ts';
import { namesItsDevice, recognise, spokenBy } from './messages.ts';
import { withoutPrefix } from './prefix.ts';
import { isOtherJson } from './records.ts';
import { runningIn } from './release.ts';
import { blockSaid, type Opening, opening, TraceReader } from './trace.ts';
import type { At, BootLog, LogEvent, Said } from './types.ts';
import { type PlainLine, plainLines } from './unwrap.ts';

interface Message extends At {
  readonly body: string;
  readonly level: number | null;
  readonly stamped: boolean;
  readonly quoted: boolean;
}

interface Block {
  readonly open: Opening;
  readonly at: At;
  readonly reader: TraceReader;
  /** Where the event of the block goes, so that it stands before what came in between. */
  readonly place: number;
}

const hint =
  'name a file with the messages of a kernel, as dmesg or journalctl -k print them, in any ' +
  'format of theirs';

/** The log in @bytes; @name is what the input is called in an error. */
export function readLog(bytes: Uint8Array, name: string): Result<BootLog, UserError> {
  if (bytes.length > logLimits.bytesMax) {
    const message = `${name} has ${bytes.length} bytes; limit bytesMax is ${logLimits.bytesMax}`;
    return fail('RW003', message, 'give the log of one boot');
  }
  const text = new TextDecoder().decode(bytes);
  if (isOtherJson(text)) return fail('RW110', `${name}: JSON without messages of a kernel`, hint);
  const { countedBy, lines } = plainLines(text);
  const log = { ...new LogReader(lines.map(messageOf)).read(), countedBy };
  if (log.events.length === 0 && log.kernelLines === 0) {
    return fail('RW110', `${name}: no message of a kernel in ${log.lines} lines`, hint);
  }
  return ok(log);
}

function messageOf({ number, text, quoted }: PlainLine): Message {
  const { seconds, caller, level, stamped, body } = withoutPrefix(text);
  return { line: number, seconds, caller, level, stamped, quoted, body };
}

class LogReader {
  private readonly messages: readonly Message[];
  private readonly slots: (LogEvent | null)[] = [];
  private readonly spoken = new Map<string, number>();
  private block: Block | null = null;
  private readonly isMail: boolean;
  private readonly hasStamps: boolean;

  constructor(messages: readonly Message[]) {
    this.messages = messages;
    const full = messages.filter(({ body }) => body !== '');
    this.hasStamps = full.filter((m) => m.stamped).length * 3 > full.length;
    this.isMail =
      full.some((m) => m.quoted) ||
      full.some(({ body }) => /^(?:From|Subject|Date):? \S/.test(body));
  }

  read(): Omit<BootLog, 'countedBy'> {
    for (let i = 0; i < this.messages.length; i++) {
      if (this.slots.length >= logLimits.eventsMax) {
        this.add({ kind: 'gap', text: 'more events than are kept' }, this.messages[i]!);
        break;
      }
      i += this.take(i);
    }
    this.close();
    const events = this.slots.filter((event) => event !== null);
    return {
      events,
      lines: this.messages.length,
      kernelLines: this.messages.filter((m) => m.stamped && m.body !== '').length,
      hasStamps: this.messages.some((m) => m.seconds !== null),
    };
  }

  /** Take message @i in; how many more lines it had. */
  private take(i: number): number {
    const message = this.messages[i]!;
    const { body } = message;
    if (body === '') return 0;
    const open = opening(body);
    if (open !== null) {
      this.begin(open, message);
      return 0;
    }
    const beside = this.running(i) ?? hardwareIn(body);
    if (beside !== null) {
      // It is a part of its block, too, which goes on.
      this.block?.reader.take(beside.body, message.line);
      this.slots.push({ ...beside.said, ...plainAt(message) });
      return beside.more;
    }
    const whole = this.wholeMessage(i);
    if (whole !== null) {
      const { kind } = whole.said;
      // What a boot has said often enough, the next one has not.
      if (kind === 'version' || kind === 'reboot') this.spoken.clear();
      if (kind === 'version' && this.isInserted(i)) return whole.more;
      this.add(whole.said, message);
      return whole.more;
    }
    const complaint = complaintIn(body, message.level);
    if (complaint !== null) {
      // What does no harm must not come back as the trouble of a driver.
      const said = troubleIn(complaint);
      if (said !== null) this.add(said, message);
      return 0;
    }
    if (this.block !== null && !this.block.reader.take(body, message.line)) this.close();
    if (this.block === null) this.listen(message);
    return 0;
  }

  /** The release that the message at @i names, put together with what a mail has wrapped. */
  private running(i: number): Beside | null {
    let body = this.messages[i]!.body.trimStart();
    if (!/^(?:CPU: \d+ |Linux (?!version))/.test(body)) return null;
    for (let more = 0; more <= 2; more++) {
      const found = runningIn(body);
      if (found !== null) return { said: { kind: 'running', ...found }, body, more };
      const next = this.messages[i + more + 1];
      if (next === undefined || next.stamped || next.body === '') return null;
      body += ` ${next.body.trimStart()}`;
    }
    return null;
  }

  /**
   * True where the line at @i is not of the log around it: `cat /proc/version`, here or elsewhere,
   * in a log whose lines have prefixes, and which tells its own version.
   */
  private isInserted(i: number): boolean {
    const around = [this.messages[i - 1], this.messages[i + 1]];
    if (this.messages[i]!.stamped || !around.every((m) => m?.stamped)) return false;
    return this.messages.some((m) => m.stamped && m.body.startsWith('Linux version '));
  }

  /** The message at @i, put together with what a mail has wrapped. */
  private wholeMessage(i: number): { said: Said; more: number } | null {
    const { body, stamped } = this.messages[i]!;
    const said = recognise(body);
    if (said !== null) {
      return said.kind === 'command-line' ? this.longText(i, said) : { said, more: 0 };
    }
    if (!stamped && this.hasStamps) return null;
    // Where lines have stamps, one without goes on; elsewhere only what looks unfinished does.
    if (!(stamped && this.hasStamps) && !mayGoOn(body)) return null;
    let text = body;
    for (let more = 1; more <= 2; more++) {
      const next = this.messages[i + more];
      if (next === undefined || next.stamped || next.body === '') return null;
      text += ` ${next.body}`;
      const joined = recognise(text);
      if (joined !== null) return { said: joined, more };
    }
    return null;
  }

  private longText(i: number, said: Said & { kind: 'command-line' }): { said: Said; more: number } {
    if (!this.isMail || !this.hasStamps) return { said, more: 0 };
    let { text } = said;
    let more = 0;
    while (more < logLimits.wrappedMax) {
      const next = this.messages[i + more + 1];
      if (next === undefined || next.stamped || next.body === '') break;
      text += ` ${next.body}`;
      more++;
    }
    return { said: { ...said, text }, more };
  }

  private begin(open: Opening, at: At): void {
    const before = this.block;
    // "cut here" and what follows it are one block; so are an oops and its "Internal error".
    if (before !== null && continues(before, open)) {
      const crash = before.open.kind === 'crash' ? before.open : open;
      this.block = { ...before, open: crash };
      return;
    }
    this.close();
    this.slots.push(null);
    this.block = { open, at, reader: new TraceReader(at.line), place: this.slots.length - 1 };
  }

  /** The block is over: its event, or the trace of the late probe that it belongs to. */
  private close(): void {
    const { block } = this;
    this.block = null;
    if (block === null) return;
    const said = blockSaid(block.open, block.reader);
    if (said === null) return;
    if (said.kind === 'warning' && /iommu_probe_device|iommu_init_device|^$/.test(said.where)) {
      const late = this.lateBefore(block.at.line);
      if (late !== null) {
        const { event, place } = late;
        this.slots[place] = { ...event, trace: said.trace };
        return;
      }
    }
    this.slots[block.place] = { ...said, ...plainAt(block.at) };
  }

  /** The late probe that was told just before line @line, if it has no trace yet. */
  private lateBefore(line: number): { event: LogEvent<'late'>; place: number } | null {
    for (let place = this.slots.length - 1; place >= 0; place--) {
      const event = this.slots[place];
      if (event == null) continue;
      if (event.kind === 'late' && event.trace === null && line - event.line < 12) {
        return { event, place };
      }
      if (line - event.line >= 12) return null;
    }
    return null;
  }

  private add(said: Said, at: At): void {
    // Within a block only what interrupts it closes it: messages of others may stand in between.
    if (this.block !== null && said.kind !== 'late' && this.block.reader.sawFrames) this.close();
    this.slots.push({ ...said, ...plainAt(at) } as LogEvent);
  }

  private listen(message: Message): void {
    const { body } = message;
    const said = namesItsDevice(body) ?? spokenBy(body);
    if (said === null) return;
    if (said.kind === 'spoke' || said.kind === 'trouble') {
      const key = `${said.kind} ${said.device}`;
      const times = this.spoken.get(key) ?? 0;
      if (times >= logLimits.spokeMax) return;
      this.spoken.set(key, times + 1);
    }
    this.add(said, message);
  }
}

/** What stands beside a call trace: the line, and how many more lines it had. */
interface Beside {
  readonly said: Said & { kind: 'running' | 'hardware' };
  readonly body: string;
  readonly more: number;
}

function hardwareIn(line: string): Beside | null {
  const body = line.trimStart();
  const m = /^Hardware name: (\S.*)$/.exec(body);
  return m && { said: { kind: 'hardware', text: m[1]! }, body, more: 0 };
}

function plainAt({ line, seconds, caller }: At): At {
  return { line, seconds, caller };
}

/** What may be the beginning of a message that goes on in the next line. */
function mayGoOn(body: string): boolean {
  return /(?:iommu|IOMMU|deferred|probe|fault|Adding|something|pending|error|supplier|late)\b/.test(
    body,
  );
}

function continues(before: Block, open: Opening): boolean {
  if (before.reader.sawFrames) return false;
  if (before.open.kind === 'cut') return open.kind !== 'cut';
  return before.open.kind === 'crash' && open.kind === 'crash';
}
