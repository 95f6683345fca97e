// SPDX-License-Identifier: GPL-2.0-only
// Rows of a table of tests that sweeps alone run: `npm run laptop-sweep`, which .ci/run does.

/** All of @rows in a sweep; else those that are not marked as one's. */
export function rowsOf<R extends { readonly sweep?: boolean }>(rows: readonly R[]): readonly R[] {
  const isSweep = process.env['RACEWINDOW_SWEEP'] === '1';
  return rows.filter((row) => isSweep || row.sweep !== true);
}
