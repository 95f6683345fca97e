// SPDX-License-Identifier: GPL-2.0-only
// Parts of a sweep: `3/8` is every eighth item from the third on, `day/8` another part each day.

/** The items of @list that belong to @part; null where that is none. */
export function partOf(part, list, now = Date.now()) {
  const [, which, of] = /^(day|\d+)\/(\d+)$/.exec(part) ?? [];
  const count = Number(of);
  const day = Math.floor(now / 86_400_000);
  const number = which === 'day' ? (day % count) + 1 : Number(which);
  if (!(number >= 1 && number <= count)) return null;
  return list.filter((_, i) => i % count === number - 1);
}
