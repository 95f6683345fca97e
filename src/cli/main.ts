#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// The racewindow command as a program: the streams of this process, and its exit code.

import { formatUserError } from '#base/errors';
import { processIo } from './io.ts';
import { runCli } from './run.ts';

// A reader that has seen enough (head, less) closes the pipe: that is not our error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  const message = `standard output cannot be written (${error.code ?? error.message})`;
  const hint = 'make room, or write elsewhere';
  process.stderr.write(`${formatUserError({ code: 'RW065', message, hint })}\n`);
  process.exit(2);
});

process.exitCode = await runCli(process.argv.slice(2), processIo(), async () => {
  const { realPipeline } = await import('./wiring.ts');
  return realPipeline();
});
