// SPDX-License-Identifier: GPL-2.0-only
// Entry of a worker thread: opens the image once (it is in the cache), then searches worlds.

import { type KernelImage, openImage } from '#realc/build/image';
import { replying } from '#run/reply';
import { type ImageTask, runWorldTask } from './search-all.ts';

const images = new Map<string, KernelImage>();

/** What the pool calls. */
export default replying(({ ref, task }: ImageTask) => {
  const image = images.get(ref.base) ?? openImage(ref);
  images.set(ref.base, image);
  return runWorldTask(image, task);
});
