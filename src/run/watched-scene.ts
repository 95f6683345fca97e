// SPDX-License-Identifier: GPL-2.0-only
// A world under a revision with its rules, its signatures and its proofs that something happens.

import { unreachable } from '#base/assert';
import { declaredIn } from '#checker/program/declared';
import type { Scene } from '#checker/program/scene';
import { underMemory } from '#checker/program/store-buffers';
import type { Memory } from '#finding/finding';
import type { Revision } from '#kernel/index';
import { askedFor, RuleContext, rulesFor } from '#properties/index';
import { sometimesFor } from '#properties/sometimes';
import { preconditionsFor, preconditionsOf, signaturesFor } from '#windows/index';
import { watchFor } from '#windows/narrow';
import { type BuiltScene, buildScene } from '#worlds/scene';
import type { World } from '#worlds/world';

/** What a world is watched by. */
type WatchedBy =
  /** Rules by id, null for all, and whether what they and these windows need comes about. */
  | {
      readonly by: 'rules';
      readonly ids: readonly string[] | null;
      readonly windows?: readonly string[] | undefined;
    }
  /** All that tells these windows from others, and whether what windows need comes about. */
  | { readonly by: 'windows'; readonly ids: readonly string[] | null }
  /** All rules and signatures, and nothing that has to happen. */
  | { readonly by: 'breaks' };

/** A world under a revision, ready to be run. */
interface OpenWorld {
  readonly scene: Scene;
  /** What rules of a caller's own are made from. */
  readonly ctx: RuleContext;
  /** The switches of the kernel that have been read so far, with their values. */
  readonly switches: BuiltScene['switches'];
}

/** Open @world: the only way from a world and a kernel to what the checker runs. */
export function openWorld(
  world: World,
  revision: Revision,
  watch: WatchedBy,
  memory: Memory | undefined = memoryOf(world),
): OpenWorld {
  const built = buildScene(world, revision);
  const ctx = new RuleContext(withBuffers(built.world, memory), {
    device: (name) => built.devices.get(name),
    instance: (name) => built.instances.get(name),
    deferred: built.k.deferred,
  });
  const { name, init, threads, switches } = built;
  const watchers = watchersOf(ctx, built, watch);
  // One world has not all that the catalogue is about; test/run/names.test.ts asks them together.
  const mayLack = [...new Set(declaredIn(watchers).map((declared) => declared.name))];
  const scene = { name, init, threads, ...watchers, mayLack };
  return {
    scene: memory === undefined ? scene : underMemory(scene, memory.model, memory.fields),
    ctx,
    switches,
  };
}

function watchersOf(
  ctx: RuleContext,
  built: BuiltScene,
  watch: WatchedBy,
): Pick<Scene, 'rules' | 'signatures' | 'sometimes'> {
  // Read where it is asked: the scene notes which switches of the kernel are.
  const hasReady = (): boolean => built.k.sw.iommu_ready;
  const all = (ids: readonly string[] | null) => ({
    rules: rulesFor(ctx, ids),
    signatures: signaturesFor(ctx),
  });
  switch (watch.by) {
    case 'breaks':
      return { ...all(null), sometimes: [] };
    case 'windows':
      return {
        ...(watch.ids === null ? all(null) : watchFor(ctx, watch.ids)),
        sometimes: [...sometimesFor(ctx), ...preconditionsFor(ctx, hasReady)],
      };
    case 'rules':
      return {
        ...all(watch.ids),
        sometimes: [
          ...sometimesFor(ctx),
          ...askedFor(ctx, watch.ids),
          ...preconditionsFor(ctx, hasReady, preconditionsOf(watch.windows ?? [])),
        ],
      };
    default:
      return unreachable(watch);
  }
}

/** The scene that rules watch. @properties: ids of the rules, null for all. */
export function watchedScene(
  world: World,
  revision: Revision,
  properties: readonly string[] | null,
  { memory }: { readonly memory?: Memory | undefined } = {},
): Scene {
  return openWorld(world, revision, { by: 'rules', ids: properties }, memory).scene;
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
