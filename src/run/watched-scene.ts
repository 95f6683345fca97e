// SPDX-License-Identifier: GPL-2.0-only
// A world under a revision with its rules, its signatures and its proofs that something happens.

import type { Scene } from '#checker/program/scene';
import { underMemory } from '#checker/program/store-buffers';
import type { Memory } from '#finding/finding';
import type { Revision } from '#kernel/index';
import { askedFor, RuleContext, rulesFor } from '#properties/index';
import { sometimesFor } from '#properties/sometimes';
import { preconditionsFor, preconditionsOf, signaturesFor } from '#windows/index';
import { buildScene } from '#worlds/scene';
import type { World } from '#worlds/world';

/** What else a scene is to have. */
interface Besides {
  /** What stores go through, if not straight to memory. */
  readonly memory?: Memory | undefined;
  /** Windows of which it is asked whether what they need comes about. */
  readonly windows?: readonly string[] | undefined;
}

/** The scene to explore. @properties: ids of the rules to watch, null for all. */
export function watchedScene(
  world: World,
  revision: Revision,
  properties: readonly string[] | null,
  { memory, windows = [] }: Besides = {},
): Scene {
  const built = buildScene(world, revision);
  const stores = memory ?? memoryOf(world);
  const ctx = new RuleContext(withBuffers(world, stores), {
    device: (name) => built.devices.get(name),
    instance: (name) => built.instances.get(name),
    deferred: built.k.deferred,
  });
  const scene = {
    name: built.name,
    init: built.init,
    threads: built.threads,
    rules: rulesFor(ctx, properties),
    signatures: signaturesFor(ctx),
    sometimes: [
      ...sometimesFor(ctx),
      ...askedFor(ctx, properties),
      ...preconditionsFor(ctx, built, preconditionsOf(windows)),
    ],
  };
  return stores === undefined ? scene : underMemory(scene, stores.model, stores.fields);
}

/** The stores of @world that are buffered; undefined where none are. */
export function memoryOf({ switches }: World): Memory | undefined {
  const model = switches.storeBuffers;
  return model && { model, fields: PUBLISHED };
}

const PUBLISHED = ['iommu_device.ready', 'iommu_device.fwnode', 'device.iommu_group'];

/** Signatures learn of store buffers from the world, whoever has asked for them. */
function withBuffers(world: World, memory: Memory | undefined): World {
  if (memory === undefined) return world;
  return { ...world, switches: { ...world.switches, storeBuffers: memory.model } };
}
