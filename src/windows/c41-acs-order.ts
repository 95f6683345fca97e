// SPDX-License-Identifier: GPL-2.0-only
// C41: groups are chosen, or functions are enumerated, before ACS is on.

import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c41: Window = {
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
  symptomOf: ['P13'],
  ways: [
    {
      what: 'ACS is asked for after a function was enumerated',
      opened: null,
      closed: ['c41e2fb67e26'],
    },
    {
      what: 'ACS is enabled when a function is configured, which is after its group',
      where: { driver: 'intel' },
      opened: 'c41e2fb67e26',
      closed: ['bcb81ac6ae3c'],
    },
  ],
  links: ['https://lore.kernel.org/r/20260320172335.29778-1-john@kernel.doghat.io'],
  confidence: 1,
  kind: 'sequential',
  needs: ['a function with ACS gets a group'],
  worlds: [
    { world: 'hand:scan acs dt', found: ['6.18'], absent: ['7.1'] },
    { world: 'hand:walk acs intel', found: ['6.12.y +c41e2fb67e26'], absent: ['6.12.y'] },
  ],
  signatures: {
    /** Early: the group of the function was chosen while its ACS was off. */
    main: perDevice<'in time' | 'early'>(({ world }) => {
      const concerned = world.devices.some((d) => d.acs);
      return {
        events: concerned ? ['group-set'] : [],
        reads: concerned ? ['device.acs_enabled'] : [],
        initial: 'in time',
        step: (_state, _e, d, peek) =>
          d.data.acs && !peek.get(d.handle, 'acs_enabled') ? 'early' : 'in time',
        explains: (devices, report) =>
          report.property === 'P13' &&
          report.facts['kind'] === 'acs' &&
          devices.named.includes('early'),
      };
    }),
  },
};
