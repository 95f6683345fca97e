// SPDX-License-Identifier: GPL-2.0-only
// Entry of a worker thread: one question to one world at a time.

import { replying } from './reply.ts';
import { runWorld } from './run-world.ts';
import type { SentTask } from './world-pool.ts';

/** What the pool calls. */
export default replying(({ task, context }: SentTask) => runWorld(task, context));
