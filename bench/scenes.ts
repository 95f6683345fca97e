// SPDX-License-Identifier: GPL-2.0-only
// The scenes of the benchmark, and one measurement of ours on one of them.

import { exhaustive } from '../src/checker/search/exhaustive.ts';
import { Machine } from '../src/checker/machine/machine.ts';
import { exploreStateGraph } from '../src/checker/search/state-graph.ts';
import type { Scene } from '../src/checker/program/scene.ts';
import { filesystem, lockInc, philosophersLooping } from '../test/support/checker/families.ts';
import { promelaOf } from './promela.ts';
import { benchWorlds, sceneOf } from './worlds.ts';

const REVISION = '7.2';
const UNREDUCED_MAX = 3_000_000;

interface BenchScene {
  readonly name: string;
  readonly make: () => Scene;
  /** Too big for a search without reduction: what both sides store cannot be compared. */
  readonly big: boolean;
}

const scenes: readonly BenchScene[] = [
  ...[3, 4, 5, 6, 7, 8, 9].map((n) => ({
    name: `philosophers ${n}`,
    make: () => philosophersLooping(n),
    big: false,
  })),
  { name: 'locks: filesystem 14', make: () => locksOf(), big: false },
  { name: 'locks: lock2inc 6', make: () => lockInc(6, 'xy'), big: false },
  ...benchWorlds().map((world, i) => ({
    name: `kernel: ${world.name}`,
    make: () => sceneOf(world, REVISION),
    big: i > 0,
  })),
];

/** The part of filesystem(14) in which threads meet: five of them. */
function locksOf(): Scene {
  const all = filesystem(14);
  const threads = [0, 1, 2, 12, 13].map((t) => all.threads[t]!);
  return { ...all, name: 'filesystem 14, five threads', threads };
}

/** Names of the scenes, and whether they are too big for a search without reduction. */
export function sceneNames(): { readonly name: string; readonly big: boolean }[] {
  return scenes.map(({ name, big }) => ({ name, big }));
}

/** What one measurement says. */
export interface Measured {
  readonly states: number;
  readonly transitions: number;
  /** Of processor time, all threads of Node together. */
  readonly seconds: number;
  /** The most memory that the process had, in MiB. */
  readonly memory: number;
  readonly finished: boolean;
}

function sceneCalled(name: string): Scene {
  const scene = scenes.find((s) => s.name === name);
  if (scene === undefined) throw new Error(`no scene ${name}`);
  return scene.make();
}

/** Search the scene @name, without reduction or with all there are. */
export function measure(name: string, how: 'none' | 'exhaustive', secondsMax: number): Measured {
  const scene = sceneCalled(name);
  const started = process.cpuUsage();
  const result =
    how === 'none'
      ? exploreStateGraph(new Machine(scene), {}, UNREDUCED_MAX)
      : exhaustive(new Machine(scene), { timeMaxS: secondsMax });
  const used = process.cpuUsage(started);
  const seconds = (used.user + used.system) / 1e6;
  const finished = 'finished' in result ? result.finished : result.bounded.length === 0;
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  return { states: result.states, transitions: result.transitions, seconds, memory, finished };
}

/** The scene @name in Promela. */
export function promela(name: string): string {
  return promelaOf(new Machine(sceneCalled(name)));
}
