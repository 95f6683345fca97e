// SPDX-License-Identifier: GPL-2.0-only
// What is no race and looks like one: missing suppliers and drivers, timeouts, faults with another
// cause, and the warning of a time in which it was false.

import {
  type ComplaintCause,
  isIommuName,
  type LogEvent,
  type LogStory,
  mayBeDevice,
  type Release,
} from '#log/index';
import { eventsOf } from '#log/story';
import type { Clue, LookAlike } from './clues.ts';
import { complaintsOf } from './complaints.ts';
import { streams, translations } from './faults.ts';

/** Devices that wait for one supplier before it is more than a trouble of one of them. */
const WAITERS_MIN = 2;
/** PCI functions in one group before it is more than bridges without isolation. */
const ONE_GROUP_MIN = 4;

/** The look-alikes in @story, the most telling first. */
export function lookAlikes(story: LogStory, clues: readonly Clue[]): LookAlike[] {
  return [
    ...falseWarnings(story, clues),
    ...timeouts(story),
    ...suppliers(story),
    ...hardware(story),
    ...firmware(story),
    ...streams(story),
    ...oneGroup(story),
    ...crashesOfDrivers(story, clues),
    ...translations(story, clues),
    ...complaints(story),
  ];
}

/** In March 2025 linux-next warned of each device with a driver, before any probe of it. */
function falseWarnings({ release, devices, named }: LogStory, clues: readonly Clue[]): LookAlike[] {
  if (release === null || named === null) return [];
  const { major, minor, next } = release;
  const isThen =
    next !== null && next >= '20250311' && next <= '20250325' && major === 6 && minor <= 14;
  const lates = clues.filter((c) => c.kind === 'late');
  const without = lates.filter(
    (c) => !(devices.get(c.device ?? '')?.groupings ?? []).some((g) => g.line > c.line),
  );
  const isAlike = !isThen && release.isOwn && major === 6 && minor === 14;
  if (isAlike) return madeByKernel(release, named.line, without);
  if (!isThen || without.length === 0) return [];
  const lines = [named.line, ...without.map((c) => c.line)];
  return [
    {
      cause: 'false-warning',
      fits: 'certain',
      because:
        `${release.text} warns of devices with a driver before it knows whether an IOMMU ` +
        'stands before them; no group follows',
      lines,
      todo: 'take 73d2f10957f5 ("iommu: Don\'t warn prematurely about dodgy probes")',
      explains: without.map((c) => c.line),
    },
  ];
}

/** The same in the trees that linux-next was made of: of devices that no firmware describes. */
function madeByKernel({ text }: Release, line: number, lates: readonly Clue[]): LookAlike[] {
  const made = lates.filter(({ device }) => device !== null && !mayBeDevice(device));
  const [first] = made;
  if (first === undefined) return [];
  return [
    {
      cause: 'false-warning',
      fits: 'fits',
      because:
        `${first.device} is a device that the kernel has made for itself, no firmware puts it ` +
        `behind an IOMMU; ${text} may have bcb81ac6ae3c without what follows`,
      lines: [line, ...made.map((c) => c.line)],
      todo: 'take 73d2f10957f5 ("iommu: Don\'t warn prematurely about dodgy probes")',
      explains: made.map((c) => c.line),
    },
  ];
}

/** A client did not wait for what it depends on any longer. */
function timeouts(story: LogStory): LookAlike[] {
  const out = eventsOf(story.log, 'timed-out');
  const [first] = out;
  if (first === undefined) return [];
  const came = story.registrations.find((r) => r.line > first.line);
  const earlier = story.registrations.find((r) => r.line < first.line);
  const lines = out.map((e) => e.line);
  const who = out.length === 1 ? first.device : `${first.device} and ${out.length - 1} more`;
  if (first.why === 'no modules') {
    return [
      {
        ...{ cause: 'driver-missing', fits: 'certain', lines, explains: lines },
        because: `${who} found no driver for what it depends on, and this kernel loads no modules`,
        todo: 'build the driver of the IOMMU in',
      },
    ];
  }
  if (
    came === undefined &&
    earlier === undefined &&
    story.isWhole &&
    story.groupings.length === 0
  ) {
    return [
      {
        ...{ cause: 'driver-missing', fits: 'fits', lines, explains: lines },
        because: `${who} waited for an IOMMU of which no driver comes in the whole log`,
        todo: 'build the driver of the IOMMU in, or put its module into the initramfs',
      },
    ];
  }
  const then = came === undefined ? '' : `; ${came.name} registers later (line ${came.line})`;
  return [
    {
      ...{ cause: 'timeout', fits: 'certain', explains: lines },
      because: `${who} waited for what it depends on until the deferral timeout expired${then}`,
      lines: came === undefined ? lines : [...lines, came.line],
      todo:
        'build in the driver of what it waits for, or put it into the initramfs; or boot with ' +
        'deferred_probe_timeout=-1',
    },
  ];
}

/** Devices that still wait when the timeout has expired. */
function suppliers(story: LogStory): LookAlike[] {
  const pending = eventsOf(story.log, 'pending');
  const bySupplier = new Map<string, LogEvent<'pending'>[]>();
  for (const e of pending) {
    if (e.supplier === null) continue;
    bySupplier.set(e.supplier, [...(bySupplier.get(e.supplier) ?? []), e]);
  }
  const found: LookAlike[] = [];
  for (const [supplier, list] of [...bySupplier].sort((a, b) => b[1].length - a[1].length)) {
    const lines = list.map((e) => e.line);
    const isIommu = isIommuName(supplier);
    const waits = list.some((e) => isIommuName(e.device));
    if (list.length < WAITERS_MIN && !isIommu && !waits) continue;
    const registered = story.registrations.some((r) => supplier.includes(r.name));
    const isMissing = isIommu && !registered && story.isWhole && !isPending(supplier, pending);
    found.push({
      cause: isMissing ? 'driver-missing' : 'supplier-missing',
      fits: 'certain',
      because: waitText(list, supplier) + (isMissing ? ', an IOMMU of which no driver comes' : ''),
      lines,
      todo: isMissing
        ? 'build the driver of the IOMMU in, or put its module into the initramfs'
        : `find out why ${supplier} does not come: its driver, or what it waits for itself`,
      explains: lines,
    });
  }
  return found;
}

function waitText(list: readonly LogEvent<'pending'>[], supplier: string): string {
  const [first] = list;
  if (list.length === 1) return `${first!.device} still waits for ${supplier}`;
  return `${list.length} devices still wait for ${supplier}`;
}

/** True where @supplier waits for something itself. */
function isPending(supplier: string, pending: readonly LogEvent<'pending'>[]): boolean {
  const address = /@([0-9a-f]+)$/.exec(supplier)?.[1];
  return pending.some(
    (e) => e.device === supplier || (address !== undefined && e.device.startsWith(`${address}.`)),
  );
}

/** The IOMMU has asked a device to drop what it has cached (ATS), and waits for the answer. */
const UNANSWERED = /IOTLB_INV_TIMEOUT|Invalidation Time-?out|CERROR_ATC_INV|ATC invalidat/i;

function hardware({ log }: LogStory): LookAlike[] {
  const errors = eventsOf(log, 'hardware-error');
  if (errors.length === 0) return [];
  return [
    {
      ...{ cause: 'hardware', fits: 'fits', lines: errors.map((e) => e.line), explains: [] },
      because: `an IOMMU itself is in trouble: ${errors[0]!.text}`,
      todo: errors.some(({ text }) => UNANSWERED.test(text))
        ? 'a device does not answer when its cached translations are called back: pci=noats ' +
          'tells whether it is that; else look for errata of the IOMMU'
        : TODO.hardware,
    },
  ];
}

function firmware({ log }: LogStory): LookAlike[] {
  const bugs = eventsOf(log, 'firmware-bug');
  if (bugs.length === 0) return [];
  return [
    {
      ...{ cause: 'firmware', fits: 'fits', lines: bugs.map((e) => e.line), explains: [] },
      because: `the kernel finds the firmware wrong: ${bugs[0]!.text}`,
      todo: 'look for newer firmware; the tables of an IOMMU are its',
    },
  ];
}

/** A mask that leaves one requester id for all functions. */
function oneGroup(story: LogStory): LookAlike[] {
  const pci = [...story.devices.values()].filter(
    (d) => /^[0-9a-f]{4}:/.test(d.name) && d.groupings.length > 0,
  );
  const slots = new Set(pci.map((d) => d.name.slice(0, -2)));
  const roots = new Set(pci.filter((d) => /:00:/.test(d.name)).map((d) => d.name.slice(0, -2)));
  const ids = new Set(pci.map((d) => d.groupings[d.groupings.length - 1]!.group));
  if (story.firmware !== 'dt' || ids.size !== 1) return [];
  if (pci.length < ONE_GROUP_MIN || slots.size < ONE_GROUP_MIN || roots.size < 2) return [];
  return [
    {
      ...{ cause: 'stream-id-map', fits: 'fits', explains: [] },
      because:
        `all ${pci.length} PCI functions are in group ${[...ids][0]}, as under a mask that ` +
        'leaves one id for all',
      lines: pci.map((d) => d.groupings[0]!.line).slice(0, 8),
      todo: 'look at iommu-map-mask of the host bridge',
    },
  ];
}

const OF_IOMMU_DRIVERS = new RegExp(
  `^(?:${[
    ...['arm_smmu', 'rk_iommu', 'mtk_iommu', 'viommu', 'ipmmu', 'apple_dart', 'exynos_sysmmu'],
    ...['exynos_iommu', 'sysmmu', 'omap_iommu', 'qcom_iommu', 'qcom_smmu', 'intel_iommu', 'dmar_'],
    ...['amd_iommu', 'tegra_smmu', 'sun50i_iommu', 'sprd_iommu', 'msm_iommu', 'riscv_iommu'],
  ].join('|')})`,
);
const OF_CORE = /^(?:iommu_|__iommu_|of_iommu|acpi_iommu|bus_iommu|dev_iommu|probe_iommu)/;

/** An oops or a warning in the driver of an IOMMU, or on the way through the core from one. */
function crashesOfDrivers(_story: LogStory, clues: readonly Clue[]): LookAlike[] {
  const own = clues.filter(({ kind, trace, file }) => {
    if (kind !== 'crash' && kind !== 'warning') return false;
    if (file?.includes('drivers/iommu/')) return true;
    const frames = [trace?.pc ?? '', ...(trace?.frames ?? [])].slice(0, 12);
    return frames.some((f) => OF_IOMMU_DRIVERS.test(f) || OF_CORE.test(f));
  });
  const crash = own.find((c) => c.kind === 'crash') ?? own[0];
  if (crash === undefined) return [];
  const frames = [crash.trace?.pc ?? '', ...(crash.trace?.frames ?? [])];
  const culprit = frames.find((f) => OF_IOMMU_DRIVERS.test(f)) ?? crash.trace?.pc ?? '';
  if (/external abort|SError/i.test(crash.text ?? '')) {
    return [
      {
        ...{ cause: 'hardware', fits: 'fits', lines: [crash.line], explains: [crash.line] },
        because: `an access to the IOMMU is aborted in ${culprit}()`,
        todo: 'look at its clocks, its power domain and its reset',
      },
    ];
  }
  return [
    {
      ...{ cause: 'driver-bug', fits: 'fits', lines: [crash.line], explains: [crash.line] },
      because:
        crash.says + (crash.says.endsWith(` ${culprit}()`) ? '' : `, by way of ${culprit}()`),
      todo: `report it to the maintainers of the driver that has ${culprit}()`,
    },
  ];
}

const TODO: Readonly<Record<ComplaintCause, string>> = {
  firmware: 'look for newer firmware, or compare what it says of the IOMMU with the hardware',
  'stream-id-map': 'compare iommus, iommu-map and its mask with the ids that the hardware has',
  'supplier-missing': 'find out why what the IOMMU needs does not come: its clocks, its power',
  hardware: 'look for errata of the IOMMU, its clocks and its power domain',
  'driver-bug': 'report it to the maintainers of the driver that says so',
};

/** What IOMMUs complain of, where their words tell what is behind it: one for each cause. */
function complaints(story: LogStory): LookAlike[] {
  const all = complaintsOf(story);
  const causes = [...new Set(all.map((c) => c.cause))];
  return causes.flatMap((cause): LookAlike[] => {
    const mine = all.filter((c) => c.cause === cause);
    const [first] = mine;
    if (first === undefined || cause === 'unknown') return [];
    const lines = mine.map((c) => c.line).sort((a, b) => a - b);
    return [
      {
        ...{ cause, fits: 'fits', lines, explains: lines, todo: TODO[cause] },
        because: first.says,
      },
    ];
  });
}
