// SPDX-License-Identifier: GPL-2.0-only
// Firmware tables: bytes in, trees and records or one clear error out.
export { type FdtLimits, fdtLimits } from '#firmware/dtb/limits';
export { readDeviceTree } from '#firmware/dtb/read';
export {
  baseName,
  cell,
  cells,
  childOf,
  type DeviceTree,
  type DtNode,
  has,
  isAvailable,
  isCompatible,
  isReachable,
  type MemoryReservation,
  pathOf,
  strings,
  text,
} from '#firmware/dtb/tree';
