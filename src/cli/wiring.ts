// SPDX-License-Identifier: GPL-2.0-only
// The pipeline that the commands really use: board, kernel, worlds, checker.

import { clientsOf, readPlatform } from '#platform/index';
import { renderBoard } from '#report/board';
import type { Pipeline } from './pipeline.ts';

/** Everything behind the command line. */
export function realPipeline(): Pipeline {
  const missing = (): never => {
    throw new Error('this part of the pipeline is not there yet');
  };
  return {
    kernels: missing,
    windows: missing,
    properties: missing,
    chooseKernel: missing,
    readBoard: readPlatform,
    boardText: (platform) => renderBoard(platform),
    clientNames: (platform) => (platform === null ? [] : clientsOf(platform).map((d) => d.name)),
    check: missing,
    replay: missing,
  };
}
