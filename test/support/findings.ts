// SPDX-License-Identifier: GPL-2.0-only
// What the findings of a report say of themselves, computed again by brute force, world by world.
import { Machine } from '#checker/index';
import type { Finding, KernelSpec } from '#finding/finding';
import { propertyOf } from '#properties/index';
import { revisionOf } from '#run/kernel-spec';
import { watchedScene } from '#run/watched-scene';
import type { World } from '#worlds/world';
import { BruteGraph } from './checker/brute-orders.ts';
import { recheck } from './checker/why.ts';

/** What was looked at in one finding. */
export interface Rechecked {
  readonly finding: Finding;
  /** What is wrong, a sentence each. */
  readonly faults: readonly string[];
}

/** Each of @findings of the model, judged; @statesMax: no larger graphs are made again. */
export function* recheckFindings(
  findings: readonly Finding[],
  statesMax: number,
): Generator<Rechecked> {
  const worlds = new Map<string, Finding[]>();
  for (const f of findings) {
    const key = JSON.stringify([f.world, f.revision, f.memory]);
    worlds.set(key, [...(worlds.get(key) ?? []), f]);
  }
  for (const list of worlds.values()) {
    const machine = machineOf(list[0]!);
    let graph: BruteGraph | undefined;
    const graphOf = (): BruteGraph => {
      graph ??= new BruteGraph(machine);
      return graph;
    };
    for (const finding of list) {
      const { property, window, witness } = finding;
      const faults = recheck(machine, finding, {
        is: (r) =>
          propertyOf(r.property) === property &&
          r.window === window &&
          r.subject === witness.subject,
        statesMax,
        graph: graphOf,
      });
      yield { finding, faults };
    }
  }
}

function machineOf({ world, revision, code = [], memory }: Finding): Machine {
  const kernel: KernelSpec = { ...revision, userFixes: code };
  const made = revisionOf(kernel);
  if (!made.ok) throw new Error(made.error.message);
  return new Machine(watchedScene(world as World, made.value, null, { memory }));
}
