// SPDX-License-Identifier: GPL-2.0-only
// The messages of the kernel that tell of IOMMUs, groups, deferrals and faults, as v6.1, v6.12 and
// v7.2 print them; where older kernels print another text, it stands beside.

import { isBusName, looksLikeDevice, mayBeDevice } from './names.ts';
import { anyOf, inOrder } from './pattern.ts';
import type { FaultKind, Said } from './types.ts';

type Match = RegExpExecArray;

/** What a message begins with, and what is made of the rest; null where it is none after all. */
type Rule = readonly [pattern: RegExp, make: (m: Match) => Said | null];

/** "DRV NAME: " as dev_printk() has it; the driver may be missing where a log was cut. */
const DEV = '^(?:(?:(.{1,60}?) )?(\\S{1,200}): )';
const dev = (text: string): RegExp => new RegExp(`${DEV}${text}`);

const PCI_EVENT = /device=(?:[0-9a-f]{4}:)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])/;
const num = (text: string | undefined): number => Number(text ?? 'NaN');
const errnoOf = (text: string | undefined): number => Math.abs(num(text));

const general: readonly Rule[] = [
  [/^Linux version (\S.*)$/, (m) => ({ kind: 'version', text: m[1]! })],
  [/^(?:Kernel command line|Command line): ?(.*)$/, (m) => ({ kind: 'command-line', text: m[1]! })],
  [/^(?:Machine model|OF: fdt: Machine model): (.+)$/, (m) => ({ kind: 'model', text: m[1]! })],
  [/^DMI: (.+)$/, (m) => ({ kind: 'model', text: m[1]! })],
  [/^ACPI: (IORT|VIOT|DMAR|IVRS|RIMT) 0x/, (m) => ({ kind: 'acpi-table', table: m[1]! })],
  [/^iommu: Default domain type: (\w+)/, (m) => ({ kind: 'domain-type', type: m[1]! })],
  [
    /^iommu: DMA domain TLB invalidation policy: (strict|lazy) mode/,
    (m) => ({ kind: 'invalidation', mode: m[1] as 'strict' | 'lazy' }),
  ],
  [
    /^pci ([0-9a-f]{4,5}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]): \[[0-9a-f]{4}:[0-9a-f]{4}\] type/,
    (m) => ({ kind: 'found', device: m[1]! }),
  ],
  [/^calling {2}(\w+)\+0x/, (m) => ({ kind: 'initcall', name: m[1]! })],
  [/^-- (?:Boot [0-9a-f]{32}|Reboot) --$/, () => ({ kind: 'reboot' })],
  [
    anyOf(
      /^\.{3}$/,
      /^\[(?:\.{2,}|…|\s*snip\s*)\]$/,
      /^<snip>$/,
      /^-{2,}\s*(?:8<|snip|cut(?! here))/,
      /^\*\* \d+ printk messages dropped/,
      /printk: \d+ messages? (?:suppressed|dropped)/,
      /systemd-journald\[\d+\]: Missed \d+ kernel messages/,
    ),
    (m) => ({ kind: 'gap', text: m[0] }),
  ],
];

const groups: readonly Rule[] = [
  [
    // Up to v5.2.
    /^iommu: Adding device (\S+) to group (\d{1,9})/,
    (m) => ({ kind: 'group', device: m[1]!, prefix: null, group: num(m[2]), source: 'message' }),
  ],
  [
    /^iommu: Removing device (\S+) from group (\d{1,9})/,
    (m) => ({ kind: 'group-removed', device: m[1]!, group: num(m[2]), source: 'message' }),
  ],
  [
    dev('Adding to iommu group (\\d{1,9})$'),
    (m) => ({
      ...{ kind: 'group', device: m[2]!, prefix: m[1] ?? null, group: num(m[3]) },
      source: 'message',
    }),
  ],
  [
    dev('Removing from iommu group (\\d{1,9})$'),
    (m) => ({ kind: 'group-removed', device: m[2]!, group: num(m[3]), source: 'message' }),
  ],
  [
    dev('Failed to add to iommu group (\\d{1,9}): (-?\\d+)$'),
    (m) => ({ kind: 'group-failed', device: m[2]!, group: num(m[3]), errno: errnoOf(m[4]) }),
  ],
  [
    /^add_device_to_group: IOMMU: groupID=(\d{1,9}) device=(\S+)/,
    (m) => ({ kind: 'group', device: m[2]!, prefix: null, group: num(m[1]), source: 'trace' }),
  ],
  [
    /^remove_device_from_group: IOMMU: groupID=(\d{1,9}) device=(\S+)/,
    (m) => ({ kind: 'group-removed', device: m[2]!, group: num(m[1]), source: 'trace' }),
  ],
  [/^attach_device_to_domain: IOMMU: device=(\S+)/, (m) => ({ kind: 'attached', device: m[1]! })],
  [
    dev('late IOMMU probe at driver bind, something fishy here!'),
    (m) => ({ kind: 'late', device: m[2]!, prefix: m[1] ?? null, trace: null }),
  ],
  [
    dev('Adding to IOMMU failed: (-?\\d+)$'),
    (m) => ({ kind: 'not-behind', device: m[2]!, errno: errnoOf(m[3]) }),
  ],
];

const probing: readonly Rule[] = [
  [
    dev('Driver (.+) requests probe deferral$'),
    (m) => ({ kind: 'deferred', device: m[2]!, driver: m[3]! }),
  ],
  [
    // v5.x and before: platform NAME: Driver DRV requests probe deferral, without a prefix.
    dev('Added to deferred list$'),
    (m) => ({ kind: 'deferred', device: m[2]!, driver: null }),
  ],
  [dev('Retrying from deferred list$'), (m) => ({ kind: 'retried', device: m[2]! })],
  [
    dev('deferred probe timeout, ignoring dependency'),
    (m) => ({ kind: 'timed-out', device: m[2]!, why: 'timeout' }),
  ],
  [
    dev('ignoring dependency for device, assuming no driver'),
    (m) => ({ kind: 'timed-out', device: m[2]!, why: 'no modules' }),
  ],
  [
    dev('deferred probe pending(?:: (.*))?$'),
    (m) => ({
      kind: 'pending',
      device: m[2]!,
      reason: m[3] === undefined || m[3].startsWith('(reason unknown') ? null : m[3],
      supplier: supplierIn(m[3] ?? ''),
    }),
  ],
  [
    dev('probe with driver (.+) failed with error (-?\\d+)$'),
    (m) => ({ kind: 'failed', device: m[2]!, driver: m[3]!, errno: errnoOf(m[4]) }),
  ],
  [
    // v6.1.
    /^(\S.{0,60}): probe of (\S+) failed with error (-?\d+)$/,
    (m) => ({ kind: 'failed', device: m[2]!, driver: m[1]!, errno: errnoOf(m[3]) }),
  ],
  [
    /^probe of (\S+)(?: with driver \S+)? returned (-?\d+) after \d+ usecs/,
    (m) => ({ kind: 'probed', device: m[1]!, errno: errnoOf(m[2]) }),
  ],
  [
    dev(
      "bus: '[^']+': (?:really_probe|__driver_probe_device): " +
        '(?:probing driver|matched device with driver) (\\S+?)(?: with device)?$',
    ),
    (m) => ({ kind: 'probing', device: m[2]!, driver: m[3]! }),
  ],
  [
    dev("driver: '([^']+)': driver_bound: bound to device$"),
    (m) => ({ kind: 'bound', device: m[2]!, driver: m[3]! }),
  ],
  [
    dev("bus: '[^']+': really_probe: bound device to driver (\\S+)$"),
    (m) => ({ kind: 'bound', device: m[2]!, driver: m[3]! }),
  ],
  [
    dev('(?:scheduling asynchronous probe|probing driver \\S+ asynchronously)$'),
    (m) => ({ kind: 'async', device: m[2]! }),
  ],
];

function supplierIn(reason: string): string | null {
  const m = /wait for supplier (\S+)/.exec(reason) ?? /supplier (\S+) not ready/.exec(reason);
  return m?.[1] ?? null;
}

const instance = (driver: string) => (m: Match) =>
  ({ kind: 'instance', name: m[1]!, driver }) as const;

/** One message for each registration of each driver; v7.2 no longer tells the ias of an SMMUv3. */
const providers: readonly Rule[] = [
  [/^(?:\S+ )?(\S+): probing hardware configuration\.\.\.$/, instance('arm-smmu')],
  [/^(?:arm-smmu-v3 )?(\S+): (?:ias \d+-bit, )?oas \d+-bit \(features 0x/, instance('arm-smmu-v3')],
  [/^(?:rk_iommu )?(\S+): version = /, instance('rockchip')],
  [/^virtio_iommu (\S+): input address: \d+ bits/, instance('virtio')],
  [/^apple-dart (\S+): DART \[/, instance('apple-dart')],
  [/^omap-iommu (\S+): \S+ registered$/, instance('omap')],
  [/^ipmmu-vmsa (\S+): IPMMU context 0 is reserved$/, instance('ipmmu-vmsa')],
  [/^DMAR: (dmar\d+): reg_base_addr /, instance('intel')],
  [/^(?:pci|AMD-Vi:?) ?(\S+): (?:AMD-Vi: )?Found IOMMU (?:cap|at)/, instance('amd')],
];

const faults: readonly Rule[] = [
  [
    dev('Unhandled context fault: fsr=0x[0-9a-f]+, iova=0x([0-9a-f]+)'),
    (m) => fault(m[2]!, null, 'translation', m[3]!),
  ],
  [
    dev('event: (\\w+) client: (.+?) sid: \\S+ ssid: \\S+(?: (?:iova|fetch_addr): 0x([0-9a-f]+))?'),
    (m) => {
      const client = m[4]!.startsWith('(') ? null : m[4]!;
      return fault(m[2]!, client, smmuEventNamed(m[3]!), m[5] ?? null);
    },
  ],
  [dev('event 0x([0-9a-f]{2}) received:$'), (m) => fault(m[2]!, null, smmuEvent(m[3]!), null)],
  [dev('Blocked unknown Stream ID 0x([0-9a-f]+)'), (m) => fault(m[2]!, null, 'stream', null)],
  [
    dev('Unexpected global fault, this could be serious'),
    (m) => fault(m[2]!, null, 'stream', null),
  ],
  [dev('Page fault for (0x[0-9a-f]+) \\(master'), (m) => fault(m[2]!, null, 'translation', m[3]!)],
  [dev('Unexpected IOMMU page fault!'), (m) => fault(m[2]!, null, 'translation', null)],
  [
    dev('Fault \\d+ devid: 0x[0-9a-f]+ iotval: ([0-9a-f]+)'),
    (m) => fault(m[2]!, null, 'translation', m[3]!),
  ],
  [
    dev('\\S+: (?:\\S+ )?(?:read|write) @(?:0x)?([0-9a-f]+): .*SMMU translation error'),
    (m) => fault(m[2]!, null, 'translation', m[3]!),
  ],
  [dev('\\S+: errs:0x\\S+ da:0x([0-9a-f]+)'), (m) => fault(m[2]!, null, 'translation', m[3]!)],
  [dev('Page fault at (\\S+) of type'), (m) => fault(m[2]!, null, 'translation', m[3]!)],
  [dev('Page fault while iommu not attached'), (m) => fault(m[2]!, null, 'translation', null)],
  [dev('fault type=0x\\S+ iova=0x([0-9a-f]+)'), (m) => fault(m[2]!, null, 'translation', m[3]!)],
  [
    dev('Unhandled fault: status 0x\\S+ iova 0x([0-9a-f]+)'),
    (m) => fault(m[2]!, null, 'translation', m[3]!),
  ],
  [
    dev('(\\S+): \\[(?:READ|WRITE)\\] .*FAULT occurred at 0x([0-9a-f]+)'),
    (m) => fault(m[2]!, m[3]!, 'translation', m[4]!),
  ],
  [dev('translation fault: status:0x'), (m) => fault(m[2]!, null, 'translation', null)],
  [
    dev('\\w+ fault from EP \\d+(?: at 0x([0-9a-f]+))?'),
    (m) => fault(m[2]!, null, 'translation', m[3] ?? null),
  ],
  [
    inOrder(
      /^(?:dmar: )?DMAR: ?\[[^\]]*\] Request device /,
      /\[(?:[0-9a-f]{4}:)?(?:0x)?([0-9a-f]+:(?:0x)?[0-9a-f.]+)\]/,
      /(?: PASID \w+)? fault (?:addr|index) (?:0x)?([0-9a-f]+)/,
    ),
    (m) => {
      // An interrupt that is not let through is no DMA.
      const about = /\[INTR-REMAP\]/.test(m[0]) ? 'interrupt' : 'translation';
      return fault(null, `0000:${m[1]!.replace('0x', '')}`, about, m[2]!);
    },
  ],
  [
    // Up to v4.x what is logged comes in a line of its own.
    /^(?:AMD-Vi: Event logged \[)?(?:IO|RMP)_PAGE_FAULT device=.*?(?:address|gpa)=0x([0-9a-f]+)/,
    (m) => {
      const at = PCI_EVENT.exec(m[0]);
      return fault(null, at === null ? null : `0000:${at[1]}`, 'translation', m[1]!);
    },
  ],
  [
    inOrder(
      /^(?:(\S+) )?(\S+): AMD-Vi: Event logged \[(?:IO_PAGE_FAULT|RMP_PAGE_FAULT)/,
      /.*?(?:address|gpa)=0x([0-9a-f]+)/,
    ),
    (m) => fault(null, m[2]!, 'translation', m[3]!, driverIn(m[1])),
  ],
  [
    /^io_page_fault: IOMMU:\S+ (\S+) iova=0x([0-9a-f]+)/,
    (m) => fault(null, m[1]!, 'translation', m[2]!),
  ],
  [
    inOrder(
      /(?:AMD-Vi|DMAR): .*/,
      /(?:HARDWARE_ERROR|_TIMEOUT device|Completion-Wait loop timed out|Time-?out Error)/,
    ),
    (m) => ({ kind: 'hardware-error', text: m[0] }),
  ],
  [
    dev(
      '(?:CMDQ timeout|CMD_SYNC timeout|TLB sync timed out|GERROR' +
        '|(?:CMDQ|EVTQ|PRIQ).{0,40} error|device has entered Service Failure Mode!).*$',
    ),
    (m) => ({ kind: 'hardware-error', text: m[0] }),
  ],
  [
    inOrder(
      /^(?:.*AMD-Vi: Event logged \[)?/,
      /(?:ILLEGAL_DEV_TABLE_ENTRY|ILLEGAL_COMMAND_ERROR|INVALID_(?:DEVICE|PPR)_REQUEST)[ \]].*$/,
    ),
    (m) => ({ kind: 'iommu-trouble', text: m[0], cause: null }),
  ],
  [
    /\[Firmware Bug\]:?.*(?:DMAR|IVRS|AMD-Vi|IORT|RMRR|IOMMU|DRHD|SMMU).*/i,
    (m) => ({ kind: 'firmware-bug', text: m[0] }),
  ],
  [
    /^.*Firmware has requested this device have a 1:1 IOMMU mapping.*$/,
    (m) => ({ kind: 'firmware-bug', text: m[0] }),
  ],
  [/^ACPI: IORT: \[Firmware Bug\]:? ?(.*)$/, (m) => ({ kind: 'firmware-bug', text: m[0] })],
];

/** The driver that dev_printk() puts before a device; null for the bus of one without. */
function driverIn(prefix: string | undefined): string | null {
  return prefix === undefined || isBusName(prefix) ? null : prefix;
}

/** What the number of an event of an SMMUv3 is about: section 7.3 of IHI 0070. */
function smmuEvent(id: string): FaultKind {
  if (['02', '03', '04'].includes(id)) return 'stream';
  return ['10', '11', '12', '13'].includes(id) ? 'translation' : 'other';
}

/** The same by its name. */
function smmuEventNamed(name: string): FaultKind {
  if (/_STREAMID$|STE_FETCH|BAD_STE/.test(name)) return 'stream';
  return /TRANSLATION|ADDR_SIZE|F_ACCESS|PERMISSION/.test(name) ? 'translation' : 'other';
}

function fault(
  iommu: string | null,
  device: string | null,
  about: FaultKind,
  address: string | null,
  driver: string | null = null,
): Said {
  const plain = address?.replace(/^0x/, '') ?? null;
  return { kind: 'fault', iommu, device, driver, about, address: plain };
}

const links: readonly Rule[] = [
  [
    /^sysfs: cannot create duplicate filename '([^']+)'/,
    (m) => ({ kind: 'duplicate-link', path: m[1]! }),
  ],
];

const tables: readonly (readonly Rule[])[] = [groups, general, faults, probing, providers, links];

/** What the message @body says; null where it is not about what is looked for. */
export function recognise(body: string): Said | null {
  for (const table of tables) {
    for (const [pattern, make] of table) {
      const m = pattern.exec(body);
      const said = m === null ? null : make(m);
      if (said !== null) return said;
    }
  }
  return null;
}

const TROUBLE = anyOf(
  /\b(?:error|fail(?:ed|ure)?|timed? ?out|unable to|can't|cannot)\b/,
  /\b(?:not responding|reset|abort)/,
);

/** A driver that speaks of a device it is bound to, or is being bound to; null for all else. */
export function spokenBy(body: string): Said | null {
  const m = /^([\w.,+-]{2,40}) (\S{3,120}): (.+)$/.exec(body);
  if (m === null) return null;
  const [, driver = '', device = '', text = ''] = m;
  if (TROUBLE.test(text) && mayBeDevice(device)) return { kind: 'trouble', device, text };
  if (isBusName(driver) || !looksLikeDevice(device)) return null;
  return { kind: 'spoke', device, driver, text };
}

/** "nvme nvme0: pci function 0000:00:02.0": a driver names the device that it is bound to. */
export function namesItsDevice(body: string): Said | null {
  const m =
    /^(\w+) \S+: pci function ([0-9a-f:.]+)$/.exec(body) ??
    /^\[drm\] Initialized (\S+) \S+(?: \d{8})? for (\S+) on minor \d+$/.exec(body);
  if (m === null || !looksLikeDevice(m[2]!)) return null;
  return { kind: 'spoke', device: m[2]!, driver: m[1]!, text: body };
}
