#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// The racewindow command as a program: the streams of this process, and its exit code.

import { processIo } from './io.ts';
import { runCli } from './run.ts';

// A reader that has seen enough (head, less) closes the pipe: that is not our error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 2);
});

process.exitCode = await runCli(process.argv.slice(2), processIo(), async () => {
  const { realPipeline } = await import('./wiring.ts');
  return realPipeline();
});
