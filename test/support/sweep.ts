// SPDX-License-Identifier: GPL-2.0-only
// What of a test `npm test` leaves to `npm run test:sweep`, which .ci/run does.

const isSweep = process.env['RACEWINDOW_SWEEP'] === '1';

/** Those of @rows that are marked as a sweep's in a sweep; else the others. */
export function rowsOf<R extends { readonly sweep?: boolean }>(rows: readonly R[]): readonly R[] {
  return rows.filter((row) => (row.sweep ?? false) === isSweep);
}

/** Every @nth of @rows, from the first on; in a sweep the others. */
export function every<R>(nth: number, rows: readonly R[]): readonly R[] {
  return rows.filter((_, i) => (i % nth !== 0) === isSweep);
}

/** How many programs or inputs are drawn at random: @few, in a sweep ten times as many. */
export const draws = (few: number): number => (isSweep ? 10 * few : few);
