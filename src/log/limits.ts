// SPDX-License-Identifier: GPL-2.0-only
// What a log may have; more is refused, or left out and told.

export const logLimits = {
  /** Bytes of the input. */
  bytesMax: 32 * 1024 * 1024,
  /** Characters of a line that are looked at. */
  lineMax: 4096,
  /** Lines that one wrapped message may have. */
  wrappedMax: 8,
  /** Lines after a warning in which its call trace is looked for. */
  traceLinesMax: 160,
  /** Frames of a call trace that are kept. */
  framesMax: 64,
  /** Messages of one driver on one device that are kept. */
  spokeMax: 4,
  /** Events that are kept. */
  eventsMax: 200_000,
} as const;
