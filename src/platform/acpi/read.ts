// SPDX-License-Identifier: GPL-2.0-only
// From ACPI tables to a Platform: the same devices, IOMMUs and groups that a device tree gives.
//
// The order is that of the kernel. SMMUs of an IORT are made before the namespace is looked at,
// then come its devices, then PCI functions as the scan finds them, bus by bus. A device asks IORT,
// RIMT and VIOT in this order; the units of DMAR and IVRS have their own books.
import type { AcpiTables } from '#firmware/acpi/tables';
import type { AcpiSurroundings } from '#firmware/firmware';
import { complete, type KnownFunction, type PciFunctions } from '#firmware/pci/functions';
import { dmarRouter, type PciMachine } from '#platform/acpi/dmar';
import { iortRouter } from '#platform/acpi/iort';
import { ivrsAliases, ivrsRouter } from '#platform/acpi/ivrs';
import { rimtRouter } from '#platform/acpi/rimt';
import type { Instance, NamedDevice, Representative, Route, Router } from '#platform/acpi/router';
import { Topology } from '#platform/acpi/topology';
import { viotRouter } from '#platform/acpi/viot';
import { groupKeys } from '#platform/groups';
import { pciName } from '#platform/hosts';
import { platformLimits } from '#platform/limits';
import { sharedIds } from '#platform/shared-ids';
import type { Iommu, MapHost, Platform, PlatformDevice } from '#platform/types';

/** The platform that tables describe. There is always one; what was odd stands in its notes. */
export function platformFromAcpi(tables: AcpiTables, around: AcpiSurroundings): Platform {
  const machine = machineOf(tables, around.functions);
  const isThere = (name: string): boolean =>
    !machine.complete || machine.functions.some((f) => f.name === name);
  const routers = routersOf(tables, machine, isThere);
  const instances = routers.flatMap((r) => r.instances);
  const namer = new Namer(around.names);
  const devices: PlatformDevice[] = [
    ...instances.filter((i) => i.pci === null).map(instanceDevice),
    ...routers.flatMap((r) => r.named).map((device) => namedDevice(device, namer)),
    ...functionsOf(machine, instances).map((f) => pciDevice(f, machine, routers)),
  ];
  const unique = withoutRepeats(devices).slice(0, platformLimits.devicesMax);
  const iommus = instances.map((instance) => iommuOf(instance, unique));
  const byName = new Map(machine.functions.map((f) => [f.name, f]));
  const keys = groupKeys(
    unique,
    new Map(iommus.map((i) => [i.name, i])),
    new Map(),
    (name, has) => {
      const f = byName.get(name);
      return f && machine.topology.groupMate(f, has)?.name;
    },
  );
  const grouped = unique.map((d) => ({ ...d, groupKey: keys.get(d.name) ?? null }));
  return {
    format: 'racewindow/platform@1',
    firmware: 'acpi',
    model: tables.oem === '' ? '' : `ACPI tables of ${tables.oem}`,
    compatible: [],
    devices: grouped,
    iommus,
    hosts: hostsOf(grouped, machine),
    unavailable: { iommus: 0, clients: 0, maps: 0 },
    nodeCount: tables.signatures.length,
    notes: [
      ...tables.remarks.map(({ code, message }) => `${code}: ${message}`),
      ...routers.flatMap((r) => r.notes),
      ...boundsOf(tables, around, machine, namer),
      ...sharedIds(grouped, iommus),
    ],
  };
}

interface Known extends PciMachine {
  readonly assumed: readonly string[];
}

/** The functions that were told; else those that stand for what the tables speak of. */
function machineOf(tables: AcpiTables, told: PciFunctions | null): Known {
  if (told !== null) {
    const { list, assumed } = complete(told);
    return { functions: list, assumed, topology: topologyOf(tables, list), complete: true };
  }
  const nothing: PciMachine = { functions: [], topology: topologyOf(tables, []), complete: false };
  const found = routersOf(tables, nothing, () => true).flatMap((r) => r.representatives());
  const { list } = complete({
    list: withoutRepeats(found.filter((f) => isInMcfg(tables, f)).map(standIn)),
    conventional: [],
    source: 'the table',
  });
  return { functions: list, assumed: [], topology: topologyOf(tables, list), complete: false };
}

function topologyOf({ ivrs }: AcpiTables, functions: readonly KnownFunction[]): Topology {
  return new Topology(functions, ivrs ? ivrsAliases(ivrs, functions) : new Map());
}

/** False for a bus that the MCFG of the machine does not have. */
function isInMcfg({ mcfg }: AcpiTables, { segment, rid }: Representative): boolean {
  const bus = rid >> 8;
  const ranges = mcfg.filter((m) => m.segment === segment);
  return ranges.length === 0 || ranges.some((m) => m.firstBus <= bus && bus <= m.lastBus);
}

function standIn({ segment, rid }: Representative): PciFunctions['list'][number] {
  const name = pciName(segment, rid);
  return { name, segment, rid, class: null, buses: null, type: null, acs: null, physical: null };
}

function routersOf(
  tables: AcpiTables,
  machine: PciMachine,
  isThere: (name: string) => boolean,
): Router[] {
  const { iort, rimt, viot, dmar, ivrs } = tables;
  return [
    ...(iort ? [iortRouter(iort)] : []),
    ...(rimt ? [rimtRouter(rimt)] : []),
    ...(viot ? [viotRouter(viot, isThere)] : []),
    ...(dmar ? [dmarRouter(dmar, machine)] : []),
    ...(ivrs ? [ivrsRouter(ivrs, isThere)] : []),
  ];
}

/** All functions in the order of a scan; an IOMMU that is one is there in any case. */
function functionsOf(machine: PciMachine, instances: readonly Instance[]): KnownFunction[] {
  const known = new Set(machine.functions.map((f) => f.name));
  const own = instances.flatMap(({ pci }): KnownFunction[] => {
    if (pci === null || known.has(pci) || machine.complete) return [];
    const [segment, bus, slot, fn] = pci.split(/[:.]/).map((part) => Number.parseInt(part, 16));
    const rid = ((bus ?? 0) << 8) | ((slot ?? 0) << 3) | (fn ?? 0);
    const { list } = complete({
      list: [standIn({ segment: segment ?? 0, rid })],
      conventional: [],
      source: '',
    });
    return [...list];
  });
  const all = [...machine.functions, ...own];
  return all.sort((a, b) => a.segment - b.segment || a.rid - b.rid);
}

const nowhere: Route = { iommus: [], problem: null };

const bare = {
  compatible: [],
  groupKey: null,
  // What _DMA of the namespace says is not read.
  dmaRanges: false,
  dmaCoherent: false,
  iommuAddresses: false,
} as const;

/**
 * The device whose driver registers the instance.
 * ABSTRACTED: the units of DMAR and IVRS have none; an initcall starts them.
 */
function instanceDevice({ name, path }: Instance): PlatformDevice {
  return {
    ...bare,
    ...nowhere,
    name,
    path,
    bus: 'platform',
    createdBy: 'populate',
    parent: null,
    refersToIommu: false,
    requesterId: null,
  };
}

function namedDevice({ path, name, route }: NamedDevice, namer: Namer): PlatformDevice {
  return {
    ...bare,
    ...route,
    name: name ?? namer.nameOf(path),
    path,
    bus: 'platform',
    createdBy: 'populate',
    parent: null,
    refersToIommu: true,
    requesterId: null,
  };
}

function pciDevice(
  f: KnownFunction,
  { topology, complete: told }: PciMachine,
  routers: readonly Router[],
): PlatformDevice {
  const root = pciName(f.segment, topology.rootBusOf(f) << 8).slice(0, -5);
  // Which bus the bridges above hang from is not known where nobody has told.
  const host = told ? `pci${root}` : `PCI segment ${root.slice(0, -3)}`;
  const aliases = topology.aliasesOf(f);
  // acpi_iommu_configure_id(): the next table is asked unless one has found an IOMMU.
  let route: Route = nowhere;
  for (const router of routers) {
    const found = router.pci(f, aliases);
    if (found) route = found;
    if (route.iommus.length > 0) break;
  }
  return {
    ...bare,
    ...route,
    name: f.name,
    path: host,
    bus: 'pci',
    createdBy: 'bus-scan',
    parent: host,
    refersToIommu: routers.some((r) => r.speaksOf(f.segment)),
    requesterId: f.rid,
  };
}

/** Of devices, or functions, of one name the first counts. */
function withoutRepeats<T extends { readonly name: string }>(list: readonly T[]): T[] {
  const seen = new Set<string>();
  return list.filter(({ name }) => !seen.has(name) && seen.add(name));
}

function iommuOf(
  { name, path, driver, because }: Instance,
  devices: readonly PlatformDevice[],
): Iommu {
  const clients = devices.filter((d) => d.iommus.some((use) => use.iommu === name));
  return {
    name,
    path,
    driver,
    compatible: [],
    cells: 0,
    available: true,
    reachable: true,
    registers: because === null,
    because,
    clients: clients.map((d) => d.name),
  };
}

function hostsOf(devices: readonly PlatformDevice[], machine: PciMachine): MapHost[] {
  const functions = devices.filter((d) => d.bus === 'pci');
  const paths = [...new Set(functions.map((d) => d.path))];
  return paths.map((path) => {
    const own = functions.filter((d) => d.path === path);
    return {
      name: path,
      path,
      bus: 'pci' as const,
      hasMap: own.some((d) => d.refersToIommu),
      unfilled: false,
      mask: 0xffffffff,
      endpoints: machine.complete ? [] : own.map((d) => d.name),
    };
  });
}

/** Names of devices of the namespace: the kernel's, where they are known, else their paths. */
class Namer {
  readonly unknown: string[] = [];
  private readonly names: ReadonlyMap<string, string>;

  constructor(names: ReadonlyMap<string, string>) {
    this.names = names;
  }

  nameOf(path: string): string {
    const known = this.names.get(path);
    if (known === undefined) this.unknown.push(path);
    return known ?? path;
  }
}

/** How far the picture reaches, a sentence for each bound. */
function boundsOf(
  tables: AcpiTables,
  around: AcpiSurroundings,
  machine: Known,
  namer: Namer,
): string[] {
  const bounds: string[] = [...machine.assumed];
  const { iort, rimt, viot, dmar, ivrs } = tables;
  if (!iort && !rimt && !viot && !dmar && !ivrs) return bounds;
  const count = machine.functions.length;
  if (around.functions === null && count > 0) {
    bounds.push(
      `the tables do not say which PCI functions there are: ${count} stand for them, and groups ` +
        'are those of these; --pci FILE tells (lspci -vvnn, a boot log, sysfs)',
    );
  }
  if (namer.unknown.length > 0) {
    bounds.push(
      'devices of the namespace bear their paths here: the DSDT, which has the names that dmesg ' +
        'uses, is not read; their order is that of the table',
    );
  }
  if (dmar || ivrs) {
    bounds.push(
      'rootfs_initcall starts the units, in turn, before any driver of PCI: PCI devices are ' +
        'looked at as they are plugged in; units stand for devices of the platform bus',
    );
  } else bounds.push('_CCA and _DMA are in the DSDT and are not read: all devices can do DMA');
  return bounds;
}
