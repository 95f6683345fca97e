// SPDX-License-Identifier: GPL-2.0-only
// What the IOMMU drivers of v7.2 refuse: instances that never register, clients that of_xlate() or
// probe_device() turn down. Read in their source; what only the hardware can say is left out.
import {
  cell,
  cells,
  type DeviceTree,
  type DtNode,
  has,
  isAvailable,
  isReachable,
  strings,
} from '#firmware/dtb/tree';
import type { BusName, IommuDriver, IommuProblem } from '#platform/types';

/** A device and one of its specifiers, as of_xlate() is called with it. */
interface XlateCall {
  readonly name: string;
  readonly bus: BusName;
  readonly provider: DtNode;
  readonly driver: IommuDriver;
  /** Cells of the specifier. */
  readonly ids: readonly number[];
}

/** Why the instance of @node never comes to iommu_device_register(); null where it does. */
export function neverRegisters(tree: DeviceTree, node: DtNode): string | null {
  const compatible = strings(node, 'compatible');
  if (compatible.includes('nvidia,tegra20-mc-gart')) return 'no driver registers a GART any more';
  if (!cachesLeaves(compatible)) return null;
  const main = cells(node, 'renesas,ipmmu-main')?.[0];
  if (main === undefined) return 'it is the root IPMMU, which ipmmu-vmsa does not register';
  const root = tree.byPhandle.get(main);
  const bound = root && isAvailable(root) && isReachable(root);
  return bound ? null : 'its root IPMMU is disabled, so its probe is deferred for ever';
}

/** IPMMUs of R-Car Gen3, Gen4 and RZ/G2, where one root serves the others. */
function cachesLeaves(compatible: readonly string[]): boolean {
  const gen3 = compatible.some((c) => optIn.includes(c.replace('renesas,ipmmu-', '')));
  return gen3 || compatible.includes('renesas,rcar-gen4-ipmmu-vmsa');
}

/** Why the driver turns the device down; null where nothing in the tree says so. */
export function refusal(tree: DeviceTree, asked: XlateCall): IommuProblem | null {
  switch (asked.driver) {
    case 'ipmmu-vmsa':
      return ipmmuRefusal(tree, asked);
    case 'mediatek':
      return mediatekRefusal(tree, asked);
    case 'qcom-iommu':
      return qcomRefusal(asked);
    case 'apple-dart':
      return asked.ids.length === 1 ? null : wrongCells(asked);
    default:
      return null;
  }
}

function wrongCells({ driver, ids }: XlateCall): IommuProblem {
  return { errno: 'EINVAL', because: `${driver} takes one cell, and is given ${ids.length}` };
}

/** SoCs of R-Car Gen3, Gen4 and RZ/G2 as renesas-soc.c names them: devices have to opt in. */
const optIn: readonly string[] = [
  ...['r8a774a1', 'r8a774b1', 'r8a774c0', 'r8a774e1', 'r8a7795', 'r8a7796', 'r8a77961'],
  ...['r8a77965', 'r8a77970', 'r8a77980', 'r8a77990', 'r8a77995', 'r8a779m0', 'r8a779m1'],
  ...['r8a779m2', 'r8a779m3', 'r8a779m4', 'r8a779m5', 'r8a779m6', 'r8a779m7', 'r8a779m8'],
  ...['r8a779md', 'r8a779a0', 'r8a779f0', 'r8a779g0', 'r8a779h0'],
];
const denied: readonly string[] = ['r8a774a1', 'r8a7796'];
const allowed: readonly string[] = ['ee100000.mmc', 'ee120000.mmc', 'ee140000.mmc', 'ee160000.mmc'];

/** ipmmu_device_is_allowed(). ABSTRACTED: revisions of the chip; ES2 of r8a7795 is denied, too. */
function ipmmuRefusal(tree: DeviceTree, { name, bus }: XlateCall): IommuProblem | null {
  const names = strings(tree.root, 'compatible').map((c) => c.replace(/^renesas,/, ''));
  const soc = names.find((name) => optIn.includes(name));
  if (soc === undefined) return null;
  if (denied.includes(soc)) {
    return { errno: 'ENODEV', because: `ipmmu-vmsa turns down every device of ${soc}` };
  }
  if (bus === 'pci' || allowed.includes(name)) return null;
  const because = `ipmmu-vmsa lets in only PCI and some mmc hosts on ${soc}, not ${name}`;
  return { errno: 'ENODEV', because };
}

/** mtk_iommu_of_xlate() and mtk_iommu_probe_device(): one cell, and a larb that is there. */
function mediatekRefusal(tree: DeviceTree, asked: XlateCall): IommuProblem | null {
  const { provider, ids } = asked;
  if (ids.length !== 1) return wrongCells(asked);
  const larbs = cells(provider, 'mediatek,larbs');
  if (!larbs || strings(provider, 'compatible').includes('mediatek,mt2701-m4u')) return null;
  const larb = ((ids[0] ?? 0) >>> 5) & 0x1f;
  const isThere = larbs.some((phandle, i) => {
    const node = tree.byPhandle.get(phandle);
    return node && isAvailable(node) && (cell(node, 'mediatek,larb-id') ?? i) === larb;
  });
  if (isThere) return null;
  return { errno: 'EINVAL', because: `larb ${larb} of its port is none of its IOMMU's` };
}

/** qcom_iommu_of_xlate(): one cell, which names a context bank that is there. */
function qcomRefusal(asked: XlateCall): IommuProblem | null {
  const [asid] = asked.ids;
  if (asid === undefined || asked.ids.length !== 1) return wrongCells(asked);
  const banks = asked.provider.children.filter((c) => has(c, 'compatible') && isAvailable(c));
  const numbers = banks.map((c) => cell(c, 'qcom,ctx-asid') ?? (cells(c, 'reg')?.[0] ?? 0) >>> 12);
  if (numbers.includes(asid)) return null;
  return { errno: 'EINVAL', because: `qcom-iommu has no context bank ${asid} there` };
}
