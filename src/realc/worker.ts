// SPDX-License-Identifier: GPL-2.0-only
// Entry of a worker thread: opens the image once (it is in the cache), then searches worlds.

import { parentPort } from 'node:worker_threads';
import { type KernelImage, openImage } from '#realc/build/image';
import { runWorldTask, type SentTask } from './pool.ts';

const images = new Map<string, KernelImage>();

parentPort?.on('message', ({ ref, task }: SentTask) => {
  const image = images.get(ref.base) ?? openImage(ref);
  images.set(ref.base, image);
  parentPort!.postMessage(runWorldTask(image, task));
});
