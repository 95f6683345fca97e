// SPDX-License-Identifier: GPL-2.0-only
// A board of two clients in groups of their own, behind one IOMMU.

import { type Platform, readPlatform } from '#platform/index';
import { blob, type Spec } from '../firmware/blob.ts';

/** An SMMU that is referred to by @phandle. */
export const besideSmmu = (phandle: number): Spec => ({
  compatible: 'arm,mmu-500',
  phandle,
  '#iommu-cells': 1,
});

/** Clients b and c, then their SMMU, then @more. */
export function besideBlob(more: Spec): Uint8Array {
  return blob({
    compatible: 'a,board',
    '#address-cells': 1,
    '#size-cells': 1,
    b: { compatible: 'x', iommus: [1, 1] },
    c: { compatible: 'x', iommus: [1, 2] },
    s: besideSmmu(1),
    ...more,
  });
}

/** The same as it is read. */
export function besideBoard(more: Spec): Platform {
  const platform = readPlatform(besideBlob(more));
  if (!platform.ok) throw new Error(platform.error.message);
  return platform.value;
}
