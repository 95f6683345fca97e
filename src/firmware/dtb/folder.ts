// SPDX-License-Identifier: GPL-2.0-only
// A device tree as a folder, /proc/device-tree: each node is a directory, each property a file.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { fdtLimits } from '#firmware/dtb/limits';
import { indexPhandles } from '#firmware/dtb/read';
import type { DeviceTree, DtNode } from '#firmware/dtb/tree';

/** Bytes one property may have. */
const propertyBytesMax = 1024 * 1024;

/** What a folder does not say. */
export const folderNote =
  'the tree was read from a folder, which has lost the order of nodes: they stand here in the ' +
  'order of their addresses, and the order of probes may differ; /sys/firmware/fdt has it';

/** True where @path has what only the root of a device tree has. */
export function isTreeFolder(path: string): boolean {
  try {
    const names = readdirSync(path);
    return names.includes('compatible') && names.includes('#address-cells');
  } catch {
    return false;
  }
}

/** Read the folder at @path. Links are left alone, so the walk ends. */
export function readTreeFolder(path: string): Result<DeviceTree, UserError> {
  const nodes: DtNode[] = [];
  try {
    const left = { bytes: fdtLimits.blobBytesMax, properties: fdtLimits.propertiesMax };
    const over = readNode(path, '', null, nodes, left);
    if (over !== null) {
      const hint = 'no board is that big: this is no device tree';
      return fail('RW018', `${path}: limit ${over} is reached`, hint);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const hint = 'check the path and its permissions; a running machine has /proc/device-tree';
    return fail('RW001', `${path}: a node or property cannot be read (${code})`, hint);
  }
  const byPhandle = indexPhandles(nodes);
  if (!byPhandle.ok) return byPhandle;
  const root = nodes[0]!;
  return ok({ version: 17, bootCpu: 0, reservations: [], root, nodes, byPhandle: byPhandle.value });
}

/** Adds the node at @path and all below it; the name of a limit where one was reached. */
function readNode(
  path: string,
  name: string,
  parent: DtNode | null,
  nodes: DtNode[],
  left: { bytes: number; properties: number },
): string | null {
  const depth = parent ? parent.depth + 1 : 0;
  if (depth >= fdtLimits.depthMax) return 'depthMax';
  if (nodes.length >= fdtLimits.nodesMax) return 'nodesMax';
  const properties = new Map<string, Uint8Array>();
  const node: DtNode = { name, parent, children: [], properties, index: nodes.length, depth };
  parent?.children.push(node);
  nodes.push(node);
  const below: string[] = [];
  for (const entry of readdirSync(path).sort()) {
    const stat = lstatSync(`${path}/${entry}`);
    if (stat.isDirectory()) below.push(entry);
    // The kernel adds a file `name`, which the tree that it was given need not have.
    if (!stat.isFile() || entry === 'name') continue;
    if (stat.size > propertyBytesMax) return 'propertyBytesMax';
    const value = new Uint8Array(readFileSync(`${path}/${entry}`));
    left.bytes -= value.length;
    left.properties -= 1;
    if (left.bytes < 0) return 'blobBytesMax';
    if (left.properties < 0) return 'propertiesMax';
    properties.set(entry, value);
  }
  for (const entry of below.sort(byAddress)) {
    const over = readNode(`${path}/${entry}`, entry, node, nodes, left);
    if (over !== null) return over;
  }
  return null;
}

/** Unit addresses as numbers, nodes without one first; else by name. */
function byAddress(a: string, b: string): number {
  const address = (name: string): bigint => {
    const digits = /@([0-9a-f]{1,16})/i.exec(name)?.[1];
    return digits === undefined ? -1n : BigInt(`0x${digits}`);
  };
  const [left, right] = [address(a), address(b)];
  if (left !== right) return left < right ? -1 : 1;
  return a < b ? -1 : 1;
}
