// SPDX-License-Identifier: GPL-2.0-only
// From a device tree to a Platform: every device, its bus, its creator and the IOMMUs it is behind.
import type { UserError } from '#base/errors';
import { andThen, ok, type Result } from '#base/result';
import { readDeviceTree } from '#firmware/dtb/read';
import {
  baseName,
  cell,
  type DeviceTree,
  type DtNode,
  has,
  isAvailable,
  isReachable,
  pathOf,
  strings,
  text,
} from '#firmware/dtb/tree';
import { deviceName } from '#platform/address';
import { checkCircles } from '#platform/circles';
import { hasDmaRanges, hasIommuAddresses, isDmaCoherent } from '#platform/dma';
import { groupKeys } from '#platform/groups';
import {
  belowPci,
  isUnfilled,
  pciDomains,
  pciName,
  representatives,
  requesterIdOf,
  scannedBus,
} from '#platform/hosts';
import { iommuDriverOf } from '#platform/iommu-driver';
import { legacyBindings } from '#platform/legacy';
import { checkRangeSteps, limitReached, platformLimits } from '#platform/limits';
import { busOf, populateAtBoot } from '#platform/populate';
import { type PhandleArgs, readIommuMap, readIommus } from '#platform/references';
import { neverRegisters, refusal } from '#platform/refused';
import { sharedIds } from '#platform/shared-ids';
import type {
  BusName,
  Creator,
  Iommu,
  IommuProblem,
  IommuUse,
  MapHost,
  Platform,
  PlatformDevice,
} from '#platform/types';

/** Read a blob and understand the board. Errors: RW010-RW020 (blob), RW030-RW033 (board). */
export function readPlatform(bytes: Uint8Array): Result<Platform, UserError> {
  return andThen(readDeviceTree(bytes), platformFromTree);
}

/** What is known while a platform is put together. */
interface Builder {
  readonly tree: DeviceTree;
  readonly devices: PlatformDevice[];
  readonly byName: Set<string>;
  readonly deviceOf: Map<DtNode, string>;
  readonly iommuNames: Map<DtNode, string>;
  readonly hosts: MapHost[];
  readonly notes: string[];
  uses: number;
}

/** Understand the board that a tree describes. Errors have the codes RW030-RW033. */
export function platformFromTree(tree: DeviceTree): Result<Platform, UserError> {
  const affordable = checkRangeSteps(tree);
  if (!affordable.ok) return affordable;
  const circles = checkCircles(tree);
  if (!circles.ok) return circles;
  const hostNodes = tree.nodes.filter((n) => scannedBus(n) !== undefined && isReachable(n));
  const domains = pciDomains(tree, hostNodes);
  const builder: Builder = {
    tree,
    devices: [],
    byName: new Set(),
    deviceOf: new Map(),
    iommuNames: nameIommus(tree, domains),
    hosts: [],
    notes: [],
    uses: 0,
  };
  const steps = [addPopulated, addDriverMade, addFunctionsInTree(domains), addHosts(domains)];
  for (const step of steps) {
    const done = step(builder);
    if (!done.ok) return done;
  }
  return ok(finish(builder));
}

function nameIommus(tree: DeviceTree, domains: ReadonlyMap<DtNode, number>): Map<DtNode, string> {
  const names = new Map<DtNode, string>();
  for (const node of tree.nodes) {
    if (has(node, '#iommu-cells')) names.set(node, nameOf(node, domains));
  }
  return names;
}

/** Name of a node's device: a PCI function by its requester id, all others by address or path. */
function nameOf(node: DtNode, domains: ReadonlyMap<DtNode, number>): string {
  for (let at = node.parent; at; at = at.parent) {
    if (scannedBus(at) === 'pci') return pciName(domains.get(at) ?? 0, requesterIdOf(node));
  }
  // A node without compatible is made by name: "wifi-firmware", "video-firmware".
  return has(node, 'compatible') ? deviceName(node) : baseName(node);
}

type Step = (builder: Builder) => Result<null, UserError>;

const addPopulated: Step = (builder) => {
  for (const { node, bus } of populateAtBoot(builder.tree)) {
    const done = addNode(builder, node, bus, 'populate', deviceName(node));
    if (!done.ok) return done;
  }
  return ok(null);
};

/** Nodes that matter here and which boot leaves alone: the driver of a parent creates them. */
const addDriverMade: Step = (builder) => {
  for (const node of builder.tree.nodes) {
    const host = has(node, 'iommu-map') && scannedBus(node) !== undefined;
    if (!host && !has(node, 'iommus') && !has(node, '#iommu-cells')) continue;
    if (builder.deviceOf.has(node) || belowPci(node) || !isReachable(node)) continue;
    const name = nameOf(node, new Map());
    const done = addNode(builder, node, busOf(node), 'parent-driver', name);
    if (!done.ok) return done;
  }
  return ok(null);
};

/** IOMMUs which are functions on a PCI bus, as virtio-iommu may be. */
function addFunctionsInTree(domains: ReadonlyMap<DtNode, number>): Step {
  return (builder) => {
    for (const node of builder.tree.nodes) {
      if (!has(node, 'iommus') && !has(node, '#iommu-cells')) continue;
      if (!belowPci(node) || !isReachable(node)) continue;
      if (has(node, 'iommus')) {
        builder.notes.push(`${pathOf(node)}: iommus of a PCI function; the kernel ignores it`);
      }
      if (!has(node, '#iommu-cells')) continue;
      const done = addNode(builder, node, 'pci', 'bus-scan', nameOf(node, domains));
      if (!done.ok) return done;
    }
    return ok(null);
  };
}

function addHosts(domains: ReadonlyMap<DtNode, number>): Step {
  return (builder) => {
    for (const node of builder.tree.nodes) {
      const name = builder.deviceOf.get(node);
      const bus = name === undefined ? undefined : scannedBus(node);
      if (bus === undefined || name === undefined) {
        noteForeignMap(builder, node);
        continue;
      }
      const done = addHost(builder, node, name, bus, domains.get(node) ?? 0);
      if (!done.ok) return done;
    }
    return ok(null);
  };
}

function noteForeignMap(builder: Builder, node: DtNode): void {
  if (!has(node, 'iommu-map') || belowPci(node) || !isReachable(node)) return;
  builder.notes.push(`${pathOf(node)}: iommu-map is read by the node's own driver; left out`);
}

function addHost(
  builder: Builder,
  node: DtNode,
  name: string,
  bus: BusName,
  domain: number,
): Result<null, UserError> {
  const map = readIommuMap(builder.tree, node);
  if (!map.ok) return map;
  const taken = new Set<number>();
  for (const other of builder.iommuNames.keys()) {
    if (isWithin(other, node)) taken.add(requesterIdOf(other));
  }
  const unfilled = isUnfilled(node, map.value);
  if (unfilled) {
    builder.notes.push(
      `${pathOf(node)}: the boot loader fills in iommu-map; who is behind an IOMMU is not known`,
    );
  }
  const endpoints: string[] = [];
  const placeholder = unfilled && map.value.entries.length === 1;
  const found = placeholder ? [] : representatives(bus, domain, map.value, taken);
  for (const { name: endpoint, id } of found) {
    const mapped = map.value.map(id);
    const resolved =
      mapped.kind === 'iommu'
        ? resolve(builder, { name: endpoint, bus }, [mapped.specifier])
        : { iommus: [], problem: mapped.kind === 'error' ? mapped.problem : null };
    const done = push(builder, {
      name: endpoint,
      path: pathOf(node),
      bus,
      createdBy: 'bus-scan',
      parent: name,
      compatible: [],
      ...resolved,
      refersToIommu: true,
      groupKey: null,
      dmaRanges: hasDmaRanges(builder.tree, node, true),
      dmaCoherent: isDmaCoherent(builder.tree, node),
      iommuAddresses: false,
      requesterId: id,
    });
    if (!done.ok) return done;
    endpoints.push(endpoint);
  }
  const { hasMap, mask } = map.value;
  builder.hosts.push({ name, path: pathOf(node), bus, hasMap, unfilled, mask, endpoints });
  return ok(null);
}

function isWithin(node: DtNode, above: DtNode): boolean {
  for (let at = node.parent; at; at = at.parent) if (at === above) return true;
  return false;
}

function addNode(
  builder: Builder,
  node: DtNode,
  bus: BusName,
  createdBy: Creator,
  name: string,
): Result<null, UserError> {
  const pci = bus === 'pci';
  const specifiers = pci ? ok([]) : readIommus(builder.tree, node);
  if (!specifiers.ok) return specifiers;
  builder.uses += specifiers.value.length;
  if (builder.uses > platformLimits.usesMax) return limitReached('usesMax', 'IOMMU specifiers');
  const done = push(builder, {
    name,
    path: pathOf(node),
    bus,
    createdBy,
    parent: createdBy === 'populate' ? null : creatorOf(builder, node),
    compatible: strings(node, 'compatible'),
    ...resolve(builder, { name, bus }, specifiers.value),
    refersToIommu: specifiers.value.length > 0,
    groupKey: null,
    dmaRanges: hasDmaRanges(builder.tree, node, false),
    dmaCoherent: isDmaCoherent(builder.tree, node),
    iommuAddresses: hasIommuAddresses(builder.tree, node),
    requesterId: pci ? requesterIdOf(node) : null,
  });
  if (!done.ok) return done;
  builder.deviceOf.set(node, name);
  return ok(null);
}

function push(builder: Builder, device: PlatformDevice): Result<null, UserError> {
  if (builder.byName.has(device.name)) {
    builder.notes.push(`${device.path}: a device ${device.name} exists already; left out`);
    return ok(null);
  }
  if (builder.devices.length >= platformLimits.devicesMax) {
    return limitReached('devicesMax', 'devices');
  }
  builder.byName.add(device.name);
  builder.devices.push(device);
  return ok(null);
}

/** The device whose driver makes @node's: of the nearest node above that has one. */
function creatorOf(builder: Builder, node: DtNode): string | null {
  for (let at = node.parent; at; at = at.parent) {
    const name = builder.deviceOf.get(at);
    if (name !== undefined) return name;
    if (at.parent && has(at, 'compatible')) return deviceName(at);
  }
  return null;
}

/**
 * of_iommu_xlate() over all specifiers: the first error ends it, and the device runs without.
 */
function resolve(
  builder: Builder,
  device: Pick<PlatformDevice, 'name' | 'bus'>,
  specifiers: readonly PhandleArgs[],
): { iommus: IommuUse[]; problem: IommuProblem | null } {
  const iommus: IommuUse[] = [];
  const [first] = specifiers;
  for (const { provider, ids } of specifiers) {
    const name = builder.iommuNames.get(provider) ?? deviceName(provider);
    const problem = problemOf(builder, device, { provider, ids }, first?.provider ?? provider);
    if (problem !== null) return { iommus: [], problem };
    iommus.push({ iommu: name, ids });
  }
  return { iommus, problem: null };
}

/** What of_iommu_xlate() returns for one specifier; @first: that of the device's first one. */
function problemOf(
  builder: Builder,
  device: Pick<PlatformDevice, 'name' | 'bus'>,
  { provider, ids }: PhandleArgs,
  first: DtNode,
): IommuProblem | null {
  const name = builder.iommuNames.get(provider) ?? deviceName(provider);
  if (!isAvailable(provider)) return { errno: 'ENODEV', because: `${name} is disabled` };
  if (!isReachable(provider)) {
    const because = `${name} is below a disabled node and never registers`;
    return { errno: 'EPROBE_DEFER', because };
  }
  const never = neverRegisters(builder.tree, provider);
  if (never !== null) {
    return { errno: 'EPROBE_DEFER', because: `${name} never registers: ${never}` };
  }
  const driver = iommuDriverOf(strings(provider, 'compatible'));
  const driverOfFirst = iommuDriverOf(strings(first, 'compatible'));
  if (driver !== driverOfFirst || (driver === 'qcom-iommu' && provider !== first)) {
    const because = `${name} is another IOMMU than its first, which ${driverOfFirst} cannot have`;
    return { errno: 'EINVAL', because };
  }
  return refusal(builder.tree, { ...device, provider, driver, ids });
}

function finish(builder: Builder): Platform {
  const { tree } = builder;
  const clients = new Map<string, string[]>();
  for (const device of builder.devices) {
    for (const name of new Set(device.iommus.map((use) => use.iommu))) {
      const list = clients.get(name);
      if (list) list.push(device.name);
      else clients.set(name, [device.name]);
    }
  }
  const streamMasks = new Map<string, number>();
  const iommus = [...builder.iommuNames].map(([node, name]): Iommu => {
    const mask = cell(node, 'stream-match-mask');
    if (mask !== undefined) streamMasks.set(name, mask);
    const compatible = strings(node, 'compatible');
    const never = neverRegisters(tree, node);
    return {
      name,
      path: pathOf(node),
      driver: iommuDriverOf(compatible),
      compatible,
      cells: cell(node, '#iommu-cells') ?? 0,
      available: isAvailable(node),
      reachable: isReachable(node),
      registers: isAvailable(node) && isReachable(node) && never === null,
      because: isReachable(node) ? never : null,
      clients: clients.get(name) ?? [],
    };
  });
  const groups = groupKeys(builder.devices, new Map(iommus.map((i) => [i.name, i])), streamMasks);
  const lost = (property: string): number =>
    tree.nodes.filter((n) => has(n, property) && !isReachable(n)).length;
  return {
    format: 'racewindow/platform@1',
    firmware: 'dt',
    model: text(tree.root, 'model') ?? '',
    compatible: strings(tree.root, 'compatible'),
    devices: inScanOrder(builder.devices).map((d) => ({
      ...d,
      groupKey: groups.get(d.name) ?? null,
    })),
    iommus,
    hosts: builder.hosts,
    unavailable: {
      iommus: lost('#iommu-cells'),
      clients: lost('iommus'),
      maps: lost('iommu-map'),
    },
    nodeCount: tree.nodes.length,
    notes: [...builder.notes, ...legacyBindings(tree), ...sharedIds(builder.devices, iommus)],
  };
}

/** PCI functions last, by domain, bus, device and function: the order in which a scan adds them. */
function inScanOrder(devices: readonly PlatformDevice[]): PlatformDevice[] {
  const functions = devices.filter((d) => d.bus === 'pci');
  functions.sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...devices.filter((d) => d.bus !== 'pci'), ...functions];
}
