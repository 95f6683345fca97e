// SPDX-License-Identifier: GPL-2.0-only
// A PCI function by its configuration space, as `config` in sysfs has it: 64 bytes for anybody,
// 256 or 4096 for root.
import type { PciFunction, PciType } from '#firmware/pci/functions';

const types: Readonly<Record<number, PciType>> = {
  0: 'endpoint',
  1: 'legacy-endpoint',
  4: 'root-port',
  5: 'upstream-port',
  6: 'downstream-port',
  7: 'pcie-to-pci',
  8: 'pci-to-pcie',
  9: 'rc-endpoint',
  10: 'rc-event-collector',
};

const capabilityExpress = 0x10;
const extendedAcs = 0x0d;

/** What @config tells of a function; null for what is past its end. */
export function readConfigSpace(
  config: Uint8Array,
): Pick<PciFunction, 'class' | 'buses' | 'type' | 'acs'> {
  const u8 = (at: number): number => config[at] ?? 0;
  const code = config.length < 12 ? null : (u8(11) << 16) | (u8(10) << 8) | u8(9);
  const isBridge = (u8(0x0e) & 0x7f) === 1;
  const buses = isBridge && u8(0x19) !== 0 ? { first: u8(0x19), last: u8(0x1a) } : null;
  if (config.length < 256) return { class: code, buses, type: null, acs: null };
  const express = findCapability(config);
  if (express === null) return { class: code, buses, type: 'conventional', acs: false };
  const type = types[(u8(express + 2) >> 4) & 0xf] ?? null;
  return { class: code, buses, type, acs: config.length < 4096 ? null : hasAcs(config) };
}

/** Offset of the PCI Express capability; null where the list has none. */
function findCapability(config: Uint8Array): number | null {
  const seen = new Set<number>();
  if (((config[6] ?? 0) & 0x10) === 0) return null;
  let at = (config[0x34] ?? 0) & 0xfc;
  while (at >= 0x40 && !seen.has(at)) {
    seen.add(at);
    if (config[at] === capabilityExpress) return at;
    at = (config[at + 1] ?? 0) & 0xfc;
  }
  return null;
}

function hasAcs(config: Uint8Array): boolean {
  const seen = new Set<number>();
  const view = new DataView(config.buffer, config.byteOffset, config.byteLength);
  let at = 0x100;
  while (at >= 0x100 && at + 4 <= config.length && !seen.has(at)) {
    seen.add(at);
    const header = view.getUint32(at, true);
    if ((header & 0xffff) === extendedAcs) return true;
    at = (header >>> 20) & 0xffc;
  }
  return false;
}
