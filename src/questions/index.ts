// SPDX-License-Identifier: GPL-2.0-only
// The product as a library: check a board, compute the matrix, bisect a window, judge a fix.
//
//   import { readFileSync } from 'node:fs';
//   import { checkPlatform, defaultCheck, findRevision, readPlatform } from 'racewindow';
//
//   const board = readPlatform(readFileSync('examples/boards/laptop.dtb'));
//   const kernel = findRevision('6.15.0');
//   if (!board.ok || !kernel.ok) throw new Error('no such board, or no such kernel');
//   const question = { ...defaultCheck, devices: ['3d00000.gpu'], windows: ['C09'] };
//   const checked = { revision: kernel.value, userFixes: [] };
//   const { findings } = await checkPlatform(board.value, checked, question, 'mine');
//   console.log(findings[0]?.witness.because);
//
// Results are data, and the same for any number of jobs. racewindow/report makes text of them,
// racewindow/checker explores programs of your own.

export {
  commits,
  findRevision,
  type Revision,
  revisionNames,
  revisionOfTree,
  withCommits,
} from '#kernel/index';
export { type Platform, readPlatform } from '#platform/index';
export { type CheckpointFile, checkpointStore } from '#run/checkpoint-file';
export { defaultExplore, type ExploreOptions } from '#run/explore';
export { specOf } from '#run/kernel-spec';
export { type Explorer, makeExplorer } from '#run/world-pool';
export { worldsForPlatform } from '#worlds/derive';
export { genericWorlds } from '#worlds/generic';
export { type Asking, backport, bisect, type Step, turns } from './bisect.ts';
export { type CheckedKernel, checkPlatform, defaultCheck } from './check.ts';
export { computeMatrix, type Matrix, type MatrixQuestion, matrixExplore } from './matrix.ts';
export { type Trial, tryFix } from './try.ts';
