// SPDX-License-Identifier: GPL-2.0-only
// What a window leaves in a boot log, as data: each file of a window says it of its own.

import type { By } from '#env/events';

/** What brings a window up: something that the log has. Function names are the kernel's. */
export type Evidence =
  /** The warning of a late probe, by who probed, as its call trace tells. */
  | { readonly kind: 'late'; readonly by: readonly By[] }
  /** An oops, or a report of KASAN, in one of @at; @through: functions further out. */
  | {
      readonly kind: 'crash';
      readonly at: readonly string[];
      readonly through?: readonly string[];
      readonly what?: 'null' | 'paging' | 'use-after-free';
    }
  | { readonly kind: 'warning'; readonly at: readonly string[] }
  /** lockdep's circle, with these locks in it. */
  | { readonly kind: 'lock circle'; readonly locks: readonly string[] }
  /** A second link from a device to its group, or from a group to it. */
  | { readonly kind: 'duplicate link' }
  /** kmemleak, for what one of these has allocated. */
  | { readonly kind: 'leak'; readonly from: readonly string[] }
  /** A driver works on a device that a walk has left without a group. */
  | { readonly kind: 'no group' }
  /** A device that waits for ever for a reason that is no supplier. */
  | { readonly kind: 'waits for ever' }
  /** A device did not wait for its IOMMU any longer. */
  | { readonly kind: 'timed out' }
  /** A fault of a translation. */
  | { readonly kind: 'fault' }
  /** Functions of a bus are grouped out of the order of the bus; @withDriver: by their binds. */
  | { readonly kind: 'out of order'; readonly withDriver: boolean }
  /** The same, of platform devices, whose order only a board tells. */
  | { readonly kind: 'a device twice' };

/** What may be known of a device and its log beside the evidence. */
export type FactId =
  | 'one IOMMU registers'
  | 'several IOMMUs register'
  | 'one IOMMU stands before it'
  | 'several IOMMUs stand before it'
  | 'it was on its bus before'
  | 'it was added during the registration'
  | 'the walk had not come to it'
  | 'the walk had passed it'
  | 'a registration failed'
  | 'an IOMMU was unbound'
  | 'its wait had timed out'
  | 'its driver was at work before'
  | 'its driver came before its IOMMU was done'
  | 'it joins a group afterwards'
  | 'it has two groups'
  | 'the address is that of a container of NULL'
  | 'it was grouped before, under the same firmware'
  | 'its IOMMU is an IPMMU';

/** One way in which a window shows in a log. */
export interface LogSign {
  readonly seen: Evidence;
  readonly firmware?: 'dt' | 'acpi';
  /** The commit since which it shows in this way; absent: it does in every kernel that has it. */
  readonly opened?: string;
  /** The commit since which it does not show in this way any more. */
  readonly closed?: string;
  /** It comes about in each order: where it fits, nothing else is needed to explain the clue. */
  readonly always?: boolean;
  /** Without each of these it is something else. */
  readonly needs?: readonly FactId[];
  /** With one of these it is something else. */
  readonly unless?: readonly FactId[];
  /** With all of these it can be nothing else; absent: no log proves it. */
  readonly proof?: readonly FactId[];
  /** Another window that shows in the same way is likelier. */
  readonly rare?: boolean;
  /** Windows that show in the same way in a tenth of as many orders, or in fewer. */
  readonly likelierThan?: readonly string[];
}
