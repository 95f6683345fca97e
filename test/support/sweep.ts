// SPDX-License-Identifier: GPL-2.0-only
// What of a test `npm test` leaves to `npm run test:sweep` and others, which .ci/run does.

/** `1`: what `npm test` leaves out; `all`: that as well as the rest. */
const asked = process.env['RACEWINDOW_SWEEP'];

const isAsked = (isLeft: boolean): boolean => asked === 'all' || isLeft === (asked === '1');

/** Those of @rows that are not marked as a sweep's; in a sweep the others. */
export function rowsOf<R extends { readonly sweep?: boolean }>(rows: readonly R[]): readonly R[] {
  return rows.filter((row) => isAsked(row.sweep ?? false));
}

/** Every @nth of @rows, from the first on; in a sweep the others. */
export function every<R>(nth: number, rows: readonly R[]): readonly R[] {
  return rows.filter((_, i) => isAsked(i % nth !== 0));
}

/** True where a test is left to the sweep, and this is none. */
export const isLeftOut = !isAsked(true);

/** How many programs or inputs are drawn at random: @few, in a sweep ten times as many. */
export const draws = (few: number): number => (asked === undefined ? few : 10 * few);
