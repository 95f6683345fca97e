// SPDX-License-Identifier: GPL-2.0-only
// What a DMAR says: remapping units, and the devices in their scopes.
import { hex } from '#base/bytes';
import type { DeviceScope, Dmar, RemappingUnit } from '#firmware/acpi/dmar';
import type { KnownFunction } from '#firmware/pci/functions';
import {
  type Instance,
  type NamedDevice,
  type Representative,
  type Route,
  type Router,
  representativesMax,
  usualRids,
} from '#platform/acpi/router';
import type { Topology } from '#platform/acpi/topology';

/** A unit with its name, and the functions in its scopes. */
interface Unit {
  readonly name: string;
  readonly data: RemappingUnit;
  readonly members: readonly KnownFunction[];
}

/** The functions of the machine; @complete: they are all that there are. */
export interface PciMachine {
  readonly functions: readonly KnownFunction[];
  readonly topology: Topology;
  readonly complete: boolean;
}

/**
 * Router of a DMAR. Intel's driver finds the unit of a device in the table, without a fwspec.
 * Models device_lookup_iommu() and dmar_insert_dev_scope() of v7.2.
 * ABSTRACTED: units that are switched off by an option, and quirks of single devices.
 */
export function dmarRouter(dmar: Dmar, machine: PciMachine): Router {
  const units = dmar.units.map(
    (data, i): Unit => ({
      name: `dmar${i}`,
      data,
      members: membersOf(data, machine),
    }),
  );
  // dmar_register_drhd_unit(): those for all go to the tail of the list, others to its head.
  const asked = [
    ...units.filter((u) => !u.data.includeAll).reverse(),
    ...units.filter((u) => u.data.includeAll),
  ];
  const mismatch = machine.complete ? findMismatch(units) : null;
  const because = (unit: Unit): string | null => {
    if (mismatch !== null) return mismatch;
    const scopes = unit.members.length + namespaceScopes(unit.data, dmar).length;
    if (machine.complete && !unit.data.includeAll && scopes === 0) {
      return 'no device of its scopes is there';
    }
    return null;
  };
  const unitOf = (f: KnownFunction): Unit | undefined => {
    const own = machine.functions.find((g) => g.name === f.physical) ?? f;
    return asked.find(({ data, members }) => {
      if (data.segment !== f.segment) return false;
      const bus = own.rid >> 8;
      const above = ({ buses }: KnownFunction): boolean =>
        buses !== null && buses.first <= bus && bus <= buses.last;
      return members.some((m) => m === own || above(m)) || data.includeAll;
    });
  };
  const routeTo = (unit: Unit, id: number): Route | null =>
    because(unit) === null ? { iommus: [{ iommu: unit.name, ids: [id] }], problem: null } : null;
  return {
    instances: units.map(
      (unit): Instance => ({
        name: unit.name,
        path: `DMAR ${hex(unit.data.base)}`,
        driver: 'intel',
        pci: null,
        because: because(unit),
      }),
    ),
    named: dmar.namespaceDevices.flatMap(({ number, path }): NamedDevice[] => {
      const unit = asked.find((u) =>
        namespaceScopes(u.data, dmar).some((s) => s.enumeration === number),
      );
      const scope = unit?.data.scopes.find(
        (s) => s.kind === 'namespace' && s.enumeration === number,
      );
      const route = unit && scope && routeTo(unit, ridOf(scope));
      return route ? [{ path, name: null, route }] : [];
    }),
    pci: (f) => {
      const unit = unitOf(f);
      return unit ? routeTo(unit, f.rid) : null;
    },
    speaksOf: (segment) => dmar.units.some((u) => u.segment === segment),
    representatives: () => standIns(dmar.units),
    notes: notesOf(dmar),
  };
}

function namespaceScopes({ scopes }: RemappingUnit, dmar: Dmar): DeviceScope[] {
  const numbers = new Set(dmar.namespaceDevices.map((d) => d.number));
  return scopes.filter((s) => s.kind === 'namespace' && numbers.has(s.enumeration));
}

/** Bus, device and function that a scope of one hop names. */
function ridOf({ bus, path }: DeviceScope): number {
  const [hop] = path;
  return (bus << 8) | ((hop?.device ?? 0) << 3) | ((hop?.function ?? 0) & 7);
}

/** dmar_insert_dev_scope(): the functions that the scopes of a unit name by their paths. */
function membersOf(unit: RemappingUnit, { functions, topology }: PciMachine): KnownFunction[] {
  // A unit for all keeps no list: dmar_pci_bus_add_dev() passes it over.
  if (unit.includeAll) return [];
  const scopes = unit.scopes.filter((s) => s.kind === 'endpoint' || s.kind === 'bridge');
  return functions.filter((f) => {
    if (f.segment !== unit.segment) return false;
    const chain = topology.chainOf(f);
    return scopes.some((scope) => matches(scope, f, chain));
  });
}

/** dmar_match_pci_path(), with its workaround for a path that begins at the device's own bus. */
function matches(scope: DeviceScope, f: KnownFunction, chain: readonly KnownFunction[]): boolean {
  const { bus, path } = scope;
  if (path.length === 1 && ridOf(scope) === f.rid) return true;
  if (chain.length !== path.length || (chain[0]?.rid ?? 0) >> 8 !== bus) return false;
  return chain.every(({ rid }, i) => {
    const hop = path[i];
    return hop?.device === ((rid >> 3) & 31) && hop.function === (rid & 7);
  });
}

/** dmar_insert_dev_scope() fails on a scope of a wrong kind, and with it the start of all units. */
function findMismatch(units: readonly Unit[]): string | null {
  for (const { data, members } of units) {
    for (const scope of data.scopes) {
      const f = members.find((m) => scope.path.length === 1 && ridOf(scope) === m.rid);
      if (!f || f.class === null) continue;
      const isBridge = f.buses !== null || f.class >> 8 === 0x0604;
      const wrong = scope.kind === 'endpoint' ? isBridge : !isBridge && f.class >> 16 !== 0x06;
      if (wrong && scope.kind !== 'namespace') {
        return `its table has ${f.name} as ${scope.kind}, which it is not: no unit is started`;
      }
    }
  }
  return null;
}

/** The functions that the table names itself, then usual ones of units for all. */
function standIns(units: readonly RemappingUnit[]): Representative[] {
  const named = units.flatMap(({ segment, scopes }) =>
    scopes
      .filter((s) => (s.kind === 'endpoint' || s.kind === 'bridge') && s.path.length === 1)
      .map((s) => ({ segment, rid: ridOf(s) })),
  );
  const usual = units
    .filter(({ includeAll }) => includeAll)
    .flatMap(({ segment }) => usualRids.map((rid) => ({ segment, rid })));
  return [...usual, ...named].slice(0, 2 * representativesMax);
}

function notesOf({ units, namespaceDevices, reservedRegions }: Dmar): string[] {
  const notes: string[] = [];
  if (reservedRegions > 0) {
    notes.push(`DMAR: ${reservedRegions} RMRRs, memory that devices use from the start`);
  }
  const scopes = units.flatMap((u) => u.scopes.filter((s) => s.kind === 'namespace'));
  for (const { number, path } of namespaceDevices) {
    if (scopes.some((s) => s.enumeration === number)) continue;
    notes.push(`DMAR: ${path} is in no unit's scope, as ANDD ${number}`);
  }
  return notes;
}
