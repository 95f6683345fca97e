// SPDX-License-Identifier: GPL-2.0-only
// What no run of the kernel's own C could tell of a rule or a window, however long it is searched.

import { Handle } from '#env/op';
import { propertyNamed, RuleContext } from '#properties/index';
import { whyMissed, whyUntold } from '#realc/machine/untold';
import { eventsOf, needsOf, signaturesFor } from '#windows/index';
import type { World } from '#worlds/world';

/** Why no run comes to what the rule with this @id is about; null where one may. */
export function whyUnasked(id: string): string | null {
  const { asked = null } = propertyNamed(id) ?? {};
  if (asked === null || asked.atEnd !== undefined) return null;
  return whyUntold(asked.events ?? []);
}

/**
 * Why no run of @worlds in a kernel of @version tells of the window with this @id; null where some
 * may tell.
 */
export function whyUnseen(id: string, worlds: readonly World[], version: string): string | null {
  const needs = needsOf(id).map((need) => whyUntold(eventsOf(need)));
  if (needs.length > 0 && !needs.includes(null)) return [...new Set(needs)].join('; ');
  const missed = worlds.map((world) => {
    const signatures = signaturesFor(contextOf(world)).filter((s) => s.window === id);
    return whyMissed(
      signatures.flatMap((s) => s.events),
      version,
    );
  });
  return missed.find((why) => why !== null) ?? null;
}

/** @world as rules and signatures know it before a run begins. */
function contextOf(world: World): RuleContext {
  const handles = (type: string, named: readonly { readonly name: string }[]) => {
    const made = new Map(named.map(({ name }) => [name, new Handle(type, name)]));
    return (name: string) => made.get(name);
  };
  return new RuleContext(world, {
    device: handles('device', world.devices),
    instance: handles('iommu_device', world.instances),
    deferred: new Handle('deferred_probe', 'deferred_probe'),
  });
}
