// SPDX-License-Identifier: GPL-2.0-only
// Addresses of nodes as the CPU sees them, and the device names that the kernel makes of them.
import { words } from '#base/bytes';
import { baseName, cell, cells, type DtNode, has, text } from '#firmware/dtb/tree';

/** How the children of a node are addressed; the kernel's struct of_bus. */
type BusKind = 'pci' | 'isa' | 'default-flags' | 'default';

interface AddressBus {
  readonly kind: BusKind;
  readonly addressCells: number;
  readonly sizeCells: number;
  /** Leading cells of an address that are flags. */
  readonly flagCells: number;
}

const addressCellsMax = 4;
const u64Mask = (1n << 64n) - 1n;

/**
 * `#address-cells` and `#size-cells` that hold for children of @bus: its own, else those of the
 * nearest node above that has them, else 1, as of_bus_n_addr_cells().
 */
export function cellCounts(bus: DtNode): { readonly address: number; readonly size: number } {
  return { address: inherited(bus, '#address-cells'), size: inherited(bus, '#size-cells') };
}

function inherited(bus: DtNode, property: string): number {
  for (let at: DtNode | null = bus; at; at = at.parent) {
    const count = cell(at, property);
    if (count !== undefined) return count;
  }
  return 1;
}

/** True where children of @node are PCI devices, by the rule of of_bus_pci_match(). */
export function isPciBus(node: DtNode): boolean {
  const type = text(node, 'device_type');
  if (type === 'pci' || type === 'pciex' || type === 'vci' || type === 'ht') return true;
  return baseName(node) === 'pcie';
}

/** The bus that @bus is for its children; undefined where addresses on it mean nothing. */
function matchBus(bus: DtNode): AddressBus | undefined {
  const counts = cellCounts(bus);
  let found: AddressBus;
  if (isPciBus(bus)) {
    found = { kind: 'pci', addressCells: 3, sizeCells: 2, flagCells: 1 };
  } else if (baseName(bus) === 'isa') {
    found = { kind: 'isa', addressCells: 2, sizeCells: 1, flagCells: 1 };
  } else if (!has(bus, '#address-cells')) {
    return undefined;
  } else {
    const flags = counts.address === 3;
    found = {
      kind: flags ? 'default-flags' : 'default',
      addressCells: counts.address,
      sizeCells: counts.size,
      flagCells: flags ? 1 : 0,
    };
  }
  const sane = found.addressCells > 0 && found.addressCells <= addressCellsMax;
  return sane && found.sizeCells > 0 ? found : undefined;
}

/** Cells as one number; like the kernel, only the low 64 bits survive. */
function toNumber(list: readonly number[]): bigint {
  return list.reduce((sum, word) => ((sum << 32n) | BigInt(word)) & u64Mask, 0n);
}

/** PCI space of a flag cell: 1 I/O, 2 memory, 0 configuration. */
function pciSpace(flags: number): number {
  const space = (flags >>> 24) & 3;
  return space === 3 ? 2 : space;
}

/** Offset of an address into one entry of `ranges`; undefined where it lies outside of it. */
function offsetInRange(
  bus: AddressBus,
  address: readonly number[],
  entry: readonly number[],
  parentCells: number,
): bigint | undefined {
  const flags = address[0] ?? 0;
  const rangeFlags = entry[0] ?? 0;
  if (bus.kind === 'pci' && pciSpace(flags) !== pciSpace(rangeFlags)) return undefined;
  if (bus.kind === 'isa' && ((flags ^ rangeFlags) & 1) !== 0) return undefined;
  if (bus.kind === 'default-flags' && flags !== rangeFlags) return undefined;
  const base = toNumber(entry.slice(bus.flagCells, bus.addressCells));
  const size = toNumber(entry.slice(bus.addressCells + parentCells));
  const at = toNumber(address.slice(bus.flagCells));
  return at < base || at >= ((base + size) & u64Mask) ? undefined : at - base;
}

/** Add @offset to an address whose leading flag cells stay as they are. */
function addOffset(address: readonly number[], offset: bigint, flagCells: number): number[] {
  const sum = (toNumber(address.slice(flagCells)) + offset) & u64Mask;
  const out = address.map((word, i) => (i < flagCells ? word : 0));
  if (address.length - flagCells > 1) out[address.length - 2] = Number(sum >> 32n);
  out[address.length - 1] = Number(sum & 0xffffffffn);
  return out;
}

/** Take an address one level up, from the bus @node is to the bus its parent is. */
function translateOne(
  node: DtNode,
  bus: AddressBus,
  parentBus: AddressBus,
  address: readonly number[],
): number[] | undefined {
  const ranges = node.properties.get('ranges');
  if (!ranges) return undefined;
  if (ranges.length === 0) {
    const zero = new Array<number>(parentBus.addressCells).fill(0);
    if (parentBus.flagCells > 0) zero[0] = address[0] ?? 0;
    return addOffset(zero, toNumber(address), parentBus.flagCells);
  }
  const list = words(ranges);
  const entryCells = bus.addressCells + parentBus.addressCells + bus.sizeCells;
  for (let at = 0; at + entryCells <= list.length; at += entryCells) {
    const entry = list.slice(at, at + entryCells);
    const offset = offsetInRange(bus, address, entry, parentBus.addressCells);
    if (offset === undefined) continue;
    const base = entry.slice(bus.addressCells, bus.addressCells + parentBus.addressCells);
    return addOffset(base, offset, parentBus.flagCells);
  }
  return undefined;
}

/**
 * The CPU address of the first entry of `reg`; undefined where it does not translate through
 * every `ranges` above. Follows __of_translate_address() of v7.2.
 */
function cpuAddress(node: DtNode): bigint | undefined {
  if (!node.parent) return undefined;
  let bus = matchBus(node.parent);
  let address = cells(node, 'reg')?.slice(0, bus?.addressCells);
  if (!bus || !address || address.length < bus.addressCells) return undefined;
  for (let at = node.parent; at.parent; at = at.parent) {
    const parentBus = matchBus(at.parent);
    address = parentBus && translateOne(at, bus, parentBus, address);
    if (!parentBus || !address) return undefined;
    bus = parentBus;
  }
  const value = toNumber(address);
  return value === u64Mask ? undefined : value;
}

/**
 * The name of a node's device as in dmesg: `3d00000.gpu`,
 * `6800000.remoteproc:glink-edge:fastrpc:compute-cb@6`. Follows of_device_make_bus_id() of v7.2.
 */
export function deviceName(node: DtNode): string {
  const parts: string[] = [];
  for (let at = node; at.parent; at = at.parent) {
    const address = cpuAddress(at);
    if (address === undefined) {
      parts.unshift(at.name);
      continue;
    }
    const mask = cell(at, 'mask');
    const bit = mask === undefined ? '' : `.${lowestBit(mask).toString(16)}`;
    parts.unshift(`${address.toString(16)}${bit}.${baseName(at)}`);
    break;
  }
  return parts.join(':');
}

/** ffs(mask) - 1 as the kernel prints it: an unsigned 32-bit number. */
function lowestBit(mask: number): number {
  return mask === 0 ? 0xffffffff : 31 - Math.clz32(mask & -mask);
}
