// SPDX-License-Identifier: GPL-2.0-only
// Which devices end up in one group, by the rule of their IOMMU's driver family.
import { type GroupRule, groupRuleOf } from '#platform/iommu-driver';
import type { Iommu, PlatformDevice } from '#platform/types';

interface Stream {
  readonly id: number;
  readonly mask: number;
  readonly owner: string;
}

/** The function whose group a PCI function joins, of those that have a group already. */
type PciMate = (device: string, grouped: (name: string) => boolean) => string | undefined;

/**
 * The group of each device behind an IOMMU: device name to the name of the group's first device
 * in order of creation. @streamMasks gives `stream-match-mask` per IOMMU where it has one; @pciMate
 * is known where the topology of PCI is.
 */
export function groupKeys(
  devices: readonly PlatformDevice[],
  iommus: ReadonlyMap<string, Iommu>,
  streamMasks: ReadonlyMap<string, number>,
  pciMate?: PciMate,
): Map<string, string> {
  const keys = new Map<string, string>();
  const owners = new Map<string, string>();
  const streams = new Map<string, Stream[]>();
  for (const device of devices) {
    const use = device.iommus[0];
    const driver = use && iommus.get(use.iommu)?.driver;
    if (!use || !driver) continue;
    const rule = groupRuleOf(driver);
    const own =
      rule === 'stream-match'
        ? matchStreams(device, streams, streamMasks, keys)
        : claim(owners, ownerKey(rule, device, use.iommu, use.ids), device.name);
    const onPci = device.bus === 'pci' && rule !== 'instance' && pciMate !== undefined;
    const mate = onPci ? pciMate(device.name, (name) => keys.has(name)) : undefined;
    // Where an id decides first, as in arm_smmu_device_group(), PCI is asked only then.
    const byId = rule === 'stream-match' && own !== device.name;
    keys.set(device.name, byId || !onPci ? own : (keys.get(mate ?? '') ?? device.name));
  }
  return keys;
}

function ownerKey(
  rule: GroupRule,
  device: PlatformDevice,
  iommu: string,
  ids: readonly number[],
): string {
  if (rule === 'instance') return iommu;
  if (rule === 'id') return `${iommu} ${ids[0] ?? ''}`;
  return `${iommu} ${device.name}`;
}

function claim(owners: Map<string, string>, key: string, name: string): string {
  const owner = owners.get(key) ?? name;
  owners.set(key, owner);
  return owner;
}

/**
 * An entry that an earlier device's entry wholly covers shares that device's group; others get an
 * entry of their own. As arm_smmu_find_sme() and arm_smmu_device_group() of v7.2.
 */
function matchStreams(
  device: PlatformDevice,
  streams: Map<string, Stream[]>,
  streamMasks: ReadonlyMap<string, number>,
  keys: ReadonlyMap<string, string>,
): string {
  let group: string | undefined;
  const added: [string, Stream][] = [];
  for (const use of device.iommus) {
    const id = use.ids[0] ?? 0;
    const mask = use.ids[1] ?? streamMasks.get(use.iommu) ?? 0;
    const cover = streams
      .get(use.iommu)
      ?.find((s) => (mask & s.mask) === mask && ((id ^ s.id) & ~s.mask) === 0);
    if (cover) group ??= keys.get(cover.owner);
    else added.push([use.iommu, { id, mask, owner: device.name }]);
  }
  for (const [iommu, stream] of added) {
    const list = streams.get(iommu);
    if (list) list.push(stream);
    else streams.set(iommu, [stream]);
  }
  return group ?? device.name;
}
