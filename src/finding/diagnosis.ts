// SPDX-License-Identifier: GPL-2.0-only
// What a boot log comes to: a verdict, its cause, and what each window has to do with it.

/** How sure a window is: no line says otherwise, and what a line proves. */
export type Fit = 'certain' | 'fits' | 'no' | 'can not tell';

/** What may be behind a log beside a window. */
export type OtherCause =
  | 'supplier-missing'
  | 'driver-missing'
  | 'driver-bug'
  | 'timeout'
  | 'false-warning'
  | 'firmware'
  | 'stream-id-map'
  | 'boot-loader-dma'
  | 'hardware'
  | 'healthy'
  | 'unknown';

/** A line of the log, and what it says, in a few words. */
export interface ToldLine {
  readonly line: number;
  readonly what: string;
}

/** What happened to one device. */
export interface DiagnosedDevice {
  readonly name: string;
  readonly driver: string | null;
  /** The group it is in at the end; null for none. */
  readonly group: number | null;
  readonly history: readonly ToldLine[];
}

/** A window, and what the log has to say to it. */
export interface WeighedWindow {
  readonly window: string;
  readonly fits: Fit;
  readonly because: string;
  readonly lines: readonly number[];
  /** Devices that it fits. */
  readonly devices: readonly string[];
  /** What would decide it. */
  readonly missing: readonly string[];
}

/** The kernel of the log. */
interface DiagnosedKernel {
  /** As it calls itself; null where the log does not tell. */
  readonly release: string | null;
  /** The revision of the model that stands for it; null for none. */
  readonly model: string | null;
  readonly because: string;
  readonly line: number | null;
}

/** What was asked of the model: whether something would have prevented it. */
export interface Prevention {
  /** `fw_devlink.strict=1`, or a commit. */
  readonly what: string;
  readonly prevents: 'yes' | 'no' | 'can not tell';
  readonly because: string;
}

/** What the model has to say, where a board is given. */
export interface ModelAnswer {
  /** The window that was looked for, and the device that it was looked for on. */
  readonly window: string;
  readonly device: string;
  readonly shown: boolean;
  readonly because: string;
  /** The interleaving, as the lines of a table. */
  readonly table: readonly string[];
  readonly prevented: readonly Prevention[];
  /** Whether the newest kernel of the model has it, too. */
  readonly openIn: { readonly kernel: string; readonly open: boolean } | null;
}

/** What failed beside that of which the verdict is. */
export interface BesideLine extends ToldLine {
  /** True where it is an IOMMU, or code of drivers/iommu, that failed. */
  readonly ofIommu: boolean;
}

/** All of it; `--format json` prints it. */
export interface Diagnosis {
  readonly format: 'racewindow/diagnosis@1';
  readonly verdict: 'race' | 'no race' | 'can not tell';
  /** A window's id, or an OtherCause. */
  readonly cause: string;
  readonly because: string;
  readonly lines: readonly number[];
  readonly kernel: DiagnosedKernel;
  readonly board: { readonly file: string; readonly model: string } | null;
  readonly devices: readonly DiagnosedDevice[];
  readonly windows: readonly WeighedWindow[];
  readonly model: readonly ModelAnswer[];
  /** What did fail beside. */
  readonly besides: readonly BesideLine[];
  /** What the log lacks. */
  readonly missing: readonly string[];
  /** What to do next. */
  readonly do: readonly string[];
}
