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
  {
    id: 'C41',
    name: 'acs-order',
    title: 'A PCI function gets its group before its ACS is on',
    text:
      'pci_device_group() asks whether ACS is on, which pci_enable_acs() turns on only after ' +
      'pci_request_acs(). On a device tree that is called when the first function is configured, ' +
      'up to v6.19 after it was enumerated. Where ACS is enabled with the configuration, in a ' +
      'kernel whose walk configures nothing (before v6.15), groups come first as well.',
    threads: ['device_add', 'bind', 'walk'],
    precondition: 'two functions of a slot that have ACS',
    symptom: 'functions that share a group though they need not; or no isolation between groups',
    opened: [],
    closed: ['c41e2fb67e26'],
    links: ['https://lore.kernel.org/r/20260320172335.29778-1-john@kernel.doghat.io'],
    confidence: 1,
    kind: 'sequential',
  },
];
