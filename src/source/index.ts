// SPDX-License-Identifier: GPL-2.0-only
// The kernel's own C under the checker: build a tree, run its worlds, hold the model against it.

export { type BuildOptions, buildTree, type KernelImage } from './build.ts';
export { checkSource, type SourceCheckOptions } from './check.ts';
export { type ConformOptions, type ConformResult, conform } from './conform.ts';
export { SourceError, type SourceErrorCode } from './errors.ts';
export { type PatchInput, parsePatch } from './patch.ts';
export { SourceProgram } from './program.ts';
export { type ReplayOptions, replaySource } from './replay.ts';
export { SourceRunner } from './run.ts';
export { type SearchResult, searchSource } from './search.ts';
export { type StepsResult, searchSteps } from './search-steps.ts';
export { defaultCacheDir, setupToolchain, TOOLCHAIN } from './toolchain.ts';
export { searchWorld } from './world.ts';
export { sourceWorld, sourceWorlds } from './worlds.ts';
