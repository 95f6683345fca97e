// SPDX-License-Identifier: GPL-2.0-only
// What a finding says of windows that are seen in the same way, and of what avoids its own: the
// texts of the report for a terminal and of the page.

import type { Finding } from '#finding/finding';

/** A heading, and what stands below it, an item each; no items: there is nothing to be said. */
export interface HeadedList {
  readonly head: string;
  readonly items: readonly string[];
}

/** Windows that are seen in the same way, those with one reason in one item. */
export function alikeTold({ alike = [] }: Pick<Finding, 'alike'>): HeadedList {
  const reasons = [...new Set(alike.map(({ because }) => because))];
  const items = reasons.map((because) => {
    const ids = alike.filter((a) => a.because === because).map(({ window }) => window);
    return `${ids.join(', ')}: ${because}`;
  });
  return { head: 'Seen in the same way, and why it is not that:', items };
}

/** What was asked of boot options, those that help first; @filed: a file says so, and no check. */
export function avoidedTold(
  {
    avoided = [],
    witness,
    devices,
    window,
  }: Pick<Finding, 'avoided' | 'witness' | 'devices' | 'window'>,
  filed = false,
): HeadedList {
  const device = devices.includes(witness.subject) ? witness.subject : devices[0];
  const helping = avoided.filter(({ prevents }) => prevents === 'yes');
  const items = [...helping, ...avoided.filter((a) => !helping.includes(a))].map(
    ({ what, prevents, because }) => `${prevents}: ${what}${because === '' ? '' : `: ${because}`}`,
  );
  const asked = filed
    ? 'So its file says; a check of the board with --avoid asks:'
    : 'Asked of every order of its worlds:';
  const head = `Does it avoid ${window} on ${device}? ${asked}`;
  return { head, items };
}
