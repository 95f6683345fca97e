// SPDX-License-Identifier: GPL-2.0-only
// Boot logs: text in; messages of the kernel, and the story of each device, out.
export { bootsOf } from './boots.ts';
export { isSpokenByIommu } from './complaints.ts';
export { logLimits } from './limits.ts';
export {
  isBusName,
  isIommuDriver,
  isIommuName,
  isPciName,
  mayBeDevice,
  pciPlace,
} from './names.ts';
export { readLog } from './read.ts';
export { type Release, readRelease } from './release.ts';
export {
  type DeviceStory,
  type Grouping,
  type LogStory,
  type Registration,
  storyOf,
} from './story.ts';
export type { At, BootLog, ComplaintCause, LogEvent, LogEventKind, Trace } from './types.ts';
