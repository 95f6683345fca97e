// SPDX-License-Identifier: GPL-2.0-only
// The IORT of a world: its SMMUs, the components and the root complex behind them.

import type { World, WorldDevice } from '#worlds/world';
import { devfn } from './buses.ts';

const TYPE = { component: 1, rootComplex: 2, smmuV3: 4 } as const;
const HEADER = 48;
const NODE_HEADER = 16;
const SMMU_V3_DATA = 52;
const MAPPING = 20;
const SINGLE = 1;

/** From an id of a node, one id in another node. */
interface Mapping {
  readonly input: number;
  readonly output: number;
  /** Offset of the node. */
  readonly to: number;
}

function node(type: number, revision: number, data: Buffer, maps: readonly Mapping[]): Buffer {
  const padded = Buffer.alloc((data.length + 3) & ~3);
  data.copy(padded);
  const b = Buffer.alloc(NODE_HEADER + padded.length + maps.length * MAPPING);
  b.writeUInt8(type, 0);
  b.writeUInt16LE(b.length, 1);
  b.writeUInt8(revision, 3);
  b.writeUInt32LE(maps.length, 8);
  b.writeUInt32LE(maps.length > 0 ? NODE_HEADER + padded.length : 0, 12);
  padded.copy(b, NODE_HEADER);
  maps.forEach((m, i) => {
    const at = NODE_HEADER + padded.length + i * MAPPING;
    b.writeUInt32LE(m.input, at);
    b.writeUInt32LE(0, at + 4);
    b.writeUInt32LE(m.output, at + 8);
    b.writeUInt32LE(m.to, at + 12);
    b.writeUInt32LE(type === TYPE.component ? SINGLE : 0, at + 16);
  });
  return b;
}

function smmu(n: number): Buffer {
  const data = Buffer.alloc(SMMU_V3_DATA);
  data.writeBigUInt64LE(BigInt(0x10000000 + n * 0x100000), 0);
  return node(TYPE.smmuV3, 1, data, []);
}

/** A device of the namespace, known by its path. */
function component(d: WorldDevice, maps: readonly Mapping[]): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt8(32, 12);
  return node(TYPE.component, 2, Buffer.concat([head, Buffer.from(`${d.name}\0`)]), maps);
}

function rootComplex(maps: readonly Mapping[]): Buffer {
  const data = Buffer.alloc(24);
  data.writeUInt8(32, 16);
  return node(TYPE.rootComplex, 1, data, maps);
}

/** Build the table: SMMUs in the order of the world's devices, then who is behind them. */
export function iortOf(world: World): Buffer {
  const smmus = world.devices.filter((d) => d.role === 'iommu');
  const nodes = smmus.map((_, n) => smmu(n));
  const offsetOf = (instance: string): number => {
    const device = world.instances.find((i) => i.name === instance)?.device;
    const n = smmus.findIndex((d) => d.name === device);
    return HEADER + n * nodes[0]!.length;
  };
  const maps = (d: WorldDevice, input: number): Mapping[] =>
    d.iommus.flatMap((use) =>
      use.ids.map((output) => ({ input, output, to: offsetOf(use.instance) })),
    );
  const clients = world.devices.filter((d) => d.iommus.length > 0);
  const functions = clients.filter((d) => d.bus === 'pci');
  const behind = functions.flatMap((d) => maps(d, devfn(world, d) & 255));
  if (behind.length > 0) nodes.push(rootComplex(behind));
  for (const d of clients) if (d.bus === 'platform') nodes.push(component(d, maps(d, 0)));
  const body = Buffer.concat(nodes);
  const head = Buffer.alloc(HEADER);
  head.write('IORT', 0, 'latin1');
  head.writeUInt32LE(HEADER + body.length, 4);
  head.writeUInt8(6, 8);
  head.writeUInt32LE(nodes.length, 36);
  head.writeUInt32LE(HEADER, 40);
  return Buffer.concat([head, body]);
}
