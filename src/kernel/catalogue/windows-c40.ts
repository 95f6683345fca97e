// SPDX-License-Identifier: GPL-2.0-only
// Windows from C40 on: those that the checker has found, or that no entry of the catalogue had.

import type { Window } from './window.ts';

export const newWindows: readonly Window[] = [
  {
    id: 'C40',
    name: 'foreign-walk-order',
    title: "A walk probes another instance's clients from the middle of the list",
    text:
      'The walk of one instance has passed a client whose own instance is listed only then. ' +
      'Going on, it comes to a later client of that instance, finds it, and probes it at once. ' +
      'The first client has to wait for the walk of its own instance, and gets its group later.',
    threads: ['walk', 'second walk'],
    precondition: 'two instances registered in parallel, and two clients of one of them',
    symptom: 'group ids that differ from boot to boot',
    opened: ['bcb81ac6ae3c'],
    closed: [],
    links: [],
    confidence: 0.9,
    kind: 'race',
  },
];
