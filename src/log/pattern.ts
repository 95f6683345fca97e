// SPDX-License-Identifier: GPL-2.0-only
// Long patterns, written in pieces.

/** The pieces one after the other. */
export function inOrder(...parts: readonly RegExp[]): RegExp {
  return new RegExp(parts.map((p) => p.source).join(''));
}

/** Any one of the pieces, in either case of letters. */
export function anyOf(...parts: readonly RegExp[]): RegExp {
  return new RegExp(parts.map((p) => `(?:${p.source})`).join('|'), 'i');
}
