// SPDX-License-Identifier: GPL-2.0-only
// The model of the kernel's registration and probe path: revisions, commits, and what they act on.
export { type Commit, defineCommit, notAfter } from './commit.ts';
export { commitLine, commitSubject, landedOf } from './commit-line.ts';
export { event } from './event.ts';
export { type FunctionName, type Functions, functions } from './functions.ts';
export { byOwnTable } from './iommu/drivers.ts';
export {
  assemble,
  type Config,
  type Draft,
  defaultConfig,
  type Globals,
  type Kernel,
  newDraft,
  newGlobals,
} from './kernel.ts';
export { type KernelPlaces, placesOf } from './places.ts';
export {
  type CommitChanges,
  commits,
  draftOf,
  findBackport,
  findCommit,
  findRevision,
  loadUserFix,
  neededBy,
  noKernel,
  plainName,
  type Revision,
  revisionNames,
  revisionOfTree,
  type StableTree,
  stableTreeOf,
  withCommits,
} from './revisions.ts';
export { base_6_0, type Switches } from './switches.ts';
export {
  Bus,
  type DevIommu,
  Device,
  type DeviceFields,
  type DeviceLink,
  Driver,
  IommuDevice,
  type IommuDomain,
  type IommuFwspec,
  type IommuGroup,
  IommuOps,
  type ProbeBy,
} from './types.ts';
