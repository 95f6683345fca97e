// SPDX-License-Identifier: GPL-2.0-only
// Limits of the ACPI reader, each with a name; real tables stay below a hundredth of most.

/** Upper bounds on what a set of tables may hold; a remark names the one that was reached. */
export const acpiLimits = {
  /** Bytes of one table. The biggest, a DSDT, has about 500 KiB. */
  tableBytesMax: 16 * 1024 * 1024,
  /** Tables of one machine; a big server has about 100. */
  tablesMax: 1024,
  /** Structures of one table; the longest IORT has about 200. */
  nodesMax: 16_384,
  /** ID mappings of one IORT or RIMT; the longest has about 200. */
  mappingsMax: 4096,
  /** Remarks that are kept; the rest is counted. */
  remarksMax: 24,
} as const;
