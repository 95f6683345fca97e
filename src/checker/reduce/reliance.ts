// SPDX-License-Identifier: GPL-2.0-only
// What futures tell of an answer "quiet": what it relied on, to be asked again at the end.

/** Learns it; assumptions.ts keeps it. */
export interface Reliance {
  /**
   * What @t does where it stands was taken for no conflict with the future of any other thread: its
   * step, or all of the section that begins there, in this @version (-1: a step).
   */
  noteApart(t: number, visible: boolean, version: number): void;
  /** Even alone, the section that @t begins where it stands has to be in this @version. */
  noteSection(t: number, version: number): void;
  /** A step of @t was taken for quiet by what interference.ts says of @asker and @footprint. */
  noteInterference(t: number, footprint: number, asker: number): void;
}
