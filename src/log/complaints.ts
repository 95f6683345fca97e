// SPDX-License-Identifier: GPL-2.0-only
// What IOMMUs, their drivers and their core complain of, by what is behind it: the warnings and
// errors of drivers/iommu in v6.1 to v7.3, and those of them that machines print which work well.

import { isIommuDriver, isIommuName, mayBeDevice } from './names.ts';
import { anyOf } from './pattern.ts';
import type { ComplaintCause, Said } from './types.ts';

type Known = readonly [cause: ComplaintCause, pattern: RegExp];
type Harmless = readonly [pattern: RegExp, because: string];

/** By whom a line without the name of a device is, as pr_fmt() has it. */
const BY_ITSELF = new RegExp(
  `^(?:\\S{2,40} \\S{3,120}: )?(?:${[
    ...['DMAR(?:-IR)?', 'dmar', 'AMD-Vi', 'iommu', 'IOVA', 'iommufd', 'arm-smmu(?:-v3)?'],
    'ACPI: (?:IORT|VIOT|RIMT)',
    ...['IOMMU', 'virtio_iommu', 'msm_iommu', 'riscv-iommu', 'fsl-pamu(?:-domain)?'],
    ...['exynos_iommu_\\w+', 'omap_iommu_\\w+', 'IOMMU: dmar\\d+'],
    '(?:arm-lpae|arm-v7s|dart) io-pgtable',
  ].join('|')}): (.+)$`,
);
/** Logs of old kernels, and cut ones, may lack the driver. */
const BY_DEVICE = /^(?:([\w.,+-]{2,40}) )?([^\s:]\S{2,119}): (.+)$/;

/** Words by which a line of an IOMMU is no mere information. */
const WORDS = anyOf(
  /\b(?:error|fail(?:s|ed|ure)?|timed? ?out|timeout|unabled?)\b/,
  /\b(?:can(?:'t|not| not)|could(?:n't| not))\b/,
  /\b(?:unsupported|unknown|invalid|illegal|unexpected|unhandled|missing|faults?|abort(?:ed)?)\b/,
  /\bnot (?:supported|responding|functioning|probing|ready|aligned|compatible|enough|found|fit)\b/,
  /\bnot (?:expected|trustworthy|sufficient|canonical|able|assigned|in)\b/,
  /\b(?:too (?:many|few|small)|out of|broken|bug)\b/,
  /\b(?:mismatch\w*|inconsistent|conflict\w*|overflow\w*)\b/,
  /\b(?:deadlocked|lost|bogus|unaligned|incorrect|impossible|locked down|violation|leak|bad)\b/,
  /\b(?:already (?:set|mapped|attached|in)|overrid(?:den|ing)|vulnerable|refusing)\b/,
  /\b(?:rejecting|wrong|unbalanced)\b/,
  /\b(?:no (?:[\w-]+ ){1,3}(?:present|support|irq|interrupts?|ids)|doesn't|does not)\b/,
  /\b(?:did(?:n't| not))\b/,
  /\b(?:currently enabled|was enabled|no supported|uh oh|disabling i\w+|retrying)\b/,
  /\b(?:exceed(?:s|ed)?)\b/,
  /\b(?:larger than|smaller than|changed since|entries full|incompatible|disallowed on)\b/,
  /\b(?:without PASID|privilege mode|passes table end|more IOMMUs than|prematurely)\b/,
  /\b(?:inactive|no more available|no (?:iommu|table) for devid|matched HID)\b/,
  /\bNo (?:\w+ attached|DRHD structures?)\b|mapped with 1MiB|that is mapped|partial large/,
  /\b(?:deprecated|reset(?:ting)?)\b/,
);

/** Complaints that machines which work well print, each with why it does no harm. */
const HARMLESS: readonly Harmless[] = [
  [/(?:^|[\s:(])-517\b|EPROBE_DEFER/, 'a deferral: it is tried again'],
  [/\battach .*(?:-19\b|ENODEV)/, 'no IOMMU stands before the device'],
  [
    /IOMMU perf counter|IOMMU PMU|reserved for PMU|PMU counter|IOMMU counters|for counter \d/,
    'only counters of performance are lost',
  ],
  [/IOMMUv2 functionality not available/, 'devices that share page tables of processes lack it'],
  [
    /SVM disabled, incompatible|permission overlays and GCS|SMMU doesn't support ATS$/,
    'devices that share page tables of processes, or cache translations, go without',
  ],
  [/address space size .* differs from mapped/, 'the driver goes by the registers'],
  [
    /\bno priq irq\b|falling back to wired irqs|msi_domain absent|find an MSI domain/,
    'interrupts come by wire, or none is needed: no device asks for pages',
  ],
  [
    / overridden by FW configuration|EFR mismatch\. Use IVHD/,
    'the driver goes by what the firmware says',
  ],
  [/No handler for DMAR structure/, 'the table is newer than the kernel'],
  [/only covers .* of SID/, 'a device beyond them is told by a line of its own'],
  [/Disabling IOMMU for graphics|Skip IOMMU disabling/, 'a chipset on which that is known'],
  [/^(?:DMAR: )?No \w+ found$/, 'the table need not have it'],
  [/feature \w+ inconsistent/, 'what all units have is used'],
  [
    /(?:Translation|remapping) was enabled (?:for|on) .* not in kdump mode|SMMU currently enabled!/,
    'firmware that guards against DMA leaves it on; the driver begins anew',
  ],
  [/[Tt]ranslation (?:is )?already enabled - trying to/, 'a crash kernel takes the tables over'],
  [
    /deprecated; use |format deprecated|DT property in use|Unknown option/,
    'an option, or a property, that has a newer name or none',
  ],
  [/disabling default IOMMU Passthrough/i, 'memory is encrypted: translation is on'],
  [/Truncating to 48-bit/, 'addresses are shorter than they might be'],
  [/\bEIM\b|x2apic (?:is disabled|opt)|no_x2apic_optout/, 'interrupts go without x2apic'],
  [/\bSNP\b/, 'guests with encrypted memory go without'],
  [/Fallback to v1/, 'the older format of page tables does'],
  [/Disabling batched IOTLB flush|IOMMU batching/, 'only speed is lost'],
  [
    /supply \S+ not found, using dummy regulator|Failed to create device link/,
    'a supply or an order of suspend that the firmware need not tell',
  ],
];

/** What is behind the text of a complaint; the first that fits counts. */
const KNOWN: readonly Known[] = [
  [
    'firmware',
    anyOf(
      /Firmware Bug|BIOS|not in IVRS|No southbridge IOAPIC|IVRS table error|Unsupported IVHD/,
      /(?:missing|invalid|not get) #(?:iommu-cells|global-interrupts)|mismatched DT properties/,
      /MMIO region too small|context irq\(s\) but|interrupts but expected|no \w+ irq - \w+ will/,
      /missing (?:reg|qcom,iommu-secure-id) property|property is (?:missing|not right)/,
      /dts parse fail|no (?:interrupts listed|IRQ resources|memory resource|interrupt\b)/,
      /Parse DMAR table failure|ACPI object|device scope|Can't validate DRHD|Invalid DMAR haw/,
      /No (?:IOMMU scope|DRHD structure)|name ?space devices didn't|EFR\/EFR2|passes table end/,
      /IVRS invalid checksum|Invalid IVHD|managed IOAPIC|RMRR entry for device \S+ is broken/,
      /RMR SID\(|failed to parse memory region|treating non-direct mapping|region of 0 size/,
      /check SACR\.CACHE_LOCK|1:1 IOMMU mapping|FW requested direct mapping|res .* not enough/,
      /outside IOMMU capability|old device table is above|device table size of IOMMU/,
    ),
  ],
  [
    'stream-id-map',
    anyOf(
      /out of range for SMMU|Aliasing StreamID|Stream ID \S+ repeated|merge DART|for devid/,
      /incorrect number of iommu params|Can NOT find the region|Can only use one larb/,
      /PCI dev can only have one port|SW group ID|from swgroup|Too many streams/,
      /Unable to find TBU|stream-id-range/,
    ),
  ],
  [
    'supplier-missing',
    anyOf(
      /get (?:\w+ ){0,3}clocks?\b|get our reset line|could not get (?:iommu_clk|smmu_pclk)/,
      /get runtime PM|pm get fail|bclk|Failed to enable clk|qcom_scm not ready|deassert_reset/,
      /Unable to (?:link|create device link)|memory controller probe failed/,
    ),
  ],
  [
    'hardware',
    anyOf(
      /timed out|timeout|Time-out|deadlocked|Service Failure|global error|GERROR/,
      /BUS_ERROR|not (?:functioning|responding)|busy bit did not clear|locked down/,
      /(?:Invalidation|CMDQ|EVTQ|PRIQ|Hardware|HW|Queue #\d+) .*error|write aborted|HARDWARE_ERR/,
      /failed to (?:clear cr0|(?:en|dis)able (?:irqs|SMMU|ATS check|PRI|command|event))/,
      /fail to disable hardware queue|queue #\d+ failed to start|initialize IOMMU Hardware/,
      /Multiple TLB hits|Page Table Walk Abort|No event written|DDTP|Failed to reset/,
      /uncleared error/,
      /skipping command in error|retrying command|no SMRs present|number of S2 context banks/,
      /results differed across TLBIALL|RMP_HW|translation level/,
    ),
  ],
  [
    'driver-bug',
    anyOf(
      /already (?:mapped|set)|unaligned:|wrong alignment|should aligned|IOMMU driver error/,
      /bogus p[gt][de]|not attached to domain properly|page leak|Unbalanced|DMA map(?:ping)? error/,
      /domain (?:already attached|is already|has no attached)|invalid size to map/,
      /are not in the range|map address beyond|partial large|mapped with 1MiB|that is mapped/,
    ),
  ],
];

/** What the core, or the driver of an IOMMU, says of a client, whose driver stands before it. */
const OF_CLIENTS = anyOf(
  /Failed to set up IOMMU for device|iommu (?:domain|group)|IOMMU driver /,
  /[Aa]ttach to (?:IOMMU|SMMU)/,
  /out of range for SMMU|Aliasing StreamID|stream table|attach to IPMMU|IOMMU mapping|VA mapping/,
  /incorrect number of iommu params|Unable to initialize IPMMU|larb\(|one larb|Unable to link /,
  /Failed to reserve IOVA|Cannot reserve IOVA|failed to parse memory region|non-direct mapping/,
  /driver is overriding group|associated iommu|get omap iommu|DMA range outside IOMMU/,
  /dm-regions|busy bit did not clear|failed to initialize fwspec|Failed to enable (?:ATS|PASID)/,
  /specified DMA range outside IOMMU|DART IOMMU groups|TLB sync timed out|inframaster/,
  /iova flush queue|Incompatible range for DMA|SVM disabled|Fault occurred in context|msm-smmu/,
  /^iova: \S+ already mapped to|group from swgroup|: DMA bounce buffers are inactive/,
  /DMA-aliased sibling|could not get #iommu-cells/,
);
/** What the driver of a client says of the IOMMU before it, in its own words. */
const ON_IOMMU = /(?:^|[^a-z])(?:iommu|smmu)(?:[^a-z]|$)/i;
/** What a process has written into the log of the kernel. */
const BY_PROCESS = /^[^\s:[]+\[\d+\]: /;

/** What is known of a complaint of an IOMMU: why it is harmless, or its cause. */
interface Judged {
  readonly text: string;
  readonly harmless: string | null;
  readonly cause: ComplaintCause | null;
}

/** KERN_WARNING: what is as grave is a complaint whatever its words are. */
const WARNING = 4;

/**
 * The complaint of an IOMMU, its driver or its core that @body is, which was printed at @level,
 * where the log has it; null for all else.
 */
export function complaintIn(body: string, level: number | null): Judged | null {
  if (BY_PROCESS.test(body)) return null;
  const text = spokenByIommu(body) ?? (isOfClient(body) ? body : null);
  if (text === null) return null;
  const cause = KNOWN.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
  const isGrave = level !== null && level <= WARNING;
  if (cause === null && !isGrave && !WORDS.test(text)) return null;
  const harmless = HARMLESS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
  // Tables of ACPI are the firmware's, whatever is told of them.
  return { text: body, harmless, cause: cause ?? (body.startsWith('ACPI: ') ? 'firmware' : null) };
}

/** What @judged is as an event; null where it does no harm. */
export function troubleIn({ text, harmless, cause }: Judged): Said | null {
  return harmless === null ? { kind: 'iommu-trouble', text, cause } : null;
}

/** True where @body tells of the IOMMU of a client, be it the core or the driver of that. */
function isOfClient(body: string): boolean {
  if (OF_CLIENTS.test(body)) return true;
  const m = BY_DEVICE.exec(body);
  if (m === null || m[1] === undefined || !mayBeDevice(m[2]!)) return false;
  return ON_IOMMU.test(m[3]!) && WORDS.test(m[3]!);
}

/** True where an IOMMU, its driver or their core says @body. */
export function isSpokenByIommu(body: string): boolean {
  return spokenByIommu(body) !== null;
}

/** What an IOMMU, its driver or their core says in @body; null where none of them speaks. */
function spokenByIommu(body: string): string | null {
  const own = BY_ITSELF.exec(body);
  if (own !== null) return own[1]!;
  const m = BY_DEVICE.exec(body);
  if (m === null) return null;
  const [, driver, device = '', text = ''] = m;
  if (driver === undefined && !/^\w+\.\w/.test(device) && !/\.auto$/.test(device)) return null;
  return isIommuDriver(driver ?? '') || isIommuName(device) ? text : null;
}
