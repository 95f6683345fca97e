// SPDX-License-Identifier: GPL-2.0-only
// PCI functions as the machine has them: read from lspci, sysfs or a boot log, gaps filled in.

/** What a function is, by its PCI Express capability; `conventional` where it has none. */
export type PciType =
  | 'conventional'
  | 'endpoint'
  | 'legacy-endpoint'
  | 'root-port'
  | 'upstream-port'
  | 'downstream-port'
  | 'pcie-to-pci'
  | 'pci-to-pcie'
  | 'rc-endpoint'
  | 'rc-event-collector';

/** A range of buses. */
export interface BusRange {
  readonly first: number;
  readonly last: number;
}

/** One function; null for what the source does not say. */
export interface PciFunction {
  /** `0000:00:1f.2` */
  readonly name: string;
  readonly segment: number;
  /** Bus, device and function, 16 bits. */
  readonly rid: number;
  /** `0x060400` */
  readonly class: number | null;
  /** Buses behind a bridge; null for what is none, or is not known. */
  readonly buses: BusRange | null;
  readonly type: PciType | null;
  /** It has the capability of Access Control Services. */
  readonly acs: boolean | null;
  /** Of a virtual function: the name of the physical one. */
  readonly physical: string | null;
}

/** A function with nothing left open. */
export interface KnownFunction extends PciFunction {
  readonly type: PciType;
  readonly acs: boolean;
}

/** Functions of one machine, and how they were come by. */
export interface PciFunctions {
  /** In the order of their ids. */
  readonly list: readonly PciFunction[];
  /** Buses that were seen to be conventional PCI, as `0000:03`. */
  readonly conventional: readonly string[];
  /** `lspci`, `a boot log`, `sysfs`. */
  readonly source: string;
}

/** Functions a machine may have here. */
export const functionsMax = 16_384;

/** The parts of `0000:00:1f.2`; the segment is 0 where it is left out. */
export function parsePciName(text: string): Pick<PciFunction, 'name' | 'segment' | 'rid'> | null {
  const m = /^(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/i.exec(text);
  if (!m) return null;
  const [segment, bus, slot, fn] = [m[1] ?? '0', m[2], m[3], m[4]].map((part) =>
    Number.parseInt(part ?? '', 16),
  );
  const rid = (bus! << 8) | (slot! << 3) | fn!;
  const name = `${segment!.toString(16).padStart(4, '0')}:${text.slice(-7).toLowerCase()}`;
  return { name, segment: segment!, rid };
}

/** `0000:03` */
export function busName(segment: number, bus: number): string {
  return `${segment.toString(16).padStart(4, '0')}:${bus.toString(16).padStart(2, '0')}`;
}

/** Put functions in the order of their ids; of two with one name the last counts. */
export function collect(
  found: readonly PciFunction[],
  conventional: readonly string[],
  source: string,
): PciFunctions {
  const byName = new Map(found.slice(0, functionsMax).map((f) => [f.name, f]));
  const list = [...byName.values()].sort((a, b) => a.segment - b.segment || a.rid - b.rid);
  return { list, conventional, source };
}

/** @functions without gaps, and in a sentence each what was assumed for that. */
interface Completed {
  readonly list: readonly KnownFunction[];
  readonly assumed: readonly string[];
}

/**
 * Fill in what the source did not say. A bridge is a port of PCI Express unless its bus was seen
 * to be conventional, or has devices but none with the number 0, which a port would have; ports
 * have Access Control Services, and no other function has.
 */
export function complete({ list, conventional, source }: PciFunctions): Completed {
  const above = new Set(list.flatMap((f) => (f.buses ? [busName(f.segment, f.buses.first)] : [])));
  const slots = new Map<string, boolean>();
  for (const f of list) {
    const bus = busName(f.segment, f.rid >> 8);
    slots.set(bus, (slots.get(bus) ?? false) || ((f.rid >> 3) & 31) === 0);
  }
  const isConventional = (bus: string): boolean =>
    conventional.includes(bus) || slots.get(bus) === false;
  const typeOf = (f: PciFunction): PciType => {
    if (f.type !== null) return f.type;
    const bus = busName(f.segment, f.rid >> 8);
    const onRoot = !above.has(bus);
    if (f.buses !== null) {
      if (isConventional(busName(f.segment, f.buses.first))) return 'pcie-to-pci';
      return onRoot ? 'root-port' : 'downstream-port';
    }
    if (onRoot) return 'rc-endpoint';
    return isConventional(bus) ? 'conventional' : 'endpoint';
  };
  const known = list.map((f): KnownFunction => {
    const type = typeOf(f);
    return { ...f, type, acs: f.acs ?? (type === 'root-port' || type === 'downstream-port') };
  });
  const assumed: string[] = [];
  if (list.some((f) => f.type === null)) {
    assumed.push(`${source} does not say what each PCI function is: bridges are taken for ports`);
  }
  if (list.some((f) => f.acs === null)) {
    assumed.push(`${source} does not say who has ACS: ports are taken to have it, others not`);
  }
  return { list: known, assumed };
}
