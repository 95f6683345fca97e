// SPDX-License-Identifier: GPL-2.0-only
// Entry of a worker thread: opens the image once (it is in the cache), then answers tasks.

import { replying } from '#run/reply';
import { type ImageTask, runSourceTask } from './search-all.ts';

/** What the pool calls. */
export default replying((sent: ImageTask) => runSourceTask(sent));
