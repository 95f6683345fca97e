// SPDX-License-Identifier: GPL-2.0-only
// SMMUs that name their clients themselves, by the binding that v4.9 has replaced.

import { type DeviceTree, has, isReachable } from '#firmware/dtb/tree';
import { deviceName } from '#platform/address';

/**
 * One sentence for each. ABSTRACTED: arm_smmu_register_legacy_master() of v7.2, which finds them by
 * `mmu-masters`, under CONFIG_ARM_SMMU_LEGACY_DT_BINDINGS; said wherever such a board is read.
 */
export function legacyBindings(tree: DeviceTree): string[] {
  return tree.nodes
    .filter((node) => has(node, 'mmu-masters') && isReachable(node))
    .map((node) => `${deviceName(node)}: devices of its mmu-masters, an old binding, are left out`);
}
