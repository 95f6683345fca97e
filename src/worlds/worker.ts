// SPDX-License-Identifier: GPL-2.0-only
// Entry of a worker thread: one world at a time.

import { runWorld, type WorldOutcome, type WorldTask } from './run-world.ts';

/** What piscina calls. */
export default function explore(task: WorldTask): WorldOutcome {
  return runWorld(task);
}
