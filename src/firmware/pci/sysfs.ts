// SPDX-License-Identifier: GPL-2.0-only
// PCI functions as /sys/bus/pci/devices has them.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { readConfigSpace } from '#firmware/pci/config-space';
import {
  collect,
  functionsMax,
  type PciFunction,
  type PciFunctions,
  parsePciName,
} from '#firmware/pci/functions';

/** The functions below @path, a folder such as /sys/bus/pci/devices; null where it has none. */
export function readPciFolder(path: string): PciFunctions | null {
  if (!existsSync(path)) return null;
  const found = readdirSync(path)
    .slice(0, functionsMax)
    .flatMap((entry): PciFunction[] => {
      const id = parsePciName(entry);
      if (!id) return [];
      const dir = `${path}/${entry}`;
      const config = readConfigSpace(bytesOf(`${dir}/config`));
      const code = config.class ?? classOf(`${dir}/class`);
      return [{ ...id, ...config, class: code, physical: physicalOf(`${dir}/physfn`) }];
    });
  return found.length === 0 ? null : collect(found, [], 'sysfs');
}

function bytesOf(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    return new Uint8Array();
  }
}

function classOf(path: string): number | null {
  const code = Number.parseInt(new TextDecoder().decode(bytesOf(path)), 16);
  return Number.isNaN(code) ? null : code;
}

function physicalOf(path: string): string | null {
  try {
    return basename(readlinkSync(path));
  } catch {
    return null;
  }
}
