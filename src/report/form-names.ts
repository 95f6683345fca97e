// SPDX-License-Identifier: GPL-2.0-only
// What forms there are for a finding: apart from how they are made, which few commands load.

/** As --format takes them; the names of files end in them. */
export const formNames = ['mail', 'md', 'svg', 'trace.dat'] as const;

/** One of these. */
export type FormName = (typeof formNames)[number];

/** Whether @format is one of these. */
export function isForm(format: string): format is FormName {
  return formNames.some((name) => name === format);
}
