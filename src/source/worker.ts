// SPDX-License-Identifier: GPL-2.0-only
// Entry of a worker thread: builds the image once (from the cache), then searches world by world.

import { parentPort } from 'node:worker_threads';
import { buildTree, type KernelImage } from './build.ts';
import { runWorldTask, type WorldTask } from './pool.ts';

const images = new Map<string, Promise<KernelImage>>();

parentPort?.on('message', async (task: WorldTask) => {
  const key = JSON.stringify([task.tree, task.build]);
  let image = images.get(key);
  if (!image) {
    image = buildTree(task.tree, task.build);
    images.set(key, image);
  }
  parentPort!.postMessage(runWorldTask(await image, task));
});
