// SPDX-License-Identifier: GPL-2.0-only
// The platform: devices, IOMMUs, buses, who is behind whom, by the kernel's own rules.
export { deviceName } from '#platform/address';
export {
  busOrder,
  type Cast,
  instancesOf,
  runsOf,
  Stage,
  type Surroundings,
} from '#platform/casts';
export {
  type ClassIommu,
  type ClientClass,
  classesOf,
  clientsOf,
  kindOfKey,
  type Position,
} from '#platform/classes';
export { compareGroups } from '#platform/compare';
export { type NothingToCheck, nothingToCheck } from '#platform/empty';
export { platformOf } from '#platform/firmware';
export {
  fwspecIds,
  type GroupRule,
  groupRuleOf,
  iommuDriverOf,
  registersInTurn,
} from '#platform/iommu-driver';
export { whyKept, whyNotLate, whyNotRefused } from '#platform/iommu-exits';
export { platformLimits } from '#platform/limits';
export { platformFromTree, readPlatform } from '#platform/read';
export type {
  BusName,
  Creator,
  Iommu,
  IommuDriver,
  IommuProblem,
  IommuUse,
  MapHost,
  Platform,
  PlatformDevice,
  UnavailableCounts,
} from '#platform/types';
export { withoutDriver } from '#platform/without';
