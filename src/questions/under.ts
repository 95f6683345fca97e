// SPDX-License-Identifier: GPL-2.0-only
// A board under a kernel: tables that only newer kernels read say nothing to an older one.

import { notAfter, type Revision } from '#kernel/index';
import { type Platform, withoutDriver } from '#platform/index';

/** drivers/acpi/riscv/rimt.c came with it. */
const RIMT_SINCE = 'v6.18-rc1';

/** @platform as @revision sees it. */
export function platformUnder(platform: Platform, { name }: Pick<Revision, 'name'>): Platform {
  if (platform.firmware !== 'acpi') return platform;
  const [release] = /^\d+\.\d+(?:-rc\d+)?/.exec(name) ?? [];
  if (release === undefined || notAfter(RIMT_SINCE, release)) return platform;
  return withoutDriver(platform, 'riscv', `${release} does not read a RIMT; v6.18 is the first to`);
}
