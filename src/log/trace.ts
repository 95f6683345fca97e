// SPDX-License-Identifier: GPL-2.0-only
// Warnings, oopses and reports of sanitizers: what they are about, and their call trace.

import { logLimits } from './limits.ts';
import { anyOf, inOrder } from './pattern.ts';
import type { Said, Trace } from './types.ts';

/** How a block of lines begins, as far as one line tells. */
export type Opening =
  | { readonly kind: 'cut' }
  | { readonly kind: 'warning'; readonly where: string | null; readonly file: string }
  | {
      readonly kind: 'crash';
      readonly what: 'null' | 'paging' | 'use-after-free' | 'other';
      readonly address: string | null;
      readonly text: string;
    }
  | { readonly kind: 'lockdep' }
  | { readonly kind: 'leak' };

const WARNINGS = [
  // Up to v6.18.
  /^WARNING: CPU: \d+ PID: \d+ at (\S+?):\d+ ([\w.]+)\+0x/,
  // Later: WARNING: FILE:LINE at FUNCTION, CPU#1: insmod/106
  /^WARNING: (\S+?):\d+ at ([\w.]+)\+0x/,
  /^WARNING: CPU: \d+ PID: \d+ at (\S+?):\d+/,
  /^WARNING: (\S+?):\d+ at/,
];

/** What @body begins; null where it begins nothing of the kind. */
export function opening(body: string): Opening | null {
  if (/^-{4,}\[ cut here \]-{4,}$/.test(body)) return { kind: 'cut' };
  if (body.startsWith('WARNING: possible circular locking dependency')) return { kind: 'lockdep' };
  for (const pattern of WARNINGS) {
    const m = pattern.exec(body);
    if (m !== null) return { kind: 'warning', where: m[2] ?? null, file: m[1]! };
  }
  if (/^unreferenced object 0x/.test(body)) return { kind: 'leak' };
  return crashIn(body);
}

const ARM_FAULT = inOrder(
  /^Unable to handle kernel (NULL pointer dereference|paging request|access)/,
  /.* at virtual address ([0-9a-f]+)/,
);
const X86_FAULT = inOrder(
  /^BUG: (kernel NULL pointer dereference|unable to handle [a-z ]+)/,
  /(?:, address| for address| at)?:? ([0-9a-f]{8,16})/,
);
/**
 * "  really_probe+0x7c/0x3f0", with what older kernels and unwinders put around it; 32-bit Arm says
 * "platform_probe from really_probe+0x7c/0x3f0".
 */
const FRAME = inOrder(
  /^\s*(?:#\d+:? )?(?:\[<[0-9a-f]+>\]\s*)?/,
  /(?:\(?[A-Za-z_][\w.]*\)?(?: \[[\w-]+\])? from (?:\[<[0-9a-f]+>\]\s*)?)?\(?/,
  /([A-Za-z_][\w.]*)\+0x[0-9a-f]+\/0x[0-9a-f]+\)?/,
  /(?: \(P\))?(?: \[[\w-]+[^\]]*\])?(?: \(.*\))?$/,
);
/** What stands on a stack of x86 and may be left over there from an earlier call: no caller. */
const GUESS = /^\s*(?:\[<[0-9a-f]+>\]\s*)?\? +(?=[A-Za-z_][\w.]*\+0x)/;
/** Lines that stand beside a call trace. */
const BESIDE = anyOf(
  /^(?:pgd|pstate|sp|x\d+|Mem abort|Data abort|Code|Call trace|ESR|Modules linked)\b/,
  /^(?:Hardware name|Tainted|R[SABD][PXI]|R\d+|FS|CS|CR2|<TASK>|<\/TASK>)/,
);

function crashIn(body: string): Opening | null {
  const crash = (
    what: 'null' | 'paging' | 'use-after-free' | 'other',
    address: string | null,
  ): Opening => ({ kind: 'crash', what, address, text: body });
  const at = ARM_FAULT.exec(body);
  if (at !== null) return crash(at[1]!.startsWith('NULL') ? 'null' : 'paging', at[2]!);
  const x86 = X86_FAULT.exec(body);
  if (x86 !== null) return crash(x86[1]!.includes('NULL') ? 'null' : 'paging', x86[2]!);
  const kasan = /^BUG: KASAN: (\S+) in ([\w.]+)/.exec(body);
  if (kasan !== null) return crash(/free/.test(kasan[1]!) ? 'use-after-free' : 'other', null);
  const gpf =
    /^(?:Oops: )?general protection fault,? .*address (?:0x)?([0-9a-f]+)/.exec(body) ??
    /^(?:Oops: )?general protection fault/.exec(body);
  if (gpf !== null) return crash('other', gpf[1] ?? null);
  if (
    /^(?:Internal error: |SError Interrupt on|kernel BUG at|list_\w+ corruption|refcount_t: )/.test(
      body,
    )
  ) {
    return crash('other', null);
  }
  return null;
}

/** Collects the lines of one block. */
export class TraceReader {
  private readonly frames: string[] = [];
  private pc: string | null = null;
  private lr: string | null = null;
  private comm: string | null = null;
  private workqueue: string | null = null;
  private lines = 0;
  private quiet = 0;
  private lastLine: number;
  /** Its call trace has begun. */
  sawFrames = false;
  /** Locks that lockdep names. */
  readonly locks: string[] = [];

  constructor(line: number) {
    this.lastLine = line;
  }

  /** Take a line in; false where the block is over and the line is none of it. */
  take(body: string, line: number): boolean {
    if (++this.lines > logLimits.traceLinesMax) return false;
    if (/^---\[ end trace/.test(body)) return false;
    const known = this.note(body);
    if (known) {
      this.quiet = 0;
      this.lastLine = line;
      return true;
    }
    // Registers, code bytes and names of modules stand between; a call trace ends its block.
    this.quiet++;
    return this.quiet < (this.sawFrames ? 4 : 60);
  }

  private note(body: string): boolean {
    if (GUESS.test(body)) {
      this.sawFrames = true;
      return true;
    }
    const frame = FRAME.exec(body);
    if (frame !== null) {
      this.sawFrames = true;
      if (this.frames.length < logLimits.framesMax) this.frames.push(plainName(frame[1]!));
      return true;
    }
    const register = /^(pc|lr) : ([A-Za-z_][\w.]*)\+0x/.exec(body);
    const rip = /^(?:RIP: \w+:|PC is at |pc : )([A-Za-z_][\w.]*)\+0x/.exec(body);
    const lr = /^LR is at ([A-Za-z_][\w.]*)\+0x/.exec(body);
    if (register !== null) {
      if (register[1] === 'pc') this.pc ??= plainName(register[2]!);
      else this.lr ??= plainName(register[2]!);
      return true;
    }
    if (rip !== null || lr !== null) {
      if (rip !== null) this.pc ??= plainName(rip[1]!);
      if (lr !== null) this.lr ??= plainName(lr[1]!);
      return true;
    }
    const comm = /^CPU: \d+ (?:UID: \d+ )?PID: \d+ Comm: (\S+)/.exec(body);
    if (comm !== null) this.comm ??= comm[1]!;
    const work = /^Workqueue: (?:\S+ )?(\w+)/.exec(body);
    if (work !== null) this.workqueue ??= work[1]!;
    const lock = /\((&?[\w.>\-:#/]+)\)\{[^}]*\}/.exec(body);
    if (lock !== null && this.locks.length < 32) this.locks.push(lock[1]!);
    return comm !== null || work !== null || lock !== null || BESIDE.test(body.trim());
  }

  trace(): Trace {
    const { frames, pc, lr, comm, workqueue, lastLine } = this;
    return { frames: [...frames], pc, lr, comm, workqueue, lastLine };
  }
}

/** Names of a function that the compiler has made a part of, without what it added. */
function plainName(name: string): string {
  return name.replace(/\.(?:isra|constprop|part|cold|llvm)(?:\.\d+)*$/, '').replace(/\.\d+$/, '');
}

/** What a whole block says; null for one that says nothing by itself. */
export function blockSaid(open: Opening, reader: TraceReader): Said | null {
  const trace = reader.trace();
  switch (open.kind) {
    case 'cut':
      return null;
    case 'warning': {
      const where = open.where ?? trace.pc ?? trace.frames[0] ?? '';
      return { kind: 'warning', where: plainName(where), file: open.file, trace };
    }
    case 'crash': {
      const { what, address, text } = open;
      const named = / in ([A-Za-z_][\w.]*)/.exec(text)?.[1] ?? null;
      const pc = trace.pc ?? (named === null ? null : plainName(named));
      return { kind: 'crash', what, address, text, trace: { ...trace, pc } };
    }
    case 'lockdep':
      return { kind: 'lock-circle', locks: [...new Set(reader.locks)], trace };
    case 'leak':
      return { kind: 'leak', trace };
  }
}
