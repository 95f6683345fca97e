// SPDX-License-Identifier: GPL-2.0-only
// Which switches of a kernel an exploration has read.

import type { Switches } from '../kernel/switches.ts';

/** A switch and its value. */
export type SwitchRead = readonly [keyof Switches, Switches[keyof Switches]];

/** @sw, and what has been read of it so far. */
export function watched(sw: Readonly<Switches>): {
  readonly sw: Readonly<Switches>;
  readonly read: ReadonlySet<keyof Switches>;
} {
  const read = new Set<keyof Switches>();
  const handler: ProxyHandler<Switches> = {
    get(target, name) {
      read.add(name as keyof Switches);
      return target[name as keyof Switches];
    },
  };
  return { sw: new Proxy({ ...sw }, handler), read };
}

/** The switches of @sw that were @read, with their values. */
export function readOf(sw: Readonly<Switches>, read: ReadonlySet<keyof Switches>): SwitchRead[] {
  return [...read].sort().map((name) => [name, sw[name]] as const);
}
