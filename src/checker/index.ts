// SPDX-License-Identifier: GPL-2.0-only
// The checker by itself: describe a scene in Ops, call check(), read the result.

export type { Audited } from './audit-cache.ts';
export {
  type CheckFinding,
  type CheckOptions,
  type CheckResult,
  type Coverage,
  check,
  type Strategy,
} from './check.ts';
export { type CheckpointFile, checkpointFault } from './checkpoint.ts';
export { type Detected, detect } from './detect.ts';
export { type Estimate, estimateClasses, estimateSchedules } from './estimate.ts';
export {
  type CriticalPair,
  type Explanation,
  explain,
  type RaceWindow,
} from './explain.ts';
export { type Explained, explainedSchedule, type Why } from './explain-brief.ts';
export { Machine, type MachineOptions } from './machine.ts';
export { type MemoryModel, underMemory } from './memory.ts';
export type { Meter, Sample } from './pace.ts';
export type {
  Capability,
  Effect,
  OpView,
  Program,
  Report,
  StepRecord,
} from './program.ts';
export type { Choice, Limit, Limits, Replayed } from './run.ts';
export { reportKey } from './run.ts';
export type {
  Peek,
  Rule,
  RuleReport,
  RunEvent,
  Scene,
  Signature,
  Sometimes,
} from './scene.ts';
export { formatSchedule, parseSchedule, replay, type ScheduleError } from './schedule.ts';
export { chanceText, type OtherStrategy, parseStrategy, strategyText } from './strategies.ts';
