// SPDX-License-Identifier: GPL-2.0-only
// How PCI functions stand to each other: bridges above them, the ids that their DMA carries, and
// whom they share a group with.
import { busName, type KnownFunction } from '#firmware/pci/functions';

/** An id under which DMA of a function may arrive, and the function that makes it so. */
export interface Alias {
  readonly via: KnownFunction;
  readonly rid: number;
}

/** Answers questions about the functions of one machine. */
export class Topology {
  private readonly above = new Map<string, KnownFunction>();
  private readonly slots = new Map<string, KnownFunction[]>();
  private readonly buses = new Map<string, KnownFunction[]>();
  private readonly aliasOf: ReadonlyMap<string, number>;

  /** @aliasOf: ids that a table gives to functions besides their own, on their own bus. */
  constructor(functions: readonly KnownFunction[], aliasOf: ReadonlyMap<string, number>) {
    this.aliasOf = aliasOf;
    for (const f of functions) {
      if (f.buses && f.buses.first > f.rid >> 8) {
        this.above.set(busName(f.segment, f.buses.first), f);
      }
      push(this.slots, slotOf(f), f);
      push(this.buses, busOf(f), f);
    }
  }

  /** The bridge that @f is behind; undefined on a root bus. */
  parentOf(f: KnownFunction): KnownFunction | undefined {
    return this.above.get(busOf(f));
  }

  /** Number of the root bus that @f hangs from. */
  rootBusOf(f: KnownFunction): number {
    return (this.chainOf(f)[0]?.rid ?? f.rid) >> 8;
  }

  /** @f with the bridges above it, from the root bus down. */
  chainOf(f: KnownFunction): KnownFunction[] {
    const chain = [f];
    // A bridge has a bus of a higher number than its own, so this ends.
    for (let at = this.parentOf(f); at; at = this.parentOf(at)) chain.unshift(at);
    return chain;
  }

  /**
   * Models pci_for_each_dma_alias() of v7.2.
   * ABSTRACTED: quirks of devices that alias one another; bridges with a unit of their own.
   */
  aliasesOf(f: KnownFunction): Alias[] {
    const own = this.aliasOf.get(f.name);
    const aliases: Alias[] = [{ via: f, rid: f.rid }];
    if (own !== undefined) aliases.push({ via: f, rid: own });
    for (let at = this.parentOf(f); at; at = this.parentOf(at)) {
      if (isPort(at)) continue;
      const behind = at.type === 'pcie-to-pci' ? (at.buses?.first ?? 0) << 8 : at.rid;
      aliases.push({ via: at, rid: behind });
    }
    return aliases;
  }

  /**
   * The function whose group @f joins; undefined where it gets one of its own. @grouped: which
   * functions have a group already.
   *
   * Models pci_device_group() of v7.2, with the same loops in the same order.
   */
  groupMate(f: KnownFunction, grouped: (name: string) => boolean): KnownFunction | undefined {
    let at = f;
    for (const { via } of this.aliasesOf(f)) {
      at = via;
      if (grouped(via.name)) return via;
    }
    for (let up = this.parentOf(at); up; up = this.parentOf(up)) {
      if (this.pathIsIsolated(up)) break;
      at = up;
      if (grouped(up.name)) return up;
    }
    const alias = this.buses.get(busOf(at))?.find((g) => this.aliasEachOther(at, g));
    if (alias && grouped(alias.name)) return alias;
    if (!this.isMultifunction(at) || this.isIsolated(at)) return undefined;
    const others = this.slots.get(slotOf(at)) ?? [];
    return others.find((g) => g !== at && !this.isIsolated(g) && grouped(g.name));
  }

  private aliasEachOther(a: KnownFunction, b: KnownFunction): boolean {
    if (a === b) return false;
    return this.aliasOf.get(a.name) === b.rid || this.aliasOf.get(b.name) === a.rid;
  }

  /** pci_acs_path_enabled() up to the root bus. */
  private pathIsIsolated(f: KnownFunction): boolean {
    return this.chainOf(f).every((g) => this.isIsolated(g));
  }

  /**
   * Models pci_acs_enabled() of v7.2 with the flags that groups ask for.
   * ABSTRACTED: which of the flags the capability has, all being enabled; quirks of single devices.
   */
  private isIsolated(f: KnownFunction): boolean {
    switch (f.type) {
      case 'conventional':
      case 'pcie-to-pci':
      case 'pci-to-pcie':
      case 'rc-event-collector':
        return false;
      case 'root-port':
      case 'downstream-port':
        return f.acs;
      default:
        return !this.isMultifunction(f) || f.acs;
    }
  }

  private isMultifunction(f: KnownFunction): boolean {
    return (f.rid & 7) !== 0 || (this.slots.get(slotOf(f))?.length ?? 0) > 1;
  }
}

/** Ports pass on the ids that they are given. */
function isPort({ type }: KnownFunction): boolean {
  return type === 'root-port' || type === 'upstream-port' || type === 'downstream-port';
}

function busOf({ segment, rid }: KnownFunction): string {
  return busName(segment, rid >> 8);
}

function slotOf({ segment, rid }: KnownFunction): string {
  return `${segment}:${rid >> 3}`;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
