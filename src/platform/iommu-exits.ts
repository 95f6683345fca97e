// SPDX-License-Identifier: GPL-2.0-only
// How an IOMMU that has registered may go away again, family by family.
//
// Read in drivers/iommu of v7.2 (tegra: drivers/memory/tegra/mc.c), and in 6.1 and 6.12 where
// they differ. A module that is unloaded is not modelled: it is held while a client is attached.
import type { IommuDriver } from '#platform/types';

/** Releases by number, such as 6.12; a stable tree counts as its release. */
interface Releases {
  /** The newest release that was read and is older than all of these. */
  readonly after?: string;
  /** The oldest release that was read and is newer than all of these. */
  readonly before?: string;
}

/** What a family's driver lets happen. */
interface Exits {
  /** Why writing its name to `unbind` does not unregister it; null where it does. */
  readonly kept: 'suppress_bind_attrs' | 'no remove()' | 'no device_driver' | null;
  /** What may fail in its probe after iommu_device_register(), and undoes that; null: nothing. */
  readonly late: ({ readonly by: string } & Releases) | null;
  /** Its probe_device() or device_group() gives errors other than -ENODEV and -ENOMEM. */
  readonly refuses: boolean;
}

const suppressed = 'suppress_bind_attrs';

/** An unknown driver may do all of it. */
const exits: Readonly<Record<IommuDriver, Exits>> = {
  'arm-smmu': { kept: suppressed, late: null, refuses: true },
  'arm-smmu-v3': { kept: suppressed, late: null, refuses: true },
  rockchip: {
    kept: suppressed,
    late: { by: 'devm_request_irq()', before: '7.2' },
    refuses: false,
  },
  mediatek: {
    kept: null,
    late: { by: 'component_master_add_with_match()' },
    refuses: true,
  },
  exynos: { kept: suppressed, late: { by: 'dma_set_mask()', before: '6.12' }, refuses: false },
  'ipmmu-vmsa': { kept: null, late: null, refuses: false },
  virtio: { kept: null, late: null, refuses: true },
  sun50i: { kept: suppressed, late: { by: 'devm_request_irq()' }, refuses: false },
  tegra: { kept: suppressed, late: null, refuses: true },
  omap: { kept: null, late: null, refuses: false },
  'apple-dart': { kept: suppressed, late: null, refuses: true },
  'msm-iommu': { kept: 'no remove()', late: null, refuses: false },
  'qcom-iommu': {
    kept: null,
    late: { by: 'pm_runtime_resume_and_get()', after: '6.1', before: '7.2' },
    refuses: false,
  },
  sprd: { kept: suppressed, late: { by: 'sprd_iommu_clk_enable()' }, refuses: false },
  verisilicon: { kept: suppressed, late: null, refuses: false },
  riscv: { kept: suppressed, late: null, refuses: false },
  // No drivers of the driver core. ABSTRACTED: hot plug of a unit.
  intel: { kept: 'no device_driver', late: null, refuses: true },
  amd: { kept: 'no device_driver', late: null, refuses: true },
  unknown: { kept: null, late: { by: 'something' }, refuses: true },
};

/** What @driver lets happen; a family that no board reader knows may do all of it. */
function exitsOf(driver: string): Exits {
  return Object.hasOwn(exits, driver) ? exits[driver as IommuDriver] : exits.unknown;
}

/** Why user space can not unbind a driver of this family; null where it can. */
export function whyKept(driver: string): string | null {
  const { kept } = exitsOf(driver);
  return kept === null ? null : `the driver of ${driver} can not be unbound (${kept})`;
}

/**
 * Why a registration by this family does not fail once it has been made; null where it may. A
 * release between one that was read to fail and one that was not may do so. @kernel: null for any.
 */
export function whyNotLate(driver: string, kernel: string | null): string | null {
  const { late } = exitsOf(driver);
  const isOutside =
    late !== null &&
    kernel !== null &&
    ((late.after !== undefined && !isLater(kernel, late.after)) ||
      (late.before !== undefined && !isLater(late.before, kernel)));
  if (late !== null && !isOutside) return null;
  return `nothing in the probe of ${driver} fails after iommu_device_register()`;
}

/** Why this family refuses no client; null where it may. */
export function whyNotRefused(driver: string): string | null {
  if (exitsOf(driver).refuses) return null;
  return `probe_device() of ${driver} refuses nobody, but for want of memory`;
}

/** True where release @a is later than @b; names that begin with no number are the latest. */
function isLater(a: string, b: string): boolean {
  const [x, y] = [numbersOf(a), numbersOf(b)];
  return x[0] !== y[0] ? x[0] > y[0] : x[1] > y[1];
}

function numbersOf(name: string): readonly [major: number, minor: number] {
  const match = /^(\d+)\.(\d+)/.exec(name);
  return match ? [Number(match[1]), Number(match[2])] : [Infinity, 0];
}
