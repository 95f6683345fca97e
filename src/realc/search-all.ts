// SPDX-License-Identifier: GPL-2.0-only
// Tasks for an image: worlds that are searched in it, or in which the model is held against it.
//
// A task names its image and carries no tree. A machine that has neither tree nor compiler is sent
// the files of the image, so that all search the same code.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must } from '#base/assert';
import type { KernelSpec } from '#finding/finding';
import type { CheckOptions } from '#finding/report';
import { SourceError } from '#realc/build/errors';
import { type ImageRef, type KernelImage, openImage } from '#realc/build/image';
import { defaultCacheDir } from '#realc/build/toolchain';
import { type ConformOptions, conformWorld, type WorldConformance } from '#realc/conform/conform';
import type { Baggage, Hands, Kind } from '#run/hands';
import { revisionOf } from '#run/kernel-spec';
import { heaviestFirst, runAll } from '#run/pool';
import type { World } from '#worlds/world';
import { type SourceFinding, searchWorld, type WorldSearch } from './search-world.ts';

/** Which runs of a world break a rule? */
interface SearchTask {
  readonly ask: 'search';
  readonly world: World;
  readonly check: Pick<
    CheckOptions,
    'strategy' | 'timeMaxMs' | 'statesMax' | 'properties' | 'windows'
  >;
}

/** Does the model of @kernel come to the same in a world? */
interface ConformTask {
  readonly ask: 'conform';
  readonly world: World;
  readonly kernel: KernelSpec;
  readonly options: ConformOptions;
}

type SourceTask = SearchTask | ConformTask;

/** A task, and the image that it is for. */
export interface ImageTask {
  readonly ref: ImageRef;
  readonly task: SourceTask;
}

/** What a world comes to. */
export interface WorldAnswer {
  readonly search: WorldSearch | null;
  readonly findings: readonly SourceFinding[];
  /** Why the world could not be run, if it could not. */
  readonly refused: string | null;
}

type SourceAnswer = WorldAnswer | WorldConformance;

/** Search one world; one that cannot be built is refused by name. */
function search(image: KernelImage, { world, check }: SearchTask): WorldAnswer {
  try {
    return { ...searchWorld(image, world, check), refused: null };
  } catch (e) {
    if (!(e instanceof SourceError) || e.code !== 'RW309') throw e;
    return { search: null, findings: [], refused: e.message };
  }
}

function hold(image: KernelImage, { world, kernel, options }: ConformTask): WorldConformance {
  const revision = revisionOf(kernel);
  return conformWorld(
    image,
    must(revision.ok ? revision.value : null, kernel.name),
    world,
    options,
  );
}

const images = new Map<string, KernelImage>();

/** An image of the cache; it is read once. */
function opened(ref: ImageRef): KernelImage {
  const image = images.get(ref.base) ?? openImage(ref);
  images.set(ref.base, image);
  return image;
}

/** Answer a task in @image, or in the one that it names. */
export function runSourceTask({ ref, task }: ImageTask, image = opened(ref)): SourceAnswer {
  return task.ask === 'search' ? search(image, task) : hold(image, task);
}

/** The files of an image; the last one is looked for by those who want it, so it is put last. */
const PARTS = ['debug.wasm', 'wasm', 'json'] as const;

const placed = ({ ref, task }: ImageTask): ImageTask => {
  const base = join(defaultCacheDir(), 'images', ref.key);
  return { ref: { ...ref, base }, task };
};

const imageFiles: Baggage<ImageTask> = {
  keyOf: ({ ref }) => ref.key,
  pack: ({ ref }) => PARTS.map((part) => readFileSync(`${ref.base}.${part}`)),
  has: (sent) => existsSync(`${placed(sent).ref.base}.json`),
  unpack: (sent, files) => {
    const { base } = placed(sent).ref;
    mkdirSync(dirname(base), { recursive: true });
    for (const [i, part] of PARTS.entries()) {
      const file = `${base}.${part}`;
      writeFileSync(`${file}.${process.pid}`, must(files[i], file));
      renameSync(`${file}.${process.pid}`, file);
    }
  },
  bare: ({ ref, task }) => ({ ref: { ...ref, base: '' }, task }),
  placed,
};

/** Tasks for @image, or for those that they name. */
export function sourceKind(image?: KernelImage): Kind<ImageTask, SourceAnswer> {
  return {
    name: 'source',
    here: (sent) => runSourceTask(sent, image),
    entry: new URL('./worker.js', import.meta.url),
    baggage: imageFiles,
  };
}

/** The answers of @tasks, in their order. */
async function runTasks<T extends SourceTask, R extends SourceAnswer>(
  image: KernelImage,
  tasks: readonly T[],
  hands: Hands,
  onDone: (index: number, answer: R) => void,
  order?: readonly number[],
): Promise<R[]> {
  const { ref } = image;
  const pool = hands.open(sourceKind(image), { most: tasks.length });
  const sent = tasks.map((task) => ({ ref, task }));
  try {
    const done = (i: number, answer: SourceAnswer): void => onDone(i, answer as R);
    return (await runAll(pool, sent, done, order)) as R[];
  } finally {
    await pool.close();
  }
}

/** Search the worlds of @tasks. */
export function searchWorlds(
  image: KernelImage,
  tasks: readonly Omit<SearchTask, 'ask'>[],
  hands: Hands,
  onDone: (index: number, answer: WorldAnswer) => void,
): Promise<WorldAnswer[]> {
  const asked = tasks.map(({ world, check }) => ({ ask: 'search', world, check }) as const);
  // Worlds with more threads and devices take longer.
  const order = heaviestFirst(tasks, ({ world }) => {
    return world.threads.length * 100 + world.devices.length;
  });
  return runTasks(image, asked, hands, onDone, order);
}

/** Hold the model of @kernel against @image in @worlds; @onDone is told in their order. */
export async function conformWorlds(
  image: KernelImage,
  worlds: readonly World[],
  kernel: KernelSpec,
  options: ConformOptions,
  hands: Hands,
  onDone: (done: WorldConformance) => void,
): Promise<WorldConformance[]> {
  const tasks = worlds.map((world) => ({ ask: 'conform', world, kernel, options }) as const);
  const waiting = new Map<number, WorldConformance>();
  let told = 0;
  return runTasks(image, tasks, hands, (i, done: WorldConformance) => {
    waiting.set(i, done);
    for (let next = waiting.get(told); next !== undefined; next = waiting.get(++told)) onDone(next);
  });
}
