// SPDX-License-Identifier: GPL-2.0-only
// The kernel's own C under the checker: build a tree, run its worlds, hold the model against it.

export { SourceError, type SourceErrorCode } from '#realc/build/errors';
export { type BuildOptions, buildTree, type KernelImage } from '#realc/build/image';
export { applyPatches, type PatchInput } from '#realc/build/patch';
export { defaultCacheDir, setupToolchain, TOOLCHAIN } from '#realc/build/toolchain';
export { type SearchResult, searchSource } from '#realc/search/layers';
export { SourceProgram } from '#realc/search/program';
export { SourceRunner } from '#realc/search/run';
export { type StepsResult, searchSteps } from '#realc/search/steps';
export { checkSource, type SourceCheckOptions } from './check.ts';
export { type ReplayOptions, replaySource } from './replay.ts';
export { conformWorlds } from './search-all.ts';
export { searchWorld } from './search-world.ts';
export { sourceWorld, sourceWorlds } from './worlds.ts';
