// SPDX-License-Identifier: GPL-2.0-only
// What is read out of a boot log: lines, the kernel's messages among them as events, and gaps.

/** Where an event stands: the line of the input, from 1, and what its prefix says. */
export interface At {
  readonly line: number;
  /** Seconds since boot; null where the line has no such stamp. */
  readonly seconds: number | null;
  /** `T24`, `C0`, or `insmod-106`: who printed it, where the prefix says. */
  readonly caller: string | null;
}

/** A call trace, innermost function first, and what stands beside it. */
export interface Trace {
  readonly frames: readonly string[];
  /** The function that warned or faulted, and its caller, where registers say. */
  readonly pc: string | null;
  readonly lr: string | null;
  readonly comm: string | null;
  readonly workqueue: string | null;
  readonly lastLine: number;
}

/** What is behind a complaint of an IOMMU, as far as its words tell. */
export type ComplaintCause =
  | 'firmware'
  | 'stream-id-map'
  | 'supplier-missing'
  | 'hardware'
  | 'driver-bug';

/** What is at fault: a page, a stream that nothing is behind, an interrupt, or else. */
export type FaultKind = 'translation' | 'stream' | 'interrupt' | 'other';

/** How a line on a group was told: printk, or a trace event. */
type GroupSource = 'message' | 'trace';

interface Kinds {
  readonly version: { readonly text: string };
  /** A warning, an oops or `uname -a` names the release, and what stands behind it. */
  readonly running: { readonly text: string; readonly by: 'trace' | 'uname' };
  /** What a call trace names the machine. */
  readonly hardware: { readonly text: string };
  readonly 'command-line': { readonly text: string };
  readonly model: { readonly text: string };
  /** A table that ACPI has: `IORT`. */
  readonly 'acpi-table': { readonly table: string };
  readonly 'domain-type': { readonly type: string };
  readonly invalidation: { readonly mode: 'strict' | 'lazy' };
  /** The driver of an IOMMU probes @name; said once for each registration. */
  readonly instance: { readonly name: string; readonly driver: string };
  readonly group: {
    readonly device: string;
    /** What stands before the name: a driver, or a bus; null in a trace and up to v5.2. */
    readonly prefix: string | null;
    readonly group: number;
    readonly source: GroupSource;
  };
  readonly 'group-failed': {
    readonly device: string;
    readonly group: number;
    readonly errno: number;
  };
  readonly 'group-removed': {
    readonly device: string;
    readonly group: number | null;
    readonly source: GroupSource;
  };
  readonly attached: { readonly device: string };
  /** A scan has found a PCI function. */
  readonly found: { readonly device: string };
  /** Its driver asks to be tried again, or it stands on the deferred list. */
  readonly deferred: { readonly device: string; readonly driver: string | null };
  readonly retried: { readonly device: string };
  readonly 'timed-out': { readonly device: string; readonly why: 'timeout' | 'no modules' };
  /** Still on the deferred list when the timeout has expired. */
  readonly pending: {
    readonly device: string;
    readonly reason: string | null;
    /** The device or node that it waits for, where the reason names one. */
    readonly supplier: string | null;
  };
  readonly failed: {
    readonly device: string;
    readonly driver: string | null;
    readonly errno: number;
  };
  /** initcall_debug: the probe of a device returned. */
  readonly probed: { readonly device: string; readonly errno: number };
  readonly probing: { readonly device: string; readonly driver: string };
  readonly bound: { readonly device: string; readonly driver: string };
  readonly async: { readonly device: string };
  readonly 'not-behind': { readonly device: string; readonly errno: number };
  readonly late: {
    readonly device: string;
    readonly prefix: string | null;
    readonly trace: Trace | null;
  };
  /** A warning of the kernel other than that of a late probe. */
  readonly warning: { readonly where: string; readonly file: string; readonly trace: Trace };
  /** It cannot go on: an oops, a panic, a report of KASAN. */
  readonly crash: {
    readonly what: 'null' | 'paging' | 'use-after-free' | 'other';
    readonly address: string | null;
    readonly text: string;
    readonly trace: Trace;
  };
  /** lockdep has found a circle of locks. */
  readonly 'lock-circle': { readonly locks: readonly string[]; readonly trace: Trace };
  readonly 'duplicate-link': { readonly path: string };
  readonly leak: { readonly trace: Trace };
  readonly fault: {
    /** The IOMMU that told it, where a name is given. */
    readonly iommu: string | null;
    readonly device: string | null;
    /** What drives the device by then, where the line says so; null: nothing, or not told. */
    readonly driver: string | null;
    readonly about: FaultKind;
    readonly address: string | null;
  };
  /** The firmware is said to be wrong about an IOMMU. */
  readonly 'firmware-bug': { readonly text: string };
  /** An IOMMU itself is said to be out of order. */
  readonly 'hardware-error': { readonly text: string };
  /** An IOMMU, or its driver, complains; @cause is null where its words do not tell of what. */
  readonly 'iommu-trouble': { readonly text: string; readonly cause: ComplaintCause | null };
  /** The loader of modules, or an initcall, brings a driver in. */
  readonly initcall: { readonly name: string };
  /** A driver speaks of its device. */
  readonly spoke: { readonly device: string; readonly driver: string; readonly text: string };
  /** A driver complains of its device. */
  readonly trouble: { readonly device: string; readonly text: string };
  /** A journal says that another boot begins here. */
  readonly reboot: object;
  /** Lines are missing here. */
  readonly gap: { readonly text: string };
}

/** The kinds of events. */
export type LogEventKind = keyof Kinds;

/** A message that was recognised. */
export type LogEvent<K extends LogEventKind = LogEventKind> = {
  [M in K]: Kinds[M] & { readonly kind: M } & At;
}[K];

/** What messages.ts makes of the text of one line. */
export type Said = { [M in LogEventKind]: Kinds[M] & { readonly kind: M } }[LogEventKind];

/** A log, read. */
export interface BootLog {
  readonly events: readonly LogEvent[];
  /** What the numbers of lines count: lines of the input, or messages where each has several. */
  readonly countedBy: 'line' | 'message';
  /** Lines of the input. */
  readonly lines: number;
  /** Lines that look like messages of a kernel. */
  readonly kernelLines: number;
  /** False where no message has a stamp. */
  readonly hasStamps: boolean;
}
