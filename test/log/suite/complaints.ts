// SPDX-License-Identifier: GPL-2.0-only
// What IOMMUs say of themselves: most of it is no sign of a window, and none of it is health.

import { joins, type LogCase, log, version, warns } from './build.ts';

const group = joins('pci', '0000:00:01.0', 0);

/** One line of an IOMMU beside a device that joins its group. */
function says(line: string, verdict: LogCase['verdict'], cause: string): LogCase {
  return { name: `"${line}"`, log: log(version('6.12.10'), line, group), verdict, cause };
}

const unknown = [
  'arm-smmu-v3 9050000.smmuv3: unknown/unsupported TT endianness!',
  'arm-smmu-v3 9050000.smmuv3: probe with driver arm-smmu-v3 failed with error -6',
  'arm-smmu-v3: probe of 9050000.smmuv3 failed with error -22',
  'arm-smmu-v3 9050000.smmuv3: event 0x10 received:',
  'rk_iommu ff9a0000.iommu: Disable stall request timed out, status: 0x00004b',
  'sun50i-iommu 30f0000.iommu: Page fault for 0x00000000fe000000 (master 1, dir RD)',
  'riscv-iommu 3010000.iommu: Fault 13 devid: 0x8 iotval: fe000000 iotval2: 0',
  'DMAR: ERROR: DMA PTE for vPFN 0xbe400 already set (to be400003 not 1aae54003)',
  'AMD-Vi: Event logged [INVALID_DEVICE_REQUEST device=00:00.1 address=0xfd00000000 flags=0x0a00]',
  'INVALID_DEVICE_REQUEST device=00:00.1 address=0xfd00000000 flags=0x0a00]',
  'IO_PAGE_FAULT device=05:00.0 domain=0x0012 address=0x00000000ff6101b0 flags=0x0070]',
];

const harmless = [
  'AMD-Vi: Unable to read/write to IOMMU perf counter.',
  'AMD-Vi: AMD IOMMUv2 functionality not available on this system - This is not a bug.',
  'DMAR: IOMMU feature pgsel_inv inconsistent',
  'DMAR: No ATSR found',
  'arm-smmu-v3 9050000.smmuv3: msi_domain absent - falling back to wired irqs',
  'arm-smmu 5000000.iommu: SMMU address space size (0x8) differs from mapped region size (0x10)!',
];

/** Each is a line that some machine prints. */
export const complaints: readonly LogCase[] = [
  ...unknown.map((line) => says(line, 'can not tell', 'unknown')),
  ...harmless.map((line) => says(line, 'no race', 'healthy')),
  {
    name: 'a warning in the code of an IOMMU',
    log: log(version('6.12.10'), warns('drivers/iommu/amd/init.c', 'enable_iommus_vapic'), group),
    verdict: 'no race',
    cause: 'driver-bug',
  },
];
