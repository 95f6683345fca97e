// SPDX-License-Identifier: GPL-2.0-only
// Flattened device tree in, a tree or one error out (Devicetree Specification 0.4, chapter 5).
import { align4, cString, hex, u32be } from '#base/bytes';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { type FdtHeader, readHeader } from '#firmware/dtb/header';
import { type FdtLimits, fdtLimits } from '#firmware/dtb/limits';
import {
  cell,
  type DeviceTree,
  type DtNode,
  type MemoryReservation,
  pathOf,
} from '#firmware/dtb/tree';

const tokenBeginNode = 1;
const tokenEndNode = 2;
const tokenProperty = 3;
const tokenNop = 4;
const tokenEnd = 9;

const damaged = 'the blob is damaged; copy or compile it again';

/**
 * Read a blob of version 16 or 17. Never throws and always ends: every step moves forward in a
 * block whose bounds were checked. Errors have the codes RW010-RW020.
 */
export function readDeviceTree(
  bytes: Uint8Array,
  limits: FdtLimits = fdtLimits,
): Result<DeviceTree, UserError> {
  const header = readHeader(bytes, limits);
  if (!header.ok) return header;
  const reservations = readReservations(bytes, header.value, limits);
  if (!reservations.ok) return reservations;
  const nodes = readStructure(bytes, header.value, limits);
  if (!nodes.ok) return nodes;
  const byPhandle = indexPhandles(nodes.value);
  if (!byPhandle.ok) return byPhandle;
  const root = nodes.value[0]!;
  const kind = otherKind(root);
  if (kind) return kind;
  return ok({
    version: header.value.version,
    bootCpu: header.value.bootCpu,
    reservations: reservations.value,
    root,
    nodes: nodes.value,
    byPhandle: byPhandle.value,
  });
}

function readReservations(
  bytes: Uint8Array,
  header: FdtHeader,
  limits: FdtLimits,
): Result<MemoryReservation[], UserError> {
  const list: MemoryReservation[] = [];
  for (let at = header.reserveOffset; at + 16 <= header.totalSize; at += 16) {
    const word = (i: number): bigint => BigInt(u32be(bytes, at + i * 4) ?? 0);
    const address = (word(0) << 32n) | word(1);
    const size = (word(2) << 32n) | word(3);
    if (address === 0n && size === 0n) return ok(list);
    if (list.length >= limits.reservationsMax) {
      return limit('reservationsMax', limits.reservationsMax, 'entries of the memory reserve map');
    }
    list.push({ address, size });
  }
  return fail('RW017', 'the memory reserve map has no end before the blob ends', damaged);
}

interface Walk {
  readonly nodes: DtNode[];
  node: DtNode | null;
  propertyCount: number;
  at: number;
}

function readStructure(
  bytes: Uint8Array,
  header: FdtHeader,
  limits: FdtLimits,
): Result<DtNode[], UserError> {
  const end = header.structOffset + header.structSize;
  const names = new Map<number, string>();
  const walk: Walk = { nodes: [], node: null, propertyCount: 0, at: header.structOffset };
  for (;;) {
    const tokenAt = walk.at;
    const token = tokenAt + 4 <= end ? u32be(bytes, tokenAt) : undefined;
    walk.at += 4;
    let step: Result<null, UserError> = ok(null);
    switch (token) {
      case tokenNop:
        break;
      case tokenBeginNode:
        step = beginNode(bytes, end, walk, limits);
        break;
      case tokenEndNode:
        if (!walk.node) return broken('a node ends where none is open', tokenAt);
        walk.node = walk.node.parent;
        break;
      case tokenProperty:
        step = readProperty(bytes, header, end, walk, names, limits);
        break;
      case tokenEnd:
        if (walk.node) return broken('the tree ends within a node', tokenAt);
        if (walk.nodes.length === 0) return broken('the tree has no root', tokenAt);
        return ok(walk.nodes);
      case undefined:
        return broken('the structure block ends without FDT_END', tokenAt);
      default:
        return broken(`unknown token ${hex(token)}`, tokenAt);
    }
    if (!step.ok) return step;
  }
}

function beginNode(
  bytes: Uint8Array,
  end: number,
  walk: Walk,
  limits: FdtLimits,
): Result<null, UserError> {
  const name = cString(bytes, walk.at, end);
  if (name === undefined) return broken('a node name has no end', walk.at);
  const parent = walk.node;
  if (!parent && walk.nodes.length > 0) return broken('a second root begins', walk.at);
  if (parent ? name === '' || name.includes('/') : name !== '') {
    return broken(`"${name.slice(0, 64)}" cannot be the name of a node`, walk.at);
  }
  if (name.length > limits.nameLengthMax) {
    return limit('nameLengthMax', limits.nameLengthMax, 'characters in a node name');
  }
  const depth = parent ? parent.depth + 1 : 0;
  if (depth >= limits.depthMax) return limit('depthMax', limits.depthMax, 'levels of nodes');
  const index = walk.nodes.length;
  if (index >= limits.nodesMax) return limit('nodesMax', limits.nodesMax, 'nodes');
  const node: DtNode = { name, parent, children: [], properties: new Map(), index, depth };
  parent?.children.push(node);
  walk.nodes.push(node);
  walk.node = node;
  walk.at = align4(walk.at + name.length + 1);
  return ok(null);
}

function readProperty(
  bytes: Uint8Array,
  header: FdtHeader,
  end: number,
  walk: Walk,
  names: Map<number, string>,
  limits: FdtLimits,
): Result<null, UserError> {
  if (!walk.node) return broken('a property stands outside of any node', walk.at - 4);
  if (walk.at + 8 > end) return broken('a property is cut off', walk.at);
  const length = u32be(bytes, walk.at) ?? 0;
  const nameOffset = u32be(bytes, walk.at + 4) ?? 0;
  const valueAt = walk.at + 8;
  if (length > end - valueAt) {
    return broken(`a property of ${length} bytes leaves the structure block`, walk.at);
  }
  let name = names.get(nameOffset);
  if (name === undefined) {
    const found =
      nameOffset < header.stringsSize
        ? cString(
            bytes,
            header.stringsOffset + nameOffset,
            header.stringsOffset + header.stringsSize,
          )
        : undefined;
    if (found === undefined || found === '') {
      return fail(
        'RW016',
        `${pathOf(walk.node)}: no property name at offset ${hex(nameOffset)} of the strings block`,
        damaged,
      );
    }
    if (found.length > limits.nameLengthMax) {
      return limit('nameLengthMax', limits.nameLengthMax, 'characters in a property name');
    }
    names.set(nameOffset, found);
    name = found;
  }
  walk.propertyCount += 1;
  if (walk.propertyCount > limits.propertiesMax) {
    return limit('propertiesMax', limits.propertiesMax, 'properties');
  }
  // Of two properties with one name the first counts, as in the kernel's of_find_property().
  if (!walk.node.properties.has(name)) {
    walk.node.properties.set(name, bytes.subarray(valueAt, valueAt + length));
  }
  walk.at = align4(valueAt + length);
  return ok(null);
}

/** Nodes by phandle; two nodes with one are an error. */
export function indexPhandles(nodes: readonly DtNode[]): Result<Map<number, DtNode>, UserError> {
  const byPhandle = new Map<number, DtNode>();
  for (const node of nodes) {
    const phandle = cell(node, 'phandle') ?? cell(node, 'linux,phandle');
    if (phandle === undefined || phandle === 0 || phandle === 0xffffffff) continue;
    const other = byPhandle.get(phandle);
    if (other) {
      return fail(
        'RW019',
        `${pathOf(other)} and ${pathOf(node)} both have phandle ${hex(phandle)}`,
        'dtc refuses such a tree: the blob is damaged, or a tool merged two trees',
      );
    }
    byPhandle.set(phandle, node);
  }
  return ok(byPhandle);
}

function otherKind(root: DtNode): Result<never, UserError> | undefined {
  if (root.properties.has('compatible')) return undefined;
  if (root.children.some((c) => c.children.some((g) => g.name === '__overlay__'))) {
    return fail(
      'RW020',
      'the blob is an overlay, not the tree of a board',
      'apply it to its board first: fdtoverlay -i board.dtb -o whole.dtb overlay.dtbo',
    );
  }
  const names = root.children.map((c) => c.name);
  if (names.includes('images') && names.includes('configurations')) {
    return fail(
      'RW020',
      'the blob is an image tree (FIT), not the tree of a board',
      'take the board out of it first: dumpimage -T flat_dt -p N -o board.dtb image.itb',
    );
  }
  return undefined;
}

function broken(what: string, at: number): Result<never, UserError> {
  return fail('RW015', `${what}, at offset ${hex(at)}`, damaged);
}

function limit(name: keyof FdtLimits, value: number, what: string): Result<never, UserError> {
  return fail(
    'RW018',
    `the blob has more than ${value} ${what}; limit ${name} is reached`,
    'no board is that big: the blob is damaged or made up',
  );
}
