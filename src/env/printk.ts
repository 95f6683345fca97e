// SPDX-License-Identifier: GPL-2.0-only
// What the kernel would print or die of, as events.
import { listed } from './events.ts';
import { event } from './op.ts';

/** WARN_ON() and friends: the kernel goes on. Returns the condition. */
export function WARN_ON(condition: boolean, text: string): boolean {
  if (condition) event('bug-on', ...listed('bug-on', { text }));
  return condition;
}

/**
 * A wild pointer or NULL is followed: the kernel oopses, and the run ends here. What is thrown is
 * the text of the report.
 */
export function oops(text: string): never {
  event('bug-on', ...listed('bug-on', { text }));
  throw text;
}
