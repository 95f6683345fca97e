// SPDX-License-Identifier: GPL-2.0-only
// What a log may have; more is refused, or left out and told. The logs of test/fixtures/logs were
// counted, 14 boots of Linux 6.1 to 7.2 with up to 3,338 lines: what one of them has at most stands
// behind each limit.

export const logLimits = {
  /** Bytes of the input: 238,103. */
  bytesMax: 32 * 1024 * 1024,
  /** Characters of a line that are looked at: 337. */
  lineMax: 4096,
  /** Lines that one wrapped message may have: 337 characters are five lines of a mail. */
  wrappedMax: 8,
  /** Lines after a warning in which its call trace is looked for: 52 up to its end. */
  traceLinesMax: 160,
  /** Frames of a call trace that are kept: 30. */
  framesMax: 64,
  /** Messages of one driver on one device that are kept: the first tell, the others repeat it. */
  spokeMax: 4,
  /** Events that are kept: 1,564. */
  eventsMax: 200_000,
} as const;
