// SPDX-License-Identifier: GPL-2.0-only
// The checker by itself: describe a scene in Ops, call check(), read the result.

export { type Detected, detect } from '#checker/detect/detect';
export { Machine, type MachineOptions } from '#checker/machine/machine';
export type { Meter, Sample } from '#checker/program/meter';
export type {
  Capability,
  Effect,
  OpView,
  Program,
  Report,
} from '#checker/program/program';
export type { Choice, Limit, Limits, Replayed } from '#checker/program/run';
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
export type { CheckpointStore } from '#checker/search/checkpoint/checkpoint';
export { type Estimate, estimateClasses, estimateSchedules } from '#checker/search/estimate';
export { reportKey } from '#finding/key';
export type { TraceStep } from '#finding/step';
export type { Strategy } from '#finding/strategy';
export type { BrokenAt, Chances, Explanation, Why } from '#finding/why';
export {
  type CheckFinding,
  check,
  type SceneCheckOptions,
  type SceneCheckResult,
  type SceneCoverage,
} from './check.ts';
export {
  type ExplainLimits,
  explain,
  WhySource,
} from './explain/why.ts';
export { SceneError, type SceneErrorCode } from './program/scene-error.ts';
export {
  countsRuns,
  exploredText,
  type OldStrategy,
  parseStrategy,
  strategies,
  strategyText,
} from './strategies/registry.ts';
export { chanceText } from './strategies/sample.ts';
