// SPDX-License-Identifier: GPL-2.0-only
// Keeps fast tests fast: a search that stores more states than the limit fails its test.

import { StateTable } from '#checker/tables/state-table';

/** States that one search of a fast test may store. */
export const statesMax = 10_000;

const { findOrAdd } = StateTable.prototype;

StateTable.prototype.findOrAdd = function (...args) {
  if (this.size >= statesMax) {
    throw new Error(`a search of more than ${statesMax} states: its test belongs to the full ones`);
  }
  return findOrAdd.apply(this, args);
};
