// SPDX-License-Identifier: GPL-2.0-only
// Entry of a worker thread: one task at a time.

import { perform, type Task, type TaskResult } from './pool.ts';

/** What piscina calls. */
export default function work(task: Task): TaskResult {
  return perform(task);
}
