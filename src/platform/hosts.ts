// SPDX-License-Identifier: GPL-2.0-only
// Hosts whose `iommu-map` speaks for devices that are not in the tree: PCI, fsl-mc, host1x.
import { cell, cells, type DeviceTree, type DtNode, strings } from '#firmware/dtb/tree';
import { isPciBus } from '#platform/address';
import type { IommuMap } from '#platform/references';
import type { BusName } from '#platform/types';

/** A device found by a scan, before its IOMMUs are looked at. */
interface Scanned {
  readonly name: string;
  readonly id: number;
}

/** Representatives made per host: usually, and at most where it has many IOMMUs. */
const endpointsUsual = 2;
const endpointsMax = 16;

/** The bus a host scans; undefined for a node that is no such host. */
export function scannedBus(node: DtNode): BusName | undefined {
  if (isPciBus(node)) return belowPci(node) ? undefined : 'pci';
  const compatible = strings(node, 'compatible');
  if (compatible.some((c) => c === 'fsl,qoriq-mc')) return 'fsl-mc';
  if (compatible.some((c) => /^nvidia,tegra[0-9]+-host1x$/.test(c))) return 'host1x-context';
  return undefined;
}

/** True where a node stands for a function on a PCI bus, or for a part of one. */
export function belowPci(node: DtNode): boolean {
  for (let at = node.parent; at; at = at.parent) if (isPciBus(at)) return true;
  return false;
}

/** Requester id of a PCI function's node: bus, device and function out of its `reg`. */
export function requesterIdOf(node: DtNode): number {
  return ((cell(node, 'reg') ?? 0) >>> 8) & 0xffff;
}

/** `0000:01:00.0` */
export function pciName(domain: number, requesterId: number): string {
  const two = (n: number): string => n.toString(16).padStart(2, '0');
  const slot = two((requesterId >> 3) & 0x1f);
  const dddd = domain.toString(16).padStart(4, '0');
  return `${dddd}:${two(requesterId >> 8)}:${slot}.${requesterId & 7}`;
}

/**
 * PCI domain of each host: `linux,pci-domain`, else the smallest that is free, in tree order.
 * ABSTRACTED: without the property the kernel numbers in the order hosts bind; a board's class
 * does not depend on the number.
 */
export function pciDomains(tree: DeviceTree, hosts: readonly DtNode[]): Map<DtNode, number> {
  const domains = new Map<DtNode, number>();
  const taken = new Set<number>();
  for (const node of tree.nodes) {
    const fixed = cells(node, 'linux,pci-domain')?.[0];
    if (fixed === undefined) continue;
    taken.add(fixed);
    domains.set(node, fixed);
  }
  let next = 0;
  for (const host of hosts) {
    if (domains.has(host)) continue;
    while (taken.has(next)) next += 1;
    taken.add(next);
    domains.set(host, next);
  }
  return domains;
}

/**
 * True where the boot loader is to fill in the map: an entry of length 0 maps nothing, and U-Boot
 * puts stream ids of its own in the place of the one id that PCI hosts of Layerscape map.
 */
export function isUnfilled(node: DtNode, { entries }: IommuMap): boolean {
  if (entries.some((e) => e.length === 0)) return true;
  const layerscape = strings(node, 'compatible').some((c) => /^fsl,l[sx][0-9].*pcie$/.test(c));
  const [first] = entries;
  return layerscape && entries.length === 1 && first?.length === 1 && first.out[0] === 0;
}

/**
 * Devices that stand for all behind a host, by their ids. On PCI: a root port 00:00.0 and a
 * function 01:00.0 where the map covers them; the first id of each IOMMU that is left; else the
 * first ids that it does cover, up to two. None where there is no map.
 */
export function representatives(
  bus: BusName,
  domain: number,
  map: IommuMap,
  taken: ReadonlySet<number>,
): Scanned[] {
  const usual = bus === 'pci' ? [0, 0x100] : bus === 'host1x-context' ? [0, 1] : [];
  const chosen = new Map<number, DtNode | null>();
  const take = (id: number): void => {
    if (chosen.size >= endpointsMax || chosen.has(id)) return;
    if (bus === 'pci' && (id > 0xffff || taken.has(id))) return;
    if (bus === 'host1x-context' && id >= map.entries.length) return;
    const mapped = map.map(id);
    if (mapped.kind === 'bypass') return;
    chosen.set(id, mapped.kind === 'iommu' ? mapped.specifier.provider : null);
  };
  if (!map.hasMap) return [];
  for (const id of usual) take(id);
  for (const { base, provider } of map.entries) {
    if (![...chosen.values()].includes(provider)) take(base);
  }
  for (const { base } of map.entries) if (chosen.size < endpointsUsual) take(base);
  const ids = [...chosen.keys()].sort((a, b) => a - b);
  return ids.map((id, i) => ({ name: scannedName(bus, domain, id, i), id }));
}

function scannedName(bus: BusName, domain: number, id: number, position: number): string {
  switch (bus) {
    case 'pci':
      return pciName(domain, id);
    case 'host1x-context':
      return `host1x-ctx.${id}`;
    default:
      return `dprc.${position + 1}`;
  }
}
