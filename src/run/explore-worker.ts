// SPDX-License-Identifier: GPL-2.0-only
// Worker thread: explores the worlds it is sent, one after the other.

import type { Explored } from './explore.ts';
import { type ExploreJob, runJob } from './explore-pool.ts';

export default function work(job: ExploreJob): Explored {
  return runJob(job);
}
