// SPDX-License-Identifier: GPL-2.0-only
// Which nodes become devices at boot, in which order; of_platform_default_populate_init() of v7.2.
import {
  childOf,
  type DeviceTree,
  type DtNode,
  has,
  isAvailable,
  isCompatible,
} from '#firmware/dtb/tree';

/** A node that becomes a device at boot. */
interface Populated {
  readonly node: DtNode;
  readonly bus: 'platform' | 'amba';
}

const busCompatibles = ['simple-bus', 'simple-mfd', 'isa', 'arm,amba-bus'];
const reservedMemoryCompatibles = [
  'phram',
  'qcom,rmtfs-mem',
  'qcom,cmd-db',
  'qcom,smem',
  'ramoops',
  'nvmem-rmem',
  'google,open-dice',
];

/** The bus a node's device is on, if it becomes one. */
export function busOf(node: DtNode): 'platform' | 'amba' {
  return isCompatible(node, 'arm,primecell') ? 'amba' : 'platform';
}

/**
 * The nodes that become devices at arch_initcall_sync, in the order of device_add(): some of
 * /reserved-memory, children of /firmware, the framebuffer of /chosen, then everything below the
 * root, depth first. Deeper nodes are left to the drivers of their parents.
 */
export function populateAtBoot(tree: DeviceTree): Populated[] {
  const made: Populated[] = [];
  const done = new Set<DtNode>();
  const populatedBuses = new Set<DtNode>();

  const create = (node: DtNode, bus: 'platform' | 'amba'): boolean => {
    if (!isAvailable(node) || done.has(node)) return false;
    done.add(node);
    made.push({ node, bus });
    return true;
  };

  const createBus = (node: DtNode): void => {
    if (!has(node, 'compatible') || isCompatible(node, 'operating-points-v2')) return;
    if (populatedBuses.has(node)) return;
    const bus = busOf(node);
    const created = create(node, bus);
    if (bus === 'amba' || !created) return;
    if (!busCompatibles.some((c) => isCompatible(node, c))) return;
    for (const child of node.children) createBus(child);
    populatedBuses.add(node);
  };

  for (const node of childOf(tree.root, 'reserved-memory')?.children ?? []) {
    if (reservedMemoryCompatibles.some((c) => isCompatible(node, c))) create(node, 'platform');
  }
  const firmware = childOf(tree.root, 'firmware');
  if (firmware) {
    for (const child of firmware.children) createBus(child);
    populatedBuses.add(firmware);
  }
  const chosen = childOf(tree.root, 'chosen') ?? childOf(tree.root, 'chosen@0');
  const framebuffer = chosen?.children.find((c) => isCompatible(c, 'simple-framebuffer'));
  if (framebuffer) create(framebuffer, 'platform');
  for (const child of tree.root.children) createBus(child);
  return made;
}
