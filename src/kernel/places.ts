// SPDX-License-Identifier: GPL-2.0-only
// Where the functions of a kernel stand in its source, for links and editors.
//
// Lines are those of one release. So only kernels whose source was read have places; of others, and
// of a kernel with commits added or taken away, nothing is said.

import { placesData } from './places-data.ts';

/** Where a function is defined. */
interface FunctionPlace {
  readonly file: string;
  readonly line: number;
}

/** What is known of a kernel's source. */
export interface KernelPlaces {
  /** The release whose lines these are: `7.2.12`. */
  readonly release: string;
  readonly functions: ReadonlyMap<string, FunctionPlace>;
}

/** The places of the kernel called @name; null where its source was not read. */
export function placesOf(name: string): KernelPlaces | null {
  const data = placesData[name];
  if (data === undefined) return null;
  const functions = new Map<string, FunctionPlace>();
  for (const [file, text] of Object.entries(data.files)) {
    for (const word of text.split(' ')) {
      const [fn = '', line] = word.split(':');
      functions.set(fn, { file, line: Number(line) });
    }
  }
  return { release: data.release, functions };
}
