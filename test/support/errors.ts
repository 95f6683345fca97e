// SPDX-License-Identifier: GPL-2.0-only
// What a coded error looks like where it is printed.

const text = '[\\x20-\\x7e]+';

/** A code with a sentence, and a hint; lines that go on are set in. */
export const printedError = new RegExp(
  `^RW\\d{3}: ${text}(?:\n {2}(?!hint: )${text})*\n {2}hint: ${text}(?:\n {4}${text})*\n?$`,
);
