// SPDX-License-Identifier: GPL-2.0-only
// A device tree in memory, and typed access to its properties.
import { cString, latin1, u32be, words } from '#base/bytes';

/** One node. Children and properties stand in the order of the blob. */
export interface DtNode {
  /** With unit address: `gpu@3d00000`; empty for the root. */
  readonly name: string;
  readonly parent: DtNode | null;
  readonly children: DtNode[];
  readonly properties: Map<string, Uint8Array>;
  /** Position in the blob, depth first, from 0. */
  readonly index: number;
  /** 0 for the root. */
  readonly depth: number;
}

/** One entry of the memory reserve map; addresses and sizes in bytes. */
export interface MemoryReservation {
  readonly address: bigint;
  readonly size: bigint;
}

/** A whole tree. */
export interface DeviceTree {
  readonly version: number;
  readonly bootCpu: number;
  readonly reservations: readonly MemoryReservation[];
  readonly root: DtNode;
  /** All nodes, depth first, in the order of the blob. */
  readonly nodes: readonly DtNode[];
  readonly byPhandle: ReadonlyMap<number, DtNode>;
}

/** `/soc@0/gpu@3d00000`; `/` for the root. */
export function pathOf(node: DtNode): string {
  const parts: string[] = [];
  for (let at: DtNode | null = node; at?.parent; at = at.parent) parts.push(at.name);
  return `/${parts.reverse().join('/')}`;
}

/** The name without its unit address, as the kernel's %pOFn. */
export function baseName(node: DtNode): string {
  const at = node.name.indexOf('@');
  return at < 0 ? node.name : node.name.slice(0, at);
}

/** True where the property is there, with or without a value. */
export function has(node: DtNode, property: string): boolean {
  return node.properties.has(property);
}

/** The first cell of a property; undefined where it has none, as of_property_read_u32(). */
export function cell(node: DtNode, property: string): number | undefined {
  const value = node.properties.get(property);
  return value && u32be(value, 0);
}

/** All cells of a property; undefined where the property is absent. */
export function cells(node: DtNode, property: string): number[] | undefined {
  const value = node.properties.get(property);
  return value && words(value);
}

/** The strings of a string list; a last one without NUL counts too. */
export function strings(node: DtNode, property: string): string[] {
  const value = node.properties.get(property);
  if (!value || value.length === 0) return [];
  const list = latin1(value).split('\0');
  if (list.at(-1) === '') list.pop();
  return list;
}

/** The first string of a property; undefined where it has none. */
export function text(node: DtNode, property: string): string | undefined {
  const value = node.properties.get(property);
  return value && cString(value, 0, value.length);
}

/** True where `compatible` names @wanted; letter case does not count, as in the kernel. */
export function isCompatible(node: DtNode, wanted: string): boolean {
  const lower = wanted.toLowerCase();
  return strings(node, 'compatible').some((c) => c.toLowerCase() === lower);
}

/** The child of @node with exactly this name. */
export function childOf(node: DtNode, name: string): DtNode | undefined {
  return node.children.find((c) => c.name === name);
}

/** True where `status` is absent, `okay` or `ok`; the node alone is asked, not its parents. */
export function isAvailable(node: DtNode): boolean {
  if (!has(node, 'status')) return true;
  const status = text(node, 'status');
  return status === 'okay' || status === 'ok';
}

/** True where the node and all nodes above it are available. */
export function isReachable(node: DtNode): boolean {
  for (let at: DtNode | null = node; at; at = at.parent) if (!isAvailable(at)) return false;
  return true;
}
