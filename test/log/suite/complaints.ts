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
  'sun50i-iommu 30f0000.iommu: Page fault for 0x00000000fe000000 (master 1, dir RD)',
  'riscv-iommu 3010000.iommu: Fault 13 devid: 0x8 iotval: fe000000 iotval2: 0',
  'arm-smmu-v3 9050000.smmuv3: event 0x0a received:',
  'arm-smmu-v3 9050000.smmuv3: event: C_BAD_CD client: 0000:01:00.0 sid: 0x100 ssid: 0x0',
  'arm-smmu-v3 9050000.smmuv3: EVTQ overflow detected -- events lost',
  'DMAR: DRHD: handling fault status reg 40',
  'DMAR-IR: Failed to enable irq remapping. You are vulnerable to irq-injection attacks.',
  'qcom-venus aa00000.video-codec: Failed to add to iommu group 4: -12',
  'rockchip-vop ff900000.vop: Adding to IOMMU failed: -12',
  'Failed to set up IOMMU for device 0000:01:00.0; retaining platform DMA ops',
  'virtio_iommu virtio0: unknown viommu prop 0x7',
  '5040000.iommu: failed to request global IRQ 0 (45)',
  'arm-smmu-v3.0.auto: failed to set DMA mask for table walker',
  'pci 0000:00:00.2: AMD-Vi: No ACPI device matched UID, but 2 devices matched HID.',
  'nvme 0000:01:00.0: DMA bounce buffers are inactive, unable to map unaligned transaction.',
  'xhci_hcd 0000:03:00.0: DMA-aliased sibling may be prematurely unblocked',
  'arm-lpae io-pgtable: selftest: test failed for fmt idx 1',
  'AMD-Vi: Event logged [INVALID_DEVICE_REQUEST device=00:00.1 address=0xfd00000000 flags=0x0a00]',
  'INVALID_DEVICE_REQUEST device=00:00.1 address=0xfd00000000 flags=0x0a00]',
  'msm_dpu ae01000.display-controller: [drm:adreno_iommu_init] failed to attach iommu: -22',
  'sof-audio-pci-intel-cnl 0000:00:1f.3: error: iommu type not supported',
  'DMAR: [INTR-REMAP] Request device [f0:1f.0] fault index 0x0 [fault reason 0x26] Blocked',
  'IO_PAGE_FAULT device=05:00.0 domain=0x0012 address=0x00000000ff6101b0 flags=0x0070]',
];

/** Lines whose words tell what is behind them. */
const told: readonly (readonly [line: string, cause: string])[] = [
  ['rk_iommu ff9a0000.iommu: Disable stall request timed out, status: 0x00004b', 'hardware'],
  ['rk_iommu fd7f0f00.iommu: Error during raw reset. MMU_DTE_ADDR is not functioning', 'hardware'],
  ['sun50i-iommu 30f0000.iommu: TLB Flush timed out!', 'hardware'],
  ['ipmmu-vmsa fe951000.iommu: TLB sync timed out -- MMU may be deadlocked', 'hardware'],
  ['apple-dart 231304000.iommu: busy bit did not clear after command 100000 for 1', 'hardware'],
  ['riscv-iommu 0000:00:01.0: Hardware error: command execution timeout', 'hardware'],
  ['mtk-iommu 10205000.iommu: Partial TLB flush timed out, falling back', 'hardware'],
  ['DMAR: VT-d detected Invalidation Time-out Error: SID 0', 'hardware'],
  ['arm-smmu-v3 9050000.smmuv3: failed to enable SMMU interface', 'hardware'],
  ['DMAR: ERROR: DMA PTE for vPFN 0xbe400 already set (to be400003 not 1aae5003)', 'driver-bug'],
  ['iommu: unaligned: iova 0x1234 pa 0x0000000080000100 size 0x1000 min_pagesz 0x1', 'driver-bug'],
  ['omap-iommu 40d01000.mmu: iommu domain is already attached', 'driver-bug'],
  ['rk_iommu ff373f00.iommu: Unbalanced pm_runtime_enable!', 'driver-bug'],
  ['arm-smmu-v3 9050000.smmuv3: missing #iommu-cells property', 'firmware'],
  ['arm-smmu 5000000.iommu: found only 3 context irq(s) but 4 required', 'firmware'],
  ['qcom-iommu 1ef0000.iommu: missing qcom,iommu-secure-id property', 'firmware'],
  ['DMAR: No DRHD structure found in DMAR table', 'firmware'],
  ['DMAR: Record passes table end', 'firmware'],
  ['AMD-Vi: IVRS invalid checksum', 'firmware'],
  ['OF: /soc/gpu@0: could not get #iommu-cells for /soc/iommu@0', 'firmware'],
  ['ACPI: IORT: node is not found for device 30', 'firmware'],
  ['apple-dart 231304000.iommu: Failed to merge DART IOMMU groups.', 'stream-id-map'],
  ['AMD-Vi: IVRS table error: the length of a block is 0', 'firmware'],
  ['qcom_geni 888000.serial: stream ID 0x1f43 out of range for SMMU (0x7f)', 'stream-id-map'],
  ['mtk-mdp 14001000.rdma: Can only use one larb. Fail@larb0-2.', 'stream-id-map'],
  ["sun50i-iommu 30f0000.iommu: Couldn't get our reset line.", 'supplier-missing'],
  ['arm-smmu 3da0000.iommu: failed to get clocks -22', 'supplier-missing'],
  ['arm-smmu 3da0000.iommu: deferred probe pending: (reason unknown)', 'supplier-missing'],
];

/** Lines of an IOMMU that do no harm. */
export const harmless: readonly string[] = [
  'AMD-Vi: Unable to read/write to IOMMU perf counter.',
  'AMD-Vi: AMD IOMMUv2 functionality not available on this system - This is not a bug.',
  'AMD-Vi: Translation was enabled for IOMMU:0 but we are not in kdump mode',
  'DMAR: IOMMU feature pgsel_inv inconsistent',
  'DMAR: No ATSR found',
  'DMAR: No handler for DMAR structure type 6',
  "DMAR-IR: Use 'intremap=no_x2apic_optout' to override the BIOS setting.",
  'pci 0000:00:00.0: DMAR: Disabling IOMMU for graphics on this chipset',
  'pci 0000:00:00.2: AMD-Vi: [Firmware Warn]: EFR mismatch. Use IVHD EFR (0xf7 : 0x4f7).',
  'arm-smmu-v3 arm-smmu-v3.0.auto: 2-level strtab only covers 23/25 bits of SID',
  'riscv,iommu 3010000.iommu: failed to find an MSI domain',
  '5040000.dma: failed to request global IRQ 0 (45)',
  'DMAR: intel_iommu=strict deprecated; use iommu.strict=1 instead',
  'DMAR-IR: x2apic is disabled because BIOS sets x2apic opt out bit.',
  'DMAR-IR: IRQ remapping was enabled on dmar0 but we are not in kdump mode',
  'arm-smmu-v3 9050000.smmuv3: msi_domain absent - falling back to wired irqs',
  'arm-smmu-v3 9050000.smmuv3: failed to allocate MSIs - falling back to wired irqs',
  'arm-smmu-v3 9050000.smmuv3: IDR0.COHACC overridden by FW configuration (false)',
  'arm-smmu-v3 9050000.smmuv3: SMMU currently enabled! Resetting...',
  'arm-smmu 5000000.iommu: SMMU address space size (0x8) differs from mapped region size (0x10)!',
  'arm-smmu 3da0000.iommu: failed to get clocks -517',
  'arm-smmu 3da0000.iommu: supply vdd not found, using dummy regulator',
  'platform 3da0000.iommu: Failed to create device link (0x180) with 100000.clock-controller',
  'rockchip-vop ff900000.vop: Adding to IOMMU failed: -19',
  'tegra-vde 6001a000.vde: failed to attach to the IOMMU: -19',
  'qemu-system-aarch64[812]: iommu: error -14 (Bad address)',
];

/** Each is a line that some machine prints. */
export const complaints: readonly LogCase[] = [
  ...unknown.map((line) => says(line, 'can not tell', 'unknown')),
  ...told.map(([line, cause]) => says(line, 'no race', cause)),
  ...harmless.map((line) => says(line, 'no race', 'healthy')),
  {
    name: 'a warning in the code of an IOMMU',
    log: log(version('6.12.10'), warns('drivers/iommu/amd/init.c', 'enable_iommus_vapic'), group),
    verdict: 'no race',
    cause: 'driver-bug',
  },
  {
    name: 'an IOMMU whose driver says why its probe fails',
    log: log(
      version('6.12.10'),
      'arm-smmu-v3 9050000.smmuv3: missing #iommu-cells property',
      'arm-smmu-v3 9050000.smmuv3: probe with driver arm-smmu-v3 failed with error -22',
      group,
    ),
    verdict: 'no race',
    cause: 'firmware',
  },
  {
    name: 'the twin: what the driver of another one says is no reason',
    log: log(
      version('6.12.10'),
      'arm-smmu-v3 9060000.smmuv3: no translation support!',
      'arm-smmu-v3 9050000.smmuv3: probe with driver arm-smmu-v3 failed with error -22',
      group,
    ),
    verdict: 'can not tell',
    cause: 'unknown',
  },
  {
    name: 'a status of faults before the fault that it is of',
    log: log(
      version('6.12.10'),
      group,
      'e1000e 0000:00:01.0: enabling device (0100 -> 0102)',
      'DMAR: DRHD: handling fault status reg 3',
      'DMAR: [DMA Write NO_PASID] Request device [00:01.0] fault addr 0xfffff000 [fault reason 5]',
    ),
    verdict: 'no race',
    cause: 'driver-bug',
  },
  {
    name: 'the twin: the fault itself was not told',
    log: log(
      version('6.12.10'),
      group,
      'e1000e 0000:00:01.0: enabling device (0100 -> 0102)',
      'DMAR: DRHD: handling fault status reg 3',
    ),
    verdict: 'can not tell',
    cause: 'unknown',
  },
  {
    name: 'a stall that is not granted because of a fault',
    log: log(
      version('6.12.10'),
      joins('platform', 'ff9a0000.video-codec', 0),
      'rk_iommu ff9a0800.iommu: Enable stall request timed out, status: 0x00020b',
      'rk_iommu ff9a0800.iommu: Page fault at 0x00000ee0 of type read',
    ),
    verdict: 'can not tell',
    cause: 'unknown',
  },
  {
    name: 'the twin: the fault is of another IOMMU',
    log: log(
      version('6.12.10'),
      joins('platform', 'ff9a0000.video-codec', 0),
      'rk_iommu ff9a0800.iommu: Enable stall request timed out, status: 0x00020b',
      'rk_iommu ff650800.iommu: Page fault at 0x00000ee0 of type read',
    ),
    verdict: 'no race',
    cause: 'hardware',
  },
  {
    name: 'a warning by its level, whose words are not known',
    log: `${version('6.12.10')}\n<4>[ 1.500000] apple-dart 231304000.iommu: tables are odd\n`,
    verdict: 'can not tell',
    cause: 'unknown',
  },
  {
    name: 'the twin: the same as information',
    log: `${version('6.12.10')}\n<6>[ 1.500000] apple-dart 231304000.iommu: tables are odd\n`,
    verdict: 'no race',
    cause: 'healthy',
  },
  {
    name: 'a fault that a warning of its driver does not explain',
    log: log(
      version('6.12.10'),
      'rk_iommu ff930300.iommu: Unbalanced pm_runtime_enable!',
      'rk_iommu ff930300.iommu: Page fault at 0x024adc80 of type read',
    ),
    verdict: 'can not tell',
    cause: 'unknown',
  },
  {
    name: 'the twin: the warning alone',
    log: log(version('6.12.10'), 'rk_iommu ff930300.iommu: Unbalanced pm_runtime_enable!'),
    verdict: 'no race',
    cause: 'driver-bug',
  },
  {
    name: 'a fault long after a warning of code of an IOMMU',
    log: log(
      version('6.8.0'),
      warns('drivers/iommu/amd/init.c', 'enable_iommus_vapic'),
      'ath10k_pci 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT address=0xcfd51ad0]',
    ),
    verdict: 'can not tell',
    cause: 'unknown',
  },
];
