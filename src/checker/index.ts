// SPDX-License-Identifier: GPL-2.0-only
// The checker by itself: describe a scene in Ops, call check(), read the result.

export { type Detected, detect } from '#checker/detect/detect';
export type { Chances } from '#checker/explain/explain';
export { Machine, type MachineOptions } from '#checker/machine/machine';
export type { Meter, Sample } from '#checker/program/meter';
export type {
  Capability,
  Effect,
  OpView,
  Program,
  Report,
  StepRecord,
} from '#checker/program/program';
export type { Choice, Limit, Limits, Replayed } from '#checker/program/run';
export { reportKey } from '#checker/program/run';
export type {
  Peek,
  Rule,
  RuleReport,
  RunEvent,
  Scene,
  SceneInput,
  Signature,
  Sometimes,
} from '#checker/program/scene';
export {
  formatSchedule,
  parseSchedule,
  replay,
  type ScheduleError,
} from '#checker/program/schedule';
export { type MemoryModel, underMemory } from '#checker/program/store-buffers';
export type { Audited } from '#checker/search/audit-cache';
export { type CheckpointFile, checkpointFault } from '#checker/search/checkpoint/checkpoint';
export { type Estimate, estimateClasses, estimateSchedules } from '#checker/search/estimate';
export {
  type CheckFinding,
  type CheckOptions,
  type CheckResult,
  type Coverage,
  check,
  type OldStrategy,
  type Strategy,
} from './check.ts';
export {
  type BrokenAt,
  type Explained,
  type ExplainLimits,
  explain,
  type Why,
  WhySource,
} from './explain/why.ts';
export { SceneError, type SceneErrorCode } from './program/scene-error.ts';
export { chanceText, type OtherStrategy, parseStrategy, strategyText } from './strategies.ts';
