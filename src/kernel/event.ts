// SPDX-License-Identifier: GPL-2.0-only
// How the model reports what happens: the events of the table, about the model's own objects.

import { type EventName, type Events, listed } from '#env/events';
import { event as report } from '#env/op';
import type { Device, IommuDevice, IommuDomain, IommuGroup } from './types.ts';

/** What events name here. */
interface ModelObjects {
  readonly device: Device;
  readonly instance: IommuDevice;
  readonly group: IommuGroup;
  readonly domain: IommuDomain;
}

/** Report an event; it happens in the same step as the Op that completed last. */
export function event<N extends EventName>(name: N, fields: Events<ModelObjects>[N]): void {
  report(name, ...listed(name, fields));
}
